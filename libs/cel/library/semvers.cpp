#include <algorithm>
#include <charconv>
#include <vector>
#include "cel/function.hpp"

/// Kubernetes' semantic versions (semver.org 2.0.0, as github.com/blang/semver reads them).
namespace cel {

namespace {

using Args = std::span<const Value>;

/// The text of the pre-release part lies in the arena.
struct Semver {
  static const OpaqueType type;
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string_view prerelease, build;
};

bool all_of(std::string_view text, bool (*fits)(char)) {
  return std::all_of(text.begin(), text.end(), fits);
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool identifier_character(char c) {
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/// Takes the part before the next dot.
std::string_view take_part(std::string_view& text) {
  const auto part = text.substr(0, text.find('.'));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

int compare_number(std::uint64_t a, std::uint64_t b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/// Numbers are less than words; numbers compare by value: shorter ones are less, having no leading zeros.
int compare_identifier(std::string_view a, std::string_view b) {
  const bool a_number = all_of(a, digit), b_number = all_of(b, digit);
  if (a_number != b_number) return a_number ? -1 : 1;
  if (a_number && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_prerelease(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());
  while (!a.empty() && !b.empty())
    if (const int order = compare_identifier(take_part(a), take_part(b)); order != 0) return order;
  return static_cast<int>(b.empty()) - static_cast<int>(a.empty());
}

int compare(const Semver& a, const Semver& b) {
  for (const auto part : {&Semver::major, &Semver::minor, &Semver::patch})
    if (const int order = compare_number(a.*part, b.*part); order != 0) return order;
  return compare_prerelease(a.prerelease, b.prerelease);
}

bool same(const void* a, const void* b) {
  return compare(*static_cast<const Semver*>(a), *static_cast<const Semver*>(b)) == 0;
}
std::string text(const void* data) {
  const auto& v = *static_cast<const Semver*>(data);
  return std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch) +
         (v.prerelease.empty() ? "" : "-" + std::string(v.prerelease)) +
         (v.build.empty() ? "" : "+" + std::string(v.build));
}

const OpaqueType Semver::type{"kubernetes.Semver", same, text};

bool read_number(std::string_view name, std::string_view part, std::uint64_t& out, std::string& problem) {
  if (part.empty() || !all_of(part, digit)) {
    problem = "Invalid character(s) found in " + std::string(name) + " number \"" + std::string(part) + "\"";
    return false;
  }
  if (part.size() > 1 && part[0] == '0') {
    problem = std::string(name) + " number must not contain leading zeroes \"" + std::string(part) + "\"";
    return false;
  }
  const auto [end, ec] = std::from_chars(part.data(), part.data() + part.size(), out);
  if (ec != std::errc()) problem = std::string(name) + " number is too large";
  return ec == std::errc();
}

bool read_identifiers(std::string_view text, bool prerelease, std::string& problem) {
  const std::string what = prerelease ? "Prerelease" : "Build meta data";
  for (bool more = true; more;) {
    more = text.find('.') != std::string_view::npos;
    const auto part = take_part(text);
    if (part.empty()) return problem = what + " is empty", false;
    if (!all_of(part, identifier_character))
      return problem = "Invalid character(s) found in " + what + " \"" + std::string(part) + "\"", false;
    if (prerelease && part.size() > 1 && part[0] == '0' && all_of(part, digit))
      return problem =
                 "Numeric PreRelease version must not contain leading zeroes \"" + std::string(part) + "\"",
             false;
  }
  return true;
}

/// Views into `text`.
std::optional<Semver> parse(std::string_view text, std::string& problem) {
  Semver v;
  const auto plus = text.find('+');
  if (plus != std::string_view::npos) {
    v.build = text.substr(plus + 1);
    if (!read_identifiers(v.build, false, problem)) return std::nullopt;
    text = text.substr(0, plus);
  }
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    v.prerelease = text.substr(dash + 1);
    if (!read_identifiers(v.prerelease, true, problem)) return std::nullopt;
    text = text.substr(0, dash);
  }
  if (std::count(text.begin(), text.end(), '.') != 2)
    return problem = "No Major.Minor.Patch elements found", std::nullopt;
  const bool fine = read_number("Major", take_part(text), v.major, problem) &&
                    read_number("Minor", take_part(text), v.minor, problem) &&
                    read_number("Patch", text, v.patch, problem);
  return fine ? std::optional(v) : std::nullopt;
}

/// "v01.2" becomes "1.2.0"; empty if that cannot be.
std::optional<std::string> normalize(std::string_view text, std::string& problem) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::vector<std::string> parts;
  for (; parts.size() < 2 && text.find('.') != std::string_view::npos;)
    parts.emplace_back(take_part(text));
  parts.emplace_back(text);
  for (auto& p : parts) {
    if (p.size() < 2) continue;
    p.erase(0, std::min(p.find_first_not_of('0'), p.size()));
    if (p.empty() || !digit(p[0])) p.insert(0, 1, '0');
  }
  if (parts.size() < 3 && parts.back().find_first_of("+-") != std::string::npos)
    return problem = "short version cannot contain PreRelease/Build meta data", std::nullopt;
  parts.resize(3, "0");
  return parts[0] + "." + parts[1] + "." + parts[2];
}

/// Of the arguments (text) or (text, whether to normalize).
std::optional<Semver> parse_arguments(Evaluation& e, Args a, std::string& problem) {
  if (a.size() < 2 || !a[1].as_boolean()) return parse(a[0].as_text(), problem);
  const auto text = normalize(a[0].as_text(), problem);
  return text ? parse(e.arena.copy(*text), problem) : std::nullopt;
}

Value semver(Evaluation& e, Args a) {
  std::string problem;
  const auto v = parse_arguments(e, a, problem);
  return v ? Value::opaque(&Semver::type, e.arena.make(*v)) : e.fail(problem);
}
Value is_semver(Evaluation& e, Args a) {
  std::string problem;
  return Value::boolean(parse_arguments(e, a, problem).has_value());
}

template <std::uint64_t Semver::*part>
Value number(Evaluation& e, Args a) {
  const auto* v = a[0].as<Semver>();
  return v ? Value::integer(static_cast<std::int64_t>(v->*part)) : e.no_overload();
}

template <class Use>
Value with(Evaluation& e, Args a, const Use& use) {
  const auto *x = a[0].as<Semver>(), *y = a[1].as<Semver>();
  return x && y ? use(compare(*x, *y)) : e.no_overload();
}
Value is_greater_than(Evaluation& e, Args a) {
  return with(e, a, [](int order) { return Value::boolean(order > 0); });
}
Value is_less_than(Evaluation& e, Args a) {
  return with(e, a, [](int order) { return Value::boolean(order < 0); });
}
Value compare_to(Evaluation& e, Args a) {
  return with(e, a, [](int order) { return Value::integer(order); });
}

}  // namespace

void add_semvers(FunctionTable& t) {
  t.add("string_to_semver", "semver(string): kubernetes.Semver", semver);
  t.add("string_bool_to_semver", "semver(string, bool): kubernetes.Semver", semver);
  t.add("is_semver_string", "isSemver(string): bool", is_semver);
  t.add("is_semver_string_bool", "isSemver(string, bool): bool", is_semver);
  const std::string member = "kubernetes.Semver -> ";
  t.add("semver_is_greater_than", member + "isGreaterThan(kubernetes.Semver): bool", is_greater_than);
  t.add("semver_is_less_than", member + "isLessThan(kubernetes.Semver): bool", is_less_than);
  t.add("semver_compare_to", member + "compareTo(kubernetes.Semver): int", compare_to);
  t.add("semver_major", member + "major(): int", number<&Semver::major>);
  t.add("semver_minor", member + "minor(): int", number<&Semver::minor>);
  t.add("semver_patch", member + "patch(): int", number<&Semver::patch>);
}

}  // namespace cel

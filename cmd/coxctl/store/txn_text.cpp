#include "coxctl/store/txn_text.hpp"
#include <charconv>
#include "coxctl/store/requests.hpp"
#include "coxctl/store/text.hpp"

namespace coxctl::store {
namespace {

base::Error malformed(std::string_view what, std::string_view line) {
  return {base::Errc::invalid_argument, std::string(what) + ": " + std::string(line)};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Takes a quoted string off the front of `text`, which begins with a double quote. False: no end, or a bad
/// escape.
bool take_quoted(std::string_view& text, std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\\"'", kBytes = "\a\b\f\n\r\t\v\\\"'";
  text.remove_prefix(1);
  while (!text.empty()) {
    const char c = text[0];
    text.remove_prefix(1);
    if (c == '"') return true;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (text.empty()) return false;
    const char escape = text[0];
    text.remove_prefix(1);
    if (escape == 'x') {
      unsigned value = 0;
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + std::min<std::size_t>(2, text.size()), value, 16);
      if (error != std::errc() || end != text.data() + 2) return false;
      out += static_cast<char>(value);
      text.remove_prefix(2);
    } else if (const auto at = kLetters.find(escape); at != std::string_view::npos) {
      out += kBytes[at];
    } else {
      return false;
    }
  }
  return false;
}

template <class Number>
bool parse_number(std::string_view text, Number& out, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

/// Gives the compare its target and what it compares with. False: no such target, or no number.
bool set_target(storage::wire::Compare& compare, std::string_view target, const std::string& value) {
  using Target = storage::wire::CompareTarget;
  if (target == "value" || target == "val") {
    compare.target = Target::value;
    compare.value = value;
    return true;
  }
  const bool is_lease = target == "lease";
  std::int64_t number = 0;
  if (is_lease) {
    std::uint64_t id = 0;
    if (!parse_number(value, id, 16)) return false;
    number = static_cast<std::int64_t>(id);
  } else if (!parse_number(value, number, 10)) {
    return false;
  }
  if (target == "version" || target == "ver")
    compare.target = Target::version, compare.version = number;
  else if (target == "create" || target == "c")
    compare.target = Target::create, compare.create_revision = number;
  else if (target == "mod" || target == "m")
    compare.target = Target::mod, compare.mod_revision = number;
  else if (is_lease)
    compare.target = Target::lease, compare.lease = number;
  else
    return false;
  return true;
}

/// Parses `words[1..]` with the flags of a command; its arguments.
template <class FlagSet>
base::Result<std::vector<std::string>> parse_with(FlagSet& set, const std::vector<std::string>& words) {
  base::Flags flags("txn", "");
  set.add_to(flags);
  std::vector<const char*> raw;
  for (const std::string& word : words)
    raw.push_back(word.c_str());
  auto arguments = flags.parse(static_cast<int>(raw.size()), raw.data());
  if (arguments && (arguments->empty() || arguments->size() > 2))
    return base::Error(base::Errc::invalid_argument, "one argument or two are wanted");
  return arguments;
}

/// The lines up to an empty one, or the end.
std::vector<std::string> read_section(std::istream& in) {
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line) && !trimmed(line).empty();)
    out.emplace_back(trimmed(line));
  return out;
}

base::Result<void> read_requests(std::istream& in, std::vector<storage::wire::RequestOp>& out) {
  for (const std::string& line : read_section(in)) {
    auto request = parse_request(line);
    if (!request) return request.error();
    out.push_back(std::move(*request));
  }
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> out;
  for (std::string_view rest = trimmed(line); !rest.empty(); rest = trimmed(rest)) {
    std::string word;
    if (rest[0] == '"') {
      if (!take_quoted(rest, word))
        return malformed("a quoted word that does not end, or a bad escape", line);
    } else if (rest[0] == '\'') {
      const auto end = rest.find('\'', 1);
      if (end == std::string_view::npos) return malformed("a quoted word that does not end", line);
      word = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
    } else {
      const auto end = std::min(rest.find_first_of(" \t"), rest.size());
      word = rest.substr(0, end);
      rest.remove_prefix(end);
    }
    out.push_back(std::move(word));
  }
  return out;
}

base::Result<storage::wire::Compare> parse_compare(std::string_view line) {
  using Result = storage::wire::CompareResult;
  const auto wrong = [line] {
    return malformed("malformed comparison (wanted: mod(\"key\") > \"0\")", line);
  };
  storage::wire::Compare compare;
  const auto open = line.find('(');
  if (open == std::string_view::npos) return wrong();
  const std::string_view target = trimmed(line.substr(0, open));
  std::string_view rest = trimmed(line.substr(open + 1));
  if (rest.empty() || rest[0] != '"' || !take_quoted(rest, compare.key)) return wrong();
  rest = trimmed(rest);
  if (rest.empty() || rest[0] != ')') return wrong();
  rest = trimmed(rest.substr(1));
  const auto quote = rest.find('"');
  if (quote == std::string_view::npos) return wrong();
  const std::string_view op = trimmed(rest.substr(0, quote));
  rest.remove_prefix(quote);
  std::string value;
  if (!take_quoted(rest, value) || !trimmed(rest).empty()) return wrong();
  if (op == "=")
    compare.result = Result::equal;
  else if (op == "!=")
    compare.result = Result::not_equal;
  else if (op == "<")
    compare.result = Result::less;
  else if (op == ">")
    compare.result = Result::greater;
  else
    return wrong();
  if (!set_target(compare, target, value)) return wrong();
  return compare;
}

base::Result<storage::wire::RequestOp> parse_request(std::string_view line) {
  const auto words = split_words(line);
  if (!words) return words.error();
  const std::string name = words->empty() ? "" : words->front();
  storage::wire::RequestOp out;
  const auto fill = [&](auto flags, auto& member) -> base::Result<void> {
    const auto arguments = parse_with(flags, *words);
    if (!arguments) return arguments.error();
    if constexpr (std::is_same_v<decltype(flags), PutFlags>)
      if (flags.lacks_value(*arguments))
        return base::Error(base::Errc::invalid_argument, "the value is missing");
    auto request = flags.request(*arguments);
    if (!request) return request.error();
    member = std::move(*request);
    return {};
  };
  base::Result<void> filled;
  if (name == "put")
    filled = fill(PutFlags(), out.put);
  else if (name == "get")
    filled = fill(GetFlags(), out.range);
  else if (name == "del")
    filled = fill(DelFlags(), out.delete_range);
  else
    return malformed("a request must be put, get or del", line);
  if (!filled) return filled.error().prepend("request " + quoted(line));
  return out;
}

base::Result<storage::wire::TxnRequest> read_txn(std::istream& in, void (*prompt)(std::string_view)) {
  storage::wire::TxnRequest txn;
  prompt("compares:");
  for (const std::string& line : read_section(in)) {
    auto compare = parse_compare(line);
    if (!compare) return compare.error();
    txn.compare.push_back(std::move(*compare));
  }
  prompt("success requests (get, put, del):");
  if (auto read = read_requests(in, txn.success); !read) return read.error();
  prompt("failure requests (get, put, del):");
  if (auto read = read_requests(in, txn.failure); !read) return read.error();
  return txn;
}

}  // namespace coxctl::store

#include <charconv>
#include "api/names.hpp"
#include "apiserver/kinds/batch_rules.hpp"

namespace apiserver::kinds {
namespace {

constexpr std::size_t rules_max = 20, conditions_max = 20, codes_max = 255, indexes_bytes_max = 64 * 1024;

/// Required with the values there are, or one of them.
bool check_enum(const Part& part, std::string_view member, Texts values) {
  std::string listed;
  for (auto v : values)
    listed += (listed.empty() ? "\"" : " \"") + std::string(v) + "\"";
  if (part.text(member).empty()) {
    part.errors.required(part.at(member), "valid values: [" + listed + "]");
    return false;
  }
  return part.one_of_if_set(member, values);
}

bool has_container(const Part& job_spec, std::string_view name) {
  bool found = false;
  for (auto list : {"containers", "initContainers"})
    job_spec.part("template").part("spec").each(list, [&](const Part& c) {
      found = found || c.text("name") == name;
    });
  return found;
}

void check_exit_codes(const Part& codes, const Part& job_spec) {
  check_enum(codes, "operator", {"In", "NotIn"});
  if (codes.has("containerName") && !has_container(job_spec, codes.text("containerName")))
    codes.invalid("containerName", "must be one of the container or initContainer names in the pod template");
  const auto* values = codes.list("values");
  const Path path = codes.at("values");
  if (!values || values->empty())
    return codes.errors.invalid(path, values ? json::value(*values) : json::value(),
                                "at least one value is required");
  if (values->size() > codes_max) codes.errors.too_many(path, values->size(), codes_max);
  std::set<std::int64_t> seen;
  bool ordered = true;
  std::int64_t last = values->front().is_int64() ? values->front().get_int64() : 0;
  for (std::size_t i = 0; i < values->size(); ++i) {
    if (!(*values)[i].is_int64()) continue;
    const auto n = (*values)[i].get_int64();
    if (codes.text("operator") == "In" && n == 0)
      codes.errors.invalid(path.index(i), n, "must not be 0 for the In operator");
    if (!seen.insert(n).second) codes.errors.duplicate(path.index(i), n);
    ordered = ordered && n >= last;
    last = n;
  }
  if (!ordered) codes.errors.invalid(path, *values, "must be ordered");
}

void check_conditions(const Part& rule) {
  if (rule.count("onPodConditions") > conditions_max)
    rule.errors.too_many(rule.at("onPodConditions"), rule.count("onPodConditions"), conditions_max);
  rule.each("onPodConditions", [](const Part& c) {
    check_enum(c, "status", {"False", "True", "Unknown"});
    check_name(c.text("type"), c.at("type"), api::names::qualified_name, c.errors);
  });
}

void check_failure_rule(const Part& rule, const Part& job_spec) {
  if (rule.text("action") == "FailIndex" && !job_spec.has("backoffLimitPerIndex"))
    rule.invalid("action", "requires the backoffLimitPerIndex to be set");
  check_enum(rule, "action", {"Count", "FailIndex", "FailJob", "Ignore"});
  rule.with("onExitCodes", [&](const Part& codes) { check_exit_codes(codes, job_spec); });
  check_conditions(rule);
  const bool codes = rule.object("onExitCodes"), conditions = rule.count("onPodConditions") > 0;
  if (codes == conditions)
    rule.errors.add({api::field::Reason::invalid, rule.path.text(), nullptr,
                     codes ? "specifying both OnExitCodes and OnPodConditions is not supported"
                           : "specifying one of OnExitCodes and OnPodConditions is required",
                     true});
}

struct Indexes {
  std::int64_t count = 0;
  std::string wrong;
};

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

/// "0-2,5": increasing, below `completions`.
Indexes parse_indexes(std::string_view text, std::int64_t completions) {
  Indexes out;
  std::int64_t last = -1;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    const auto dash = part.find('-');
    const auto first = whole_number(part.substr(0, dash));
    const auto end = dash == std::string_view::npos ? first : whole_number(part.substr(dash + 1));
    if (!first || !end) {
      const auto bad = first ? part.substr(dash + 1) : part.substr(0, dash);
      out.wrong = "cannot convert string to integer for index: \"" + std::string(bad) + "\"";
      return out;
    }
    if (*first <= last || (dash != std::string_view::npos && *end <= *first)) {
      out.wrong = "non-increasing order, previous: " + std::to_string(*first <= last ? last : *first) +
                  ", current: " + std::to_string(*first <= last ? *first : *end);
      return out;
    }
    if (*end >= completions) {
      out.wrong = "too large index: \"" +
                  std::string(dash == std::string_view::npos ? part : part.substr(dash + 1)) + "\"";
      return out;
    }
    out.count += *end - *first + 1;
    last = *end;
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return out;
}

void check_success_rule(const Part& rule, std::int64_t completions) {
  if (!rule.has("succeededCount") && !rule.has("succeededIndexes"))
    rule.errors.required(rule.path, "at least one of succeededCount or succeededIndexes must be specified");
  Indexes indexes;
  if (rule.has("succeededIndexes")) {
    const auto text = rule.text("succeededIndexes");
    if (text.size() > indexes_bytes_max)
      rule.errors.too_long(rule.at("succeededIndexes"), nullptr, indexes_bytes_max);
    indexes = parse_indexes(text, completions);
    if (!indexes.wrong.empty())
      rule.invalid("succeededIndexes", "error parsing succeededIndexes: " + indexes.wrong);
  }
  const auto count = rule.number("succeededCount");
  if (!count) return;
  rule.not_negative("succeededCount");
  if (*count > completions)
    rule.invalid("succeededCount", "must be less than or equal to " + std::to_string(completions) +
                                       " (the number of specified completions)");
  if (rule.has("succeededIndexes") && *count > indexes.count)
    rule.invalid("succeededCount", "must be less than or equal to " + std::to_string(indexes.count) +
                                       " (the number of indexes in the specified succeededIndexes field)");
}

}  // namespace

void validate_pod_failure_policy(const Part& job_spec) {
  const Part policy = job_spec.part("podFailurePolicy");
  if (policy.count("rules") > rules_max)
    policy.errors.too_many(policy.at("rules"), policy.count("rules"), rules_max);
  policy.each("rules", [&](const Part& rule) { check_failure_rule(rule, job_spec); });
}

void validate_success_policy(const Part& job_spec) {
  if (!job_spec.object("successPolicy")) return;
  if (job_spec.text("completionMode") != "Indexed")
    return job_spec.invalid("successPolicy", "requires indexed completion mode");
  const Part policy = job_spec.part("successPolicy");
  if (!policy.require("rules", "at least one rules must be specified when the successPolicy is specified"))
    return;
  if (policy.count("rules") > rules_max)
    policy.errors.too_many(policy.at("rules"), policy.count("rules"), rules_max);
  const auto completions = job_spec.number("completions").value_or(0);
  policy.each("rules", [&](const Part& rule) { check_success_rule(rule, completions); });
}

}  // namespace apiserver::kinds

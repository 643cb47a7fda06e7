#include "coxctl/store/endpoint_tables.hpp"
#include <map>

namespace coxctl::store {
namespace {

std::string yes_no(bool value) {
  return value ? "true" : "false";
}

/// [{"Endpoint":E,"WHAT":{...}},{"Endpoint":E,"Error":"..."}]
template <class T>
std::string answers_json(const std::vector<Target>& targets, const std::vector<base::Result<T>>& answers,
                         const char* what, bool hex) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string told = answers[i] ? "\"" + std::string(what) + "\":" + json_text(*answers[i], hex)
                                        : "\"Error\":" + json_string(answers[i].error().message);
    items.push_back("{\"Endpoint\":" + json_string(targets[i].endpoint) + "," + told + "}");
  }
  return "[" + joined(items, ",") + "]\n";
}

template <class T>
std::string answers_fields(const std::vector<Target>& targets, const std::vector<base::Result<T>>& answers,
                           bool hex) {
  std::string out;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (answers[i]) out += fields_text(*answers[i], hex);
    out += "\"Endpoint\" : " + quoted(targets[i].endpoint) + "\n";
    if (!answers[i]) out += "\"Error\" : " + quoted(answers[i].error().message) + "\n";
    out += "\n";
  }
  return out;
}

std::vector<std::string> status_row(const Target& target, const base::Result<wire::StatusResponse>& answer) {
  if (!answer)
    return {
        target.endpoint,       target.id ? hex_id(target.id) : "-", "-", "-", "-", "-", "-", "-", "-", "-",
        answer.error().message};
  const wire::StatusResponse& s = *answer;
  return {target.endpoint,
          hex_id(s.header.member_id),
          s.version,
          human_bytes(static_cast<std::uint64_t>(s.db_size)),
          human_bytes(static_cast<std::uint64_t>(s.db_size_in_use)),
          yes_no(s.leader == s.header.member_id && s.leader != 0),
          yes_no(s.is_learner),
          std::to_string(s.raft_term),
          std::to_string(s.raft_index),
          std::to_string(s.raft_applied_index),
          joined(s.errors, ", ")};
}

}  // namespace

Table status_table(const std::vector<Target>& targets, const StatusAnswers& answers, bool names) {
  Table table;
  table.header = {"endpoint",  "ID",         "version",   "db size",    "in use",
                  "is leader", "is learner", "raft term", "raft index", "raft applied index",
                  "errors"};
  if (names) table.header.insert(table.header.begin(), "name");
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto row = status_row(targets[i], answers[i]);
    if (names) row.insert(row.begin(), targets[i].name.empty() ? "-" : targets[i].name);
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string status_json(const std::vector<Target>& targets, const StatusAnswers& answers, bool hex) {
  return answers_json(targets, answers, "Status", hex);
}

std::string status_fields(const std::vector<Target>& targets, const StatusAnswers& answers, bool hex) {
  return answers_fields(targets, answers, hex);
}

Health health_of(const base::Result<wire::RangeResponse>& read,
                 const base::Result<wire::AlarmResponse>& alarms, std::string took) {
  Health health{false, std::move(took), ""};
  if (!read && !read.error().is(base::Errc::permission_denied)) {  // It took a majority to refuse that.
    health.error = read.error().message;
  } else if (!alarms) {
    health.error = "Unable to fetch the alarm list";
  } else if (!alarms->alarms.empty()) {
    health.error = "Active Alarm(s): ";
    for (const wire::AlarmMember& alarm : alarms->alarms)
      health.error += std::string(names(alarm.alarm)[static_cast<std::size_t>(alarm.alarm)]) + " ";
  }
  health.healthy = health.error.empty();
  return health;
}

Table health_table(const std::vector<Target>& targets, const std::vector<Health>& answers) {
  Table table{{"endpoint", "health", "took", "error"}, {}};
  for (std::size_t i = 0; i < targets.size(); ++i)
    table.rows.push_back(
        {targets[i].endpoint, yes_no(answers[i].healthy), answers[i].took, answers[i].error});
  return table;
}

std::string health_json(const std::vector<Target>& targets, const std::vector<Health>& answers) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Health& h = answers[i];
    items.push_back("{\"endpoint\":" + json_string(targets[i].endpoint) + ",\"health\":" + yes_no(h.healthy) +
                    ",\"took\":" + json_string(h.took) +
                    (h.error.empty() ? "" : ",\"error\":" + json_string(h.error)) + "}");
  }
  return "[" + joined(items, ",") + "]\n";
}

Table hash_table(const std::vector<Target>& targets, const HashAnswers& answers) {
  Table table{{"endpoint", "hash", "hash_revision", "compact_revision", "error"}, {}};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (answers[i])
      table.rows.push_back({targets[i].endpoint, std::to_string(answers[i]->hash),
                            std::to_string(answers[i]->hash_revision),
                            std::to_string(answers[i]->compact_revision), ""});
    else
      table.rows.push_back({targets[i].endpoint, "-", "-", "-", answers[i].error().message});
  }
  return table;
}

std::string hash_json(const std::vector<Target>& targets, const HashAnswers& answers, bool hex) {
  return answers_json(targets, answers, "HashKV", hex);
}

std::string hash_fields(const std::vector<Target>& targets, const HashAnswers& answers, bool hex) {
  return answers_fields(targets, answers, hex);
}

std::string hash_conflict(const HashAnswers& answers) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t> seen;
  for (const auto& answer : answers) {
    if (!answer || answer->hash_revision == 0) continue;
    const auto at = std::make_pair(answer->hash_revision, answer->compact_revision);
    const auto [first, fresh] = seen.emplace(at, answer->hash);
    if (!fresh && first->second != answer->hash)
      return "members differ at revision " + std::to_string(at.first) +
             ": one of them is corrupt; remove it, delete its data and add it again";
  }
  return "";
}

}  // namespace coxctl::store

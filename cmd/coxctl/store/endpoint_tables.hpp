#pragma once
#include <string>
#include <vector>
#include "base/error.hpp"
#include "coxctl/store/message_text.hpp"
#include "coxctl/store/targets.hpp"
#include "coxctl/store/text.hpp"

/// What members answered, for people and programs. Pure.
namespace coxctl::store {

using StatusAnswers = std::vector<base::Result<wire::StatusResponse>>;
/// A row a member; one that gave no answer shows why among its errors. `names`: a column with them in front.
Table status_table(const std::vector<Target>& targets, const StatusAnswers& answers, bool names);
/// etcdctl's [{"Endpoint":...,"Status":{...}}], with "Error" in place of "Status".
std::string status_json(const std::vector<Target>& targets, const StatusAnswers& answers, bool hex);
std::string status_fields(const std::vector<Target>& targets, const StatusAnswers& answers, bool hex);

struct Health {
  bool healthy = false;
  std::string took;
  std::string error;  ///< Empty if healthy.
};
/// What an answered read and the alarms raised say together.
Health health_of(const base::Result<wire::RangeResponse>& read,
                 const base::Result<wire::AlarmResponse>& alarms, std::string took);
Table health_table(const std::vector<Target>& targets, const std::vector<Health>& answers);
std::string health_json(const std::vector<Target>& targets, const std::vector<Health>& answers);

using HashAnswers = std::vector<base::Result<wire::HashKvResponse>>;
Table hash_table(const std::vector<Target>& targets, const HashAnswers& answers);
std::string hash_json(const std::vector<Target>& targets, const HashAnswers& answers, bool hex);
std::string hash_fields(const std::vector<Target>& targets, const HashAnswers& answers, bool hex);
/// Why the members' data differ; empty if nothing says so. Only hashes at the same revision, above the same
/// compaction, can be compared.
std::string hash_conflict(const HashAnswers& answers);

}  // namespace coxctl::store

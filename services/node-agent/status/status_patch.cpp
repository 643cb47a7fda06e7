#include "node-agent/status/status_patch.hpp"
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace node_agent::status {

namespace core = api::core::v1;
namespace json = boost::json;

namespace {

/// Conditions merge by type: those that differ.
json::array changed_conditions(const core::PodStatus& known, const core::PodStatus& wanted) {
  json::array out;
  for (const auto& c : wanted.conditions)
    if (std::find(known.conditions.begin(), known.conditions.end(), c) == known.conditions.end()) {
      auto v = api::to_json(c);
      // What is not said stays as it was: an earlier reason has to be taken away.
      for (const char* field : {"reason", "message"})
        if (!v.as_object().contains(field)) v.as_object()[field] = nullptr;
      out.push_back(std::move(v));
    }
  return out;
}

bool merges_by_key(std::string_view field) {
  return field == "podIPs" || field == "hostIPs";
}

}  // namespace

json::value status_patch(const std::string& uid, const core::PodStatus& known,
                         const core::PodStatus& wanted) {
  const auto before = api::to_json(known), after = api::to_json(wanted);
  json::object status;
  if (after.is_object())
    for (const auto& [field, value] : after.as_object()) {
      const auto* old = before.is_object() ? before.as_object().if_contains(field) : nullptr;
      if (old && *old == value) continue;
      if (field == "conditions") {
        auto changed = changed_conditions(known, wanted);
        if (!changed.empty()) status["conditions"] = std::move(changed);
      } else {
        auto& out = status[field] = value;
        if (merges_by_key(field) && old) out.as_array().push_back(json::object{{"$patch", "replace"}});
      }
    }
  if (before.is_object())
    for (const auto& [field, value] : before.as_object())
      if (!after.is_object() || !after.as_object().contains(field)) status[field] = nullptr;
  if (status.empty()) return nullptr;
  json::object metadata, body;
  metadata["uid"] = uid;
  body["metadata"] = std::move(metadata);
  body["status"] = std::move(status);
  return body;
}

}  // namespace node_agent::status

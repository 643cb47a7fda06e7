#pragma once
#include <string_view>
#include "api/object.hpp"
#include "base/clock.hpp"

namespace apiserver::request {

/// Makes the condition of that type True. `reason` and `message` may be empty.
inline void set_pod_condition(api::Object& pod, std::string_view type, std::string_view reason,
                              std::string_view message, base::SystemTime now) {
  auto& status = api::ensure_object(pod, {"status"});
  auto& list = status["conditions"];
  if (!list.is_array()) list = boost::json::array();
  boost::json::object* condition = nullptr;
  for (auto& c : list.get_array())
    if (c.is_object() && api::get_string(c.get_object(), {"type"}) == type) condition = &c.get_object();
  if (!condition) condition = &list.get_array().emplace_back(boost::json::object{{"type", type}}).as_object();
  const bool was = api::get_string(*condition, {"status"}) == "True";
  (*condition)["status"] = "True";
  if (!was) (*condition)["lastTransitionTime"] = base::format_rfc3339(now);
  for (const auto& [member, text] : {std::pair{"reason", reason}, std::pair{"message", message}}) {
    if (text.empty())
      api::remove(*condition, {member});
    else
      (*condition)[member] = text;
  }
}

}  // namespace apiserver::request

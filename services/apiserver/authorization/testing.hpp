#pragma once
#include <boost/json/parse.hpp>
#include <string>
#include <string_view>
#include "apiserver/authorization/authorizer.hpp"

/// Short ways to say a question, for the tests of this folder.
namespace apiserver::authorization::testing {

inline boost::json::object object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

inline UserInfo user(std::string name, std::vector<std::string> groups = {}) {
  UserInfo u;
  u.name = std::move(name);
  u.groups = std::move(groups);
  return u;
}

/// "get pods/log" in `ns`, or "get /healthz". Views into `what`: pass literals.
inline Attributes ask(const UserInfo& who, std::string_view what, std::string_view ns = "",
                      std::string_view name = "", std::string_view group = "") {
  Attributes a;
  a.user = &who;
  const auto space = what.find(' ');
  a.verb = what.substr(0, space);
  const auto rest = what.substr(space + 1);
  if (rest.starts_with('/')) {
    a.resource_request = false;
    a.path = rest;
    return a;
  }
  const auto slash = rest.find('/');
  a.resource = rest.substr(0, slash);
  if (slash != std::string_view::npos) a.subresource = rest.substr(slash + 1);
  a.namespace_ = ns;
  a.name = name;
  a.api_group = group;
  return a;
}

inline bool allowed(const Authorizer& authorizer, const Attributes& a) {
  return authorizer.authorize(a).verdict == Verdict::allow;
}

}  // namespace apiserver::authorization::testing

#pragma once
#include <boost/json/parse.hpp>
#include <string>
#include <string_view>
#include "api/object.hpp"
#include "apiserver/admission/plugins.hpp"

/// One write with all it takes, for the tests of this folder.
namespace apiserver::admission::testing {

inline boost::json::object object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

struct Write {
  MemoryLookup lookup;
  authentication::UserInfo user;
  boost::json::object object, old_object;
  Attributes a;
  Context context;

  Write(Operation operation, std::string_view group, std::string_view resource,
        std::string_view text = "{}") {
    object = testing::object(text);
    a.operation = operation;
    a.group = group;
    a.resource = resource;
    if (operation != Operation::remove) a.object = &object;
    a.namespace_ = api::namespace_of(object);
    a.name = api::name_of(object);
    a.user = &user;
    context.lookup = &lookup;
    context.random_suffix = [](std::size_t n) { return std::string(n, 'x'); };
  }
  Write(const Write&) = delete;

  void old(std::string_view text) {
    old_object = testing::object(text);
    a.old_object = &old_object;
  }
  void as_node(const char* name) {
    user.name = std::string("system:node:") + name;
    user.groups = {"system:nodes"};
  }
  /// Runs one plugin; "" if the write passed, else the message.
  std::string run(const Plugin& plugin) {
    if (!plugin.handles(a.operation)) return "";
    if (auto r = plugin.admit(a, context); !r) return r.error().status.message;
    if (auto r = plugin.validate(a, context); !r) return r.error().status.message;
    return "";
  }
};

}  // namespace apiserver::admission::testing

#include "apiserver/admission/plugin.hpp"
#include <boost/throw_exception.hpp>
#include <stdexcept>
#include "api/object.hpp"

namespace apiserver::admission {

void throw_exception_from_error(const Rejection& e, const boost::source_location& where) {
  boost::throw_exception(std::runtime_error(e.status.message), where);
}

Outcome Plugin::admit(Attributes&, const Context&) const {
  return {};
}
Outcome Plugin::validate(const Attributes&, const Context&) const {
  return {};
}

Rejection forbidden(const Attributes& a, std::string_view why) {
  std::string name(a.name);
  if (name.empty() && a.object) {
    name = api::name_of(*a.object);
    if (name.empty()) name = api::get_string(*a.object, {"metadata", "generateName"});
  }
  return reject(api::StatusError::forbidden(a.group_resource(), name, why));
}

Outcome Chain::admit(Attributes& a, const Context& context) const {
  for (const auto& p : plugins_) {
    if (!p->handles(a.operation)) continue;
    if (auto r = p->admit(a, context); !r) return r;
  }
  return {};
}

Outcome Chain::validate(const Attributes& a, const Context& context) const {
  for (const auto& p : plugins_) {
    if (!p->handles(a.operation)) continue;
    if (auto r = p->validate(a, context); !r) return r;
  }
  return {};
}

std::vector<std::string_view> Chain::names() const {
  std::vector<std::string_view> out;
  for (const auto& p : plugins_)
    out.push_back(p->name());
  return out;
}

}  // namespace apiserver::admission

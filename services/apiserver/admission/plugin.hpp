#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"
#include "api/status.hpp"
#include "apiserver/authentication/user.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "base/clock.hpp"

/// Admission: what a write must pass after it was authorized and before it is stored. Plugins are pure but
/// for what they read through the lookup, and idempotent: the chain may be run again on its own output.
/// Source: Kubernetes documentation, "Admission Control in Kubernetes".
namespace apiserver::admission {

enum class Operation { create, update, remove, connect };

/// One write. Views are valid while the request is.
struct Attributes {
  Operation operation = Operation::create;
  api::GroupVersionKind kind;  ///< Of the body.
  std::string_view group, version, resource, subresource, namespace_, name;
  boost::json::object* object = nullptr;  ///< The new object, to be changed in place; null for remove.
  const boost::json::object* old_object = nullptr;  ///< Update and remove.
  const boost::json::object* options =
      nullptr;  ///< CreateOptions, UpdateOptions, DeleteOptions; may be null.
  const authentication::UserInfo* user = nullptr;
  bool dry_run = false;

  bool is(std::string_view g, std::string_view r) const noexcept { return group == g && resource == r; }
  api::GroupResource group_resource() const { return {std::string(group), std::string(resource)}; }
};

/// What a plugin may use beside the request.
struct Context {
  const ObjectLookup* lookup = nullptr;
  base::SystemTime now;
  std::vector<std::string>* warnings = nullptr;  ///< For `Warning:` headers; may be null.
  std::function<std::string(std::size_t)>
      random_suffix;  ///< base::random_name_suffix, or a seeded one in tests.
};

/// Why a write is refused. `may_be_stale`: the lookup may not have seen a recent write yet; bring the cache
/// up to the store's revision and run the chain once more before refusing.
struct Rejection {
  api::StatusError status;
  bool may_be_stale = false;
};
using Outcome = boost::system::result<void, Rejection>;
inline Rejection reject(api::StatusError status) {
  return {std::move(status), false};
}
[[noreturn]] void throw_exception_from_error(const Rejection& e, const boost::source_location& where);

class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual std::string_view name() const noexcept = 0;  ///< Upstream's: "NamespaceLifecycle".
  virtual bool handles(Operation operation) const noexcept = 0;
  /// Runs before validation of the object; may change `a.object`.
  virtual Outcome admit(Attributes& a, const Context& context) const;
  /// Runs after it; must not change anything.
  virtual Outcome validate(const Attributes& a, const Context& context) const;
};

struct PluginOptions {
  std::vector<std::string> enable, disable;  ///< --enable-admission-plugins, --disable-admission-plugins.
  std::vector<std::string> known_namespaces_kept = {"default", "kube-system", "kube-public"};
  std::int64_t default_not_ready_toleration_seconds = 300;
  std::int64_t default_unreachable_toleration_seconds = 300;
};

/// The plugins in upstream's order.
class Chain {
 public:
  /// Error: invalid_argument naming an unknown plugin.
  static base::Result<Chain> make(const PluginOptions& options);
  Outcome admit(Attributes& a, const Context& context) const;
  Outcome validate(const Attributes& a, const Context& context) const;
  std::vector<std::string_view> names() const;
  /// Runs after all others: a rule of the server itself, not one that flags choose.
  void append(std::shared_ptr<const Plugin> plugin) { plugins_.push_back(std::move(plugin)); }

 private:
  std::vector<std::shared_ptr<const Plugin>> plugins_;
};

/// `pods "x" is forbidden: WHY`, upstream's admission.NewForbidden.
Rejection forbidden(const Attributes& a, std::string_view why);

}  // namespace apiserver::admission

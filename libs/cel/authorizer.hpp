#pragma once
#include <string>
#include <string_view>
#include "cel/value.hpp"

/// What expressions with a variable `authorizer` ask, and who answers.
namespace cel {

/// May somebody do that? Either a path or a resource.
struct AccessQuestion {
  std::string_view service_account_namespace, service_account;  ///< Empty: the user of the request.
  std::string_view verb;
  bool is_resource = false;
  std::string_view path;
  std::string_view group, resource, subresource, name_space, name, field_selector, label_selector;
};

struct AccessAnswer {
  bool allowed = false;
  std::string reason;
  std::string error;  ///< Not empty: no decision could be made.
};

/// Asked from within an evaluation, on its thread: it must not wait for long. An evaluation affords two
/// questions (each costs 350,000).
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  virtual AccessAnswer answer(const AccessQuestion& question) const = 0;
};

inline constexpr std::string_view authorizer_type_name = "kubernetes.authorization.Authorizer";
inline constexpr std::string_view resource_check_type_name = "kubernetes.authorization.ResourceCheck";

/// Values that an expression's variables may have: `authorizer` is of the first type,
/// `authorizer.requestResource` of the second. They refer to the argument, which must outlive the evaluation.
struct AuthorizerVariable {
  static const OpaqueType type;
  const Authorizer* authorizer = nullptr;
  std::string_view service_account_namespace, service_account;
  Value value() const { return Value::opaque(&type, this); }
};
struct ResourceCheckVariable {
  static const OpaqueType type;
  AuthorizerVariable subject;
  std::string_view group, resource, subresource, name_space, name, field_selector, label_selector;
  Value value() const { return Value::opaque(&type, this); }
};

}  // namespace cel

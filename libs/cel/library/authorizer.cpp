#include "cel/authorizer.hpp"
#include "api/names.hpp"
#include "cel/function.hpp"

/// Kubernetes' authorizer functions: authorizer.group('').resource('pods').check('get').allowed().
namespace cel {

const OpaqueType AuthorizerVariable::type{authorizer_type_name};
const OpaqueType ResourceCheckVariable::type{resource_check_type_name};

namespace {

using Args = std::span<const Value>;
using Resource = ResourceCheckVariable;

struct PathCheck {
  static const OpaqueType type;
  AuthorizerVariable subject;
  std::string_view path;
};
struct GroupCheck {
  static const OpaqueType type;
  AuthorizerVariable subject;
  std::string_view group;
};
struct Decision {
  static const OpaqueType type;
  bool allowed = false;
  std::string_view reason, error;
};

const OpaqueType PathCheck::type{"kubernetes.authorization.PathCheck"};
const OpaqueType GroupCheck::type{"kubernetes.authorization.GroupCheck"};
const OpaqueType Decision::type{"kubernetes.authorization.Decision"};

template <class T>
Value make(Evaluation& e, const T& data) {
  return Value::opaque(&T::type, e.arena.make(data));
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

Value path(Evaluation& e, Args a) {
  const auto* subject = a[0].as<AuthorizerVariable>();
  if (!subject) return e.no_overload();
  if (blank(a[1].as_text())) return e.fail_static("path must not be empty");
  return make(e, PathCheck{*subject, a[1].as_text()});
}

Value group(Evaluation& e, Args a) {
  const auto* subject = a[0].as<AuthorizerVariable>();
  return subject ? make(e, GroupCheck{*subject, a[1].as_text()}) : e.no_overload();
}

Value service_account(Evaluation& e, Args a) {
  const auto* subject = a[0].as<AuthorizerVariable>();
  if (!subject) return e.no_overload();
  if (api::names::dns1123_subdomain(a[2].as_text())) return e.fail_static("Invalid service account name");
  if (api::names::dns1123_label(a[1].as_text())) return e.fail_static("Invalid service account namespace");
  return make(e, AuthorizerVariable{subject->authorizer, a[1].as_text(), a[2].as_text()});
}

Value resource(Evaluation& e, Args a) {
  const auto* g = a[0].as<GroupCheck>();
  if (!g) return e.no_overload();
  if (blank(a[1].as_text())) return e.fail_static("resource must not be empty");
  Resource r;
  r.subject = g->subject;
  r.group = g->group;
  r.resource = a[1].as_text();
  return make(e, r);
}

template <std::string_view Resource::*part>
Value with(Evaluation& e, Args a) {
  const auto* r = a[0].as<Resource>();
  if (!r) return e.no_overload();
  Resource out = *r;
  out.*part = a[1].as_text();
  return make(e, out);
}

Value ask(Evaluation& e, const Authorizer& authorizer, const AccessQuestion& question) {
  const AccessAnswer answer = authorizer.answer(question);
  return make(e, Decision{answer.allowed, e.arena.copy(answer.reason), e.arena.copy(answer.error)});
}

Value check_path(Evaluation& e, Args a) {
  const auto* c = a[0].as<PathCheck>();
  if (!c) return e.no_overload();
  AccessQuestion q;
  q.service_account_namespace = c->subject.service_account_namespace;
  q.service_account = c->subject.service_account;
  q.verb = a[1].as_text();
  q.path = c->path;
  return ask(e, *c->subject.authorizer, q);
}

Value check_resource(Evaluation& e, Args a) {
  const auto* r = a[0].as<Resource>();
  if (!r) return e.no_overload();
  const AccessQuestion q{r->subject.service_account_namespace,
                         r->subject.service_account,
                         a[1].as_text(),
                         true,
                         {},
                         r->group,
                         r->resource,
                         r->subresource,
                         r->name_space,
                         r->name,
                         r->field_selector,
                         r->label_selector};
  return ask(e, *r->subject.authorizer, q);
}

Value allowed(Evaluation& e, Args a) {
  const auto* d = a[0].as<Decision>();
  return d ? Value::boolean(d->allowed) : e.no_overload();
}
Value reason(Evaluation& e, Args a) {
  const auto* d = a[0].as<Decision>();
  return d ? Value::string(d->reason) : e.no_overload();
}
Value error(Evaluation& e, Args a) {
  const auto* d = a[0].as<Decision>();
  return d ? Value::string(d->error) : e.no_overload();
}
Value errored(Evaluation& e, Args a) {
  const auto* d = a[0].as<Decision>();
  return d ? Value::boolean(!d->error.empty()) : e.no_overload();
}

}  // namespace

void add_authorizer(FunctionTable& t) {
  const std::string package = "kubernetes.authorization.";
  const std::string authorizer = package + "Authorizer", path_check = package + "PathCheck",
                    group_check = package + "GroupCheck", resource_check = package + "ResourceCheck",
                    decision = package + "Decision";
  t.add("authorizer_path", authorizer + " -> path(string): " + path_check, path);
  t.add("authorizer_group", authorizer + " -> group(string): " + group_check, group);
  t.add("authorizer_serviceaccount", authorizer + " -> serviceAccount(string, string): " + authorizer,
        service_account);
  t.add("groupcheck_resource", group_check + " -> resource(string): " + resource_check, resource);
  const auto refine = [&](const char* id, const char* name, Native native) {
    t.add(id, resource_check + " -> " + name + "(string): " + resource_check, native);
  };
  refine("resourcecheck_subresource", "subresource", with<&Resource::subresource>);
  refine("resourcecheck_namespace", "namespace", with<&Resource::name_space>);
  refine("resourcecheck_name", "name", with<&Resource::name>);
  refine("authorizer_fieldselector", "fieldSelector", with<&Resource::field_selector>);
  refine("authorizer_labelselector", "labelSelector", with<&Resource::label_selector>);
  t.add("pathcheck_check", path_check + " -> check(string): " + decision, check_path);
  t.add("resourcecheck_check", resource_check + " -> check(string): " + decision, check_resource);
  t.add("decision_errored", decision + " -> errored(): bool", errored);
  t.add("decision_error", decision + " -> error(): string", error);
  t.add("decision_allowed", decision + " -> allowed(): bool", allowed);
  t.add("decision_reason", decision + " -> reason(): string", reason);
}

}  // namespace cel

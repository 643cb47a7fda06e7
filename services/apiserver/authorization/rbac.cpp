#include "apiserver/authorization/rbac.hpp"
#include <set>
#include <unordered_map>
#include "api/object.hpp"

namespace apiserver::authorization {
namespace {

namespace json = boost::json;

struct Role {
  std::vector<CompiledRule> rules;
};
using RolePtr = std::shared_ptr<const Role>;

/// A RoleBinding or ClusterRoleBinding, read once.
struct Binding {
  struct Subject {
    bool group;
    std::string name;  ///< Of a service account: its full user name.
    std::string text;  ///< `User "jane"`, for the reason.
  };
  std::string name, namespace_;  ///< namespace_ empty: for the whole cluster.
  std::string role_kind, role_name;
  std::vector<Subject> subjects;
};
using BindingPtr = std::shared_ptr<const Binding>;

/// What one binding gives one subject.
struct Grant {
  BindingPtr binding;
  RolePtr role;
  const std::string* subject_text;  ///< In `binding`.
};

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
};
template <class T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

struct SubjectGrants {
  std::vector<Grant> cluster;
  StringMap<std::vector<Grant>> by_namespace;
};

std::optional<Binding::Subject> subject_of(const json::object& s, std::string_view binding_namespace) {
  const auto kind = api::get_string(s, {"kind"});
  const std::string name(api::get_string(s, {"name"}));
  if (kind == "User") return Binding::Subject{false, name, "User \"" + name + "\""};
  if (kind == "Group") return Binding::Subject{true, name, "Group \"" + name + "\""};
  if (kind != "ServiceAccount") return std::nullopt;
  std::string ns(api::get_string(s, {"namespace"}));
  if (ns.empty()) ns = binding_namespace;
  if (ns.empty()) return std::nullopt;
  return Binding::Subject{false, authentication::service_account_user(ns, name),
                          "ServiceAccount \"" + name + "/" + ns + "\""};
}

Binding read_binding(const json::object& o) {
  Binding b;
  b.name = api::name_of(o);
  b.namespace_ = api::namespace_of(o);
  b.role_kind = api::get_string(o, {"roleRef", "kind"});
  b.role_name = api::get_string(o, {"roleRef", "name"});
  const auto* subjects = api::get_array(o, {"subjects"});
  if (!subjects) return b;
  for (const auto& s : *subjects) {
    if (!s.is_object()) continue;
    if (auto subject = subject_of(s.get_object(), b.namespace_)) b.subjects.push_back(std::move(*subject));
  }
  return b;
}

std::string reason(const Grant& g) {
  const auto& b = *g.binding;
  const bool whole = b.namespace_.empty();
  return "RBAC: allowed by " + std::string(whole ? "ClusterRoleBinding \"" : "RoleBinding \"") + b.name +
         (whole ? "" : "/" + b.namespace_) + "\" of " + b.role_kind + " \"" + b.role_name + "\" to " +
         *g.subject_text;
}

const Grant* find_allowing(const std::vector<Grant>& grants, const CompiledRule::Probe& probe) {
  for (const auto& g : grants) {
    for (const auto& rule : g.role->rules) {
      if (rule.allows(probe)) return &g;
    }
  }
  return nullptr;
}

}  // namespace

class RbacSnapshot {
 public:
  StringMap<SubjectGrants> users, groups;

  void add(const BindingPtr& binding, const RolePtr& role) {
    for (const auto& s : binding->subjects) {
      auto& grants = (s.group ? groups : users)[s.name];
      auto& list = binding->namespace_.empty() ? grants.cluster : grants.by_namespace[binding->namespace_];
      list.push_back({binding, role, &s.text});
    }
  }

  /// Calls `f` with the lists of grants that count for `user` in `ns`, until it returns true. Cluster
  /// bindings first.
  template <class F>
  bool visit(const UserInfo& user, std::string_view ns, const F& f) const {
    return visit_subjects(user, [&](const SubjectGrants& g) { return f(g.cluster); }) ||
           (!ns.empty() && visit_subjects(user, [&](const SubjectGrants& g) {
             const auto it = g.by_namespace.find(ns);
             return it != g.by_namespace.end() && f(it->second);
           }));
  }

 private:
  template <class F>
  bool visit_subjects(const UserInfo& user, const F& f) const {
    if (const auto it = users.find(user.name); it != users.end() && f(it->second)) return true;
    for (const auto& group : user.groups) {
      if (const auto it = groups.find(group); it != groups.end() && f(it->second)) return true;
    }
    return false;
  }
};

struct RbacPolicy::State {
  using Key = std::pair<std::string, std::string>;  // namespace (empty: cluster role), name
  std::mutex mutex;
  std::map<Key, RolePtr> roles;
  std::map<Key, BindingPtr> bindings;
  std::shared_ptr<const RbacSnapshot> snapshot;  // Null: something changed since.

  std::shared_ptr<const RbacSnapshot> build_locked() const {
    auto out = std::make_shared<RbacSnapshot>();
    for (const auto& [key, binding] : bindings) {
      const bool cluster_role = binding->role_kind == "ClusterRole";
      const auto role = roles.find(Key{cluster_role ? "" : binding->namespace_, binding->role_name});
      if (role != roles.end()) out->add(binding, role->second);
    }
    return out;
  }
};

RbacPolicy::RbacPolicy() : state_(std::make_unique<State>()) {}
RbacPolicy::~RbacPolicy() = default;

bool RbacPolicy::kind_of(std::string_view resource, Kind& kind) {
  static constexpr std::pair<std::string_view, Kind> kinds[] = {
      {"roles", Kind::role},
      {"clusterroles", Kind::cluster_role},
      {"rolebindings", Kind::role_binding},
      {"clusterrolebindings", Kind::cluster_role_binding}};
  for (const auto& [name, k] : kinds) {
    if (name != resource) continue;
    kind = k;
    return true;
  }
  return false;
}

void RbacPolicy::put(Kind kind, const json::object& object) {
  State::Key key{api::namespace_of(object), api::name_of(object)};
  if (kind == Kind::role || kind == Kind::cluster_role) {
    auto role = std::make_shared<Role>();
    for (auto& rule : rules_of(object))
      role->rules.emplace_back(std::move(rule));
    std::lock_guard lock(state_->mutex);
    state_->roles[std::move(key)] = std::move(role);
    state_->snapshot = nullptr;
    return;
  }
  auto binding = std::make_shared<const Binding>(read_binding(object));
  std::lock_guard lock(state_->mutex);
  state_->bindings[std::move(key)] = std::move(binding);
  state_->snapshot = nullptr;
}

void RbacPolicy::remove(Kind kind, std::string_view ns, std::string_view name) {
  const State::Key key{ns, name};
  std::lock_guard lock(state_->mutex);
  if (kind == Kind::role || kind == Kind::cluster_role) {
    state_->roles.erase(key);
  } else {
    state_->bindings.erase(key);
  }
  state_->snapshot = nullptr;
}

std::shared_ptr<const RbacSnapshot> RbacPolicy::snapshot() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->snapshot) state_->snapshot = state_->build_locked();
  return state_->snapshot;
}

Decision RbacAuthorizer::authorize(const Attributes& a) const {
  const auto snapshot = policy_->snapshot();
  const CompiledRule::Probe probe(a);
  const Grant* grant = nullptr;
  snapshot->visit(*a.user, a.resource_request ? a.namespace_ : std::string_view(),
                  [&](const std::vector<Grant>& grants) {
                    grant = find_allowing(grants, probe);
                    return grant != nullptr;
                  });
  if (!grant) return {};
  return {Verdict::allow, reason(*grant)};
}

std::vector<PolicyRule> RbacAuthorizer::policy_rules_for(const UserInfo& user, std::string_view ns) const {
  const auto snapshot = policy_->snapshot();
  std::vector<PolicyRule> out;
  std::set<const void*> seen;
  snapshot->visit(user, ns, [&](const std::vector<Grant>& grants) {
    for (const auto& g : grants) {
      if (!seen.insert(g.role.get()).second) continue;
      for (const auto& rule : g.role->rules) {
        // A namespaced binding gives nothing outside resources.
        if (g.binding->namespace_.empty() || rule.rule().non_resource_urls.empty())
          out.push_back(rule.rule());
      }
    }
    return false;
  });
  return out;
}

void RbacAuthorizer::rules_for(const UserInfo& user, std::string_view ns, RuleList& out) const {
  for (auto& r : policy_rules_for(user, ns)) {
    if (!r.non_resource_urls.empty()) out.non_resource_rules.push_back({r.verbs, r.non_resource_urls});
    if (!r.resources.empty())
      out.resource_rules.push_back({r.verbs, r.api_groups, r.resources, r.resource_names});
  }
}

}  // namespace apiserver::authorization

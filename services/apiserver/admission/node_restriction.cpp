#include <boost/json/array.hpp>
#include "api/object.hpp"
#include "apiserver/admission/node_restriction_labels.hpp"
#include "apiserver/admission/plugins.hpp"
#include "apiserver/admission/pods.hpp"

namespace apiserver::admission {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view s) {
  return std::string("\"").append(s).append("\"");
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& i : items)
    out += (out.empty() ? "" : ", ") + i;
  return out;
}

bool same(const json::value* a, const json::value* b) {
  const auto empty = [](const json::value* v) {
    return !v || v->is_null() || (v->is_array() && v->get_array().empty()) ||
           (v->is_object() && v->get_object().empty());
  };
  if (empty(a) || empty(b)) return empty(a) && empty(b);
  return api::deep_equal(*a, *b);
}

/// A node writes about itself and its pods, and nothing else. Source: KEP-279, and the NodeRestriction
/// section of the admission page.
class NodeRestriction final : public Plugin {
 public:
  std::string_view name() const noexcept override { return "NodeRestriction"; }
  bool handles(Operation o) const noexcept override { return o != Operation::connect; }

  Outcome admit(Attributes& a, const Context& c) const override {
    const auto node = authentication::node_of(*a.user);
    if (!node) return {};
    if (a.is("", "pods")) return pod(*node, a, c);
    if (a.is("", "nodes")) return own_node(*node, a);
    if (a.is("", "serviceaccounts") && a.subresource == "token") return token(*node, a, c);
    if (a.is("", "persistentvolumeclaims")) return claim(*node, a);
    if (a.is("coordination.k8s.io", "leases")) return lease(*node, a);
    if (a.is("storage.k8s.io", "csinodes"))
      return named_after(*node, a, "can only access CSINode with the same name as the requesting node");
    if (a.is("resource.k8s.io", "resourceslices")) return resource_slice(*node, a);
    return {};
  }

 private:
  static Outcome pod(const std::string& node, const Attributes& a, const Context& c) {
    if (a.subresource.empty() && a.operation == Operation::create) return create_pod(node, a);
    if (a.subresource.empty() && a.operation == Operation::remove) {
      return on_node(a.old_object, node)
                 ? Outcome()
                 : forbidden(
                       a, "node " + quoted(node) + " can only delete pods with spec.nodeName set to itself");
    }
    if (a.subresource == "status" && a.operation == Operation::update) return pod_status(node, a);
    if (a.subresource == "eviction" && a.operation == Operation::create) return evict(node, a, c);
    return forbidden(a, "unexpected operation");
  }

  static bool on_node(const json::object* pod, const std::string& node) {
    return pod && api::get_string(*pod, {"spec", "nodeName"}) == node;
  }

  static Outcome create_pod(const std::string& node, const Attributes& a) {
    const auto& o = *a.object;
    if (!pods::is_mirror(o)) {
      return forbidden(a, "pod does not have " + quoted(pods::mirror_annotation) + " annotation, node " +
                              quoted(node) + " can only create mirror pods");
    }
    if (!on_node(&o, node))
      return forbidden(a, "node " + quoted(node) + " can only create pods with spec.nodeName set to itself");
    if (auto owners = owned_by(node, a); !owners) return owners;
    const std::string cannot = "node " + quoted(node) + " can not create pods that reference ";
    if (!api::get_string(o, {"spec", "serviceAccountName"}).empty())
      return forbidden(a, cannot + "a service account");
    if (pods::refers_to(o, "secret")) return forbidden(a, cannot + "secrets");
    if (pods::refers_to(o, "configMap")) return forbidden(a, cannot + "configmaps");
    if (pods::refers_to(o, "persistentVolumeClaim")) return forbidden(a, cannot + "persistentvolumeclaims");
    return {};
  }

  /// A mirror pod belongs to its node, or to nobody.
  static Outcome owned_by(const std::string& node, const Attributes& a) {
    const auto* owners = api::get_array(*a.object, {"metadata", "ownerReferences"});
    if (!owners || owners->empty()) return {};
    const auto* owner = owners->front().if_object();
    const bool right = owners->size() == 1 && owner && api::get_string(*owner, {"kind"}) == "Node" &&
                       api::get_string(*owner, {"name"}) == node;
    if (right) return {};
    return forbidden(a,
                     "node " + quoted(node) + " can only create pods with an owner reference set to itself");
  }

  static Outcome pod_status(const std::string& node, const Attributes& a) {
    if (!on_node(a.old_object, node)) {
      return forbidden(a, "node " + quoted(node) +
                              " can only update pod status for pods with spec.nodeName set to itself");
    }
    if (!same(api::get(*a.object, "metadata", "labels"), api::get(*a.old_object, "metadata", "labels"))) {
      return forbidden(a, "node " + quoted(node) + " cannot update labels through pod status");
    }
    return {};
  }

  static Outcome evict(const std::string& node, const Attributes& a, const Context& c) {
    const auto pod = c.lookup->get("", "pods", a.namespace_, a.name);
    if (!pod) return Rejection{api::StatusError::not_found({"", "pods"}, a.name), true};
    if (on_node(pod.get(), node)) return {};
    return forbidden(a, "node " + node + " can only evict pods with spec.nodeName set to itself");
  }

  static Outcome own_node(const std::string& node, const Attributes& a) {
    std::string requested(a.name);
    if (requested.empty() && a.object) requested = api::name_of(*a.object);
    if (requested != node)
      return forbidden(a, "node " + quoted(node) + " is not allowed to modify node " + quoted(requested));
    if (!a.object || a.operation == Operation::remove) return {};
    const auto* before = a.old_object ? api::labels_of(*a.old_object) : nullptr;
    const auto labels = forbidden_node_labels(before, api::labels_of(*a.object));
    if (a.operation == Operation::create) {
      if (labels.empty()) return {};
      return forbidden(
          a, "node " + quoted(node) + " is not allowed to set the following labels: " + joined(labels));
    }
    if (!same(api::get(*a.object, "metadata", "ownerReferences"),
              api::get(*a.old_object, "metadata", "ownerReferences"))) {
      return forbidden(a, "node " + quoted(node) + " is not allowed to modify ownerReferences");
    }
    if (!same(api::get(*a.object, "spec", "taints"), api::get(*a.old_object, "spec", "taints"))) {
      return forbidden(a, "node " + quoted(node) + " is not allowed to modify taints");
    }
    if (labels.empty()) return {};
    return forbidden(a, "is not allowed to modify labels: " + joined(labels));
  }

  static Outcome token(const std::string& node, const Attributes& a, const Context& c) {
    const auto* reference = api::get_object(*a.object, {"spec", "boundObjectRef"});
    const bool to_pod = reference && api::get_string(*reference, {"apiVersion"}) == "v1" &&
                        api::get_string(*reference, {"kind"}) == "Pod" &&
                        !api::get_string(*reference, {"name"}).empty();
    if (!to_pod) return forbidden(a, "node requested token not bound to a pod");
    const auto uid = api::get_string(*reference, {"uid"});
    if (uid.empty()) return forbidden(a, "node requested token with a pod binding without a uid");
    const auto pod = c.lookup->get("", "pods", a.namespace_, api::get_string(*reference, {"name"}));
    if (!pod)
      return Rejection{api::StatusError::not_found({"", "pods"}, api::get_string(*reference, {"name"})),
                       true};
    if (uid != api::uid_of(*pod))
      return forbidden(
          a, "the UID in the bound object reference (" + std::string(uid) +
                 ") does not match the UID in record. The object might have been deleted and then recreated");
    if (!on_node(pod.get(), node))
      return forbidden(a, "node requested token bound to a pod scheduled on a different node");
    return {};
  }

  static Outcome claim(const std::string& node, const Attributes& a) {
    if (a.subresource == "status" && a.operation == Operation::update) return {};
    return forbidden(a, "node " + quoted(node) + " may only update PVC status");
  }

  static Outcome lease(const std::string& node, const Attributes& a) {
    if (a.namespace_ != "kube-node-lease") {
      return forbidden(a, "can only access leases in the \"kube-node-lease\" system namespace");
    }
    return named_after(node, a, "can only access node lease with the same name as the requesting node");
  }

  static Outcome named_after(const std::string& node, const Attributes& a, const char* why) {
    const auto given = a.operation == Operation::create && a.object ? api::name_of(*a.object) : a.name;
    return given == node ? Outcome() : forbidden(a, why);
  }

  static Outcome resource_slice(const std::string& node, const Attributes& a) {
    const auto* o = a.operation == Operation::remove ? a.old_object : a.object;
    if (!o || api::get_string(*o, {"spec", "nodeName"}) == node) return {};
    return forbidden(a, "can only " + std::string(a.operation == Operation::create ? "create" : "modify") +
                            " ResourceSlice with the same NodeName as the requesting node");
  }
};

}  // namespace

std::shared_ptr<const Plugin> node_restriction(const PluginOptions&) {
  return std::make_shared<NodeRestriction>();
}

}  // namespace apiserver::admission

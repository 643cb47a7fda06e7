#pragma once
#include <string_view>

namespace api::data {

/// The short names and categories of the built-in resources, which the schema does not hold. Comma separated.
struct ResourceNames {
  std::string_view group, resource, short_names, categories;
};

/// By hand. Source: `kubectl api-resources` of the upstream release.
inline constexpr ResourceNames resource_names[] = {
    {"", "componentstatuses", "cs", ""},
    {"", "configmaps", "cm", ""},
    {"", "endpoints", "ep", ""},
    {"", "events", "ev", ""},
    {"", "limitranges", "limits", ""},
    {"", "namespaces", "ns", ""},
    {"", "nodes", "no", ""},
    {"", "persistentvolumeclaims", "pvc", ""},
    {"", "persistentvolumes", "pv", ""},
    {"", "pods", "po", "all"},
    {"", "replicationcontrollers", "rc", "all"},
    {"", "resourcequotas", "quota", ""},
    {"", "serviceaccounts", "sa", ""},
    {"", "services", "svc", "all"},
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", "api-extensions"},
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", "", "api-extensions"},
    {"admissionregistration.k8s.io", "validatingadmissionpolicies", "", "api-extensions"},
    {"admissionregistration.k8s.io", "validatingadmissionpolicybindings", "", "api-extensions"},
    {"admissionregistration.k8s.io", "mutatingadmissionpolicies", "", "api-extensions"},
    {"admissionregistration.k8s.io", "mutatingadmissionpolicybindings", "", "api-extensions"},
    {"apiextensions.k8s.io", "customresourcedefinitions", "crd,crds", "api-extensions"},
    {"apiregistration.k8s.io", "apiservices", "", "api-extensions"},
    {"apps", "daemonsets", "ds", "all"},
    {"apps", "deployments", "deploy", "all"},
    {"apps", "replicasets", "rs", "all"},
    {"apps", "statefulsets", "sts", "all"},
    {"autoscaling", "horizontalpodautoscalers", "hpa", "all"},
    {"batch", "cronjobs", "cj", "all"},
    {"batch", "jobs", "", "all"},
    {"certificates.k8s.io", "certificatesigningrequests", "csr", ""},
    {"events.k8s.io", "events", "ev", ""},
    {"networking.k8s.io", "ingresses", "ing", ""},
    {"networking.k8s.io", "ipaddresses", "ip", ""},
    {"networking.k8s.io", "networkpolicies", "netpol", ""},
    {"policy", "poddisruptionbudgets", "pdb", ""},
    {"scheduling.k8s.io", "priorityclasses", "pc", ""},
    {"storage.k8s.io", "storageclasses", "sc", ""},
    {"storage.k8s.io", "volumeattributesclasses", "vac", ""},
};

}  // namespace api::data

#include "cluster_pki.hpp"
#include <algorithm>

namespace coxctl {
namespace {

constexpr const char* cluster_ca = "ca";
constexpr const char* store_ca = "etcd/ca";
/// Signs for what the API server shows extension servers, and for nothing else: who has such a certificate
/// may say that he is anybody.
constexpr const char* front_proxy_ca = "front-proxy-ca";

CertificatePlan authority(std::string name, std::string common_name) {
  CertificatePlan p;
  p.name = std::move(name);
  p.spec.common_name = std::move(common_name);
  return p;
}

CertificatePlan client(std::string name, std::string ca, std::string user, std::vector<std::string> groups) {
  CertificatePlan p;
  p.name = std::move(name);
  p.authority = std::move(ca);
  p.spec.common_name = std::move(user);
  p.spec.organizations = std::move(groups);
  p.spec.client_auth = true;
  return p;
}

/// Turns a certificate into one a server on this machine can show.
CertificatePlan serving(CertificatePlan p, const ClusterShape& shape, std::vector<std::string> names) {
  p.spec.server_auth = true;
  p.spec.dns_names = std::move(names);
  p.spec.dns_names.push_back("localhost");
  p.spec.ip_addresses = shape.addresses;
  return p;
}

CertificatePlan server(std::string name, std::string ca, std::string common_name, const ClusterShape& shape,
                       std::vector<std::string> names) {
  auto p =
      serving(client(std::move(name), std::move(ca), std::move(common_name), {}), shape, std::move(names));
  p.spec.client_auth = false;
  return p;
}

/// The store's members also dial each other and themselves, so both usages, as kubeadm gives etcd.
std::vector<CertificatePlan> store_member(const std::string& name, const ClusterShape& shape) {
  return {serving(client("etcd/" + name, store_ca, name, {}), shape, {name}),
          serving(client("etcd/" + name + "-peer", store_ca, name, {}), shape, {name})};
}

CertificatePlan api_server(const ClusterShape& shape) {
  auto p = server("apiserver", cluster_ca, "kube-apiserver", shape,
                  {"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                   "kubernetes.default.svc." + shape.cluster_domain});
  p.spec.ip_addresses.push_back(shape.service_address);
  for (const auto& san : shape.extra_sans) {
    const bool address =
        san.find(':') != std::string::npos || san.find_first_not_of("0123456789.") == std::string::npos;
    (address ? p.spec.ip_addresses : p.spec.dns_names).push_back(san);
  }
  return p;
}

}  // namespace

std::string node_name(int index) {
  return "node-" + std::to_string(index);
}
std::string store_name(int index) {
  return "store-" + std::to_string(index);
}

std::vector<CertificatePlan> plan_store_certificates(const std::string& name, const ClusterShape& shape) {
  std::vector<CertificatePlan> out = {authority(store_ca, "etcd-ca")};
  for (CertificatePlan& p : store_member(name, shape))
    out.push_back(std::move(p));
  return out;
}

std::vector<CertificatePlan> plan_certificates(const ClusterShape& shape) {
  std::vector<CertificatePlan> out;
  out.push_back(authority(cluster_ca, "kubernetes"));
  out.push_back(authority(store_ca, "etcd-ca"));
  for (int i = 1; i <= shape.stores; ++i)
    for (CertificatePlan& p : store_member(store_name(i), shape))
      out.push_back(std::move(p));
  out.push_back(client("apiserver-etcd-client", store_ca, "kube-apiserver-etcd-client", {}));
  out.push_back(api_server(shape));
  out.push_back(
      client("apiserver-kubelet-client", cluster_ca, "kube-apiserver-kubelet-client", {"system:masters"}));
  out.push_back(authority(front_proxy_ca, "front-proxy-ca"));
  out.push_back(client("front-proxy-client", front_proxy_ca, "front-proxy-client", {}));
  out.push_back(client("admin", cluster_ca, "kubernetes-admin", {"system:masters"}));
  // These two serve their health and metrics with the certificate they also present to the API server.
  out.push_back(
      serving(client("controller-manager", cluster_ca, "system:kube-controller-manager", {}), shape, {}));
  out.push_back(serving(client("scheduler", cluster_ca, "system:kube-scheduler", {}), shape, {}));
  for (int i = 1; i <= shape.nodes; ++i) {
    const auto name = node_name(i);
    out.push_back(client("nodes/" + name + "/client", cluster_ca, "system:node:" + name, {"system:nodes"}));
    auto kubelet = server("nodes/" + name + "/kubelet", cluster_ca, "system:node:" + name, shape, {name});
    kubelet.spec.organizations = {"system:nodes"};
    out.push_back(std::move(kubelet));
  }
  return out;
}

}  // namespace coxctl

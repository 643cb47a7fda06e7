#pragma once
#include <string>
#include <vector>
#include "pki/certificate.hpp"

/// Which certificates and keys a cluster needs: a plan as data, after kubeadm's layout.
namespace coxctl {

/// How big the cluster is and where it is reached.
struct ClusterShape {
  int stores = 1;
  int nodes = 1;
  std::string cluster_domain = "cluster.local";
  std::string service_address = "10.96.0.1";  ///< First address of the service range: the kubernetes Service.
  std::vector<std::string> addresses = {"127.0.0.1"};  ///< Every serving certificate holds these.
  std::vector<std::string> extra_sans;                 ///< More names or addresses for the API server.
};

/// One pair of files: `name`.crt and `name`.key below the directory.
struct CertificatePlan {
  std::string name;           ///< "apiserver", "etcd/ca", "nodes/node-1/kubelet".
  std::string authority;      ///< The name of the plan that signs it; empty: an authority, signs itself.
  pki::CertificateSpec spec;  ///< Without times.
};

/// Authorities first, then what they sign.
std::vector<CertificatePlan> plan_certificates(const ClusterShape& shape);

/// What one member of the store needs, of any name, with the authority that signs it in front. Of `shape`
/// only the addresses count.
std::vector<CertificatePlan> plan_store_certificates(const std::string& name, const ClusterShape& shape);

std::string node_name(int index);   ///< From 1: "node-1".
std::string store_name(int index);  ///< From 1: "store-1".

}  // namespace coxctl

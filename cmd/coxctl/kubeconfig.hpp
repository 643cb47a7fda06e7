#pragma once
#include <filesystem>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "cluster_pki.hpp"

namespace coxctl {

/// What a kubeconfig holds; everything is embedded, so that the file can be moved.
struct Kubeconfig {
  std::string cluster = "coxswain";
  std::string server;  ///< "https://127.0.0.1:6443"
  std::string user;
  std::string authority_pem, certificate_pem, key_pem;
};
/// The file's text (kind: Config, apiVersion: v1).
std::string render(const Kubeconfig& config);

struct KubeconfigOptions {
  std::filesystem::path pki_dir, out_dir;
  /// The API servers. People's kubeconfig names the first alone, for kubectl takes one; the daemons' files
  /// name all, separated by commas, which is ours alone.
  std::vector<std::string> servers = {"https://127.0.0.1:6443"};
  int nodes = 1;
};
/// Writes admin, scheduler, controllers and node-N .kubeconfig; returns the files that changed.
/// Errors: not_found naming the missing certificate (run `coxctl certs init`), and those of write_file.
base::Result<std::vector<std::filesystem::path>> write_kubeconfigs(const KubeconfigOptions& options);

}  // namespace coxctl

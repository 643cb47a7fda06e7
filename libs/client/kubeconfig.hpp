#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>
#include "base/error.hpp"
#include "http/tls.hpp"

namespace client {

/// How to reach an API server and as whom. Source: kubeconfig (KUBECONFIG file format v1).
struct Config {
  std::vector<std::string> servers;  ///< One from the file; more may be given as a comma-separated list.
  std::shared_ptr<http::TlsContext> tls;
  std::string bearer_token;  ///< Or token_file, read again every minute.
  std::string token_file;
  std::string user_agent = "coxswain";
  std::size_t requests_max = 64;  ///< At a time, each on a connection; others wait. Watches are not counted.
};

/// Reads the current context of a kubeconfig file; an empty path means those of $KUBECONFIG (merged, the
/// first to name something wins), else ~/.kube/config. Blocking file reads: for start-up. Errors:
/// invalid_argument naming the file and field.
base::Result<Config> load_kubeconfig(const std::string& path);

/// The same servers and the same authority to check them by, without the user's credentials: for who brings a
/// token of another identity.
base::Result<Config> load_kubeconfig_anonymous(const std::string& path);

/// What the current context of kubeconfig documents says, before any file it names is read.
struct KubeconfigContext {
  std::vector<std::string> servers;
  std::string ca_file, ca_pem, certificate_file, certificate_pem, key_file, key_pem;  ///< The *_pem win.
  bool insecure_skip_verify = false;
  std::string token, token_file, user, ns;
};
struct KubeconfigDocument {
  std::string path;  ///< Relative files are taken from its folder.
  std::string text;
};
/// Pure part of load_kubeconfig.
base::Result<KubeconfigContext> parse_kubeconfig(const std::vector<KubeconfigDocument>& documents);

}  // namespace client

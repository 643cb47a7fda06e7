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
  std::vector<std::string> servers;            ///< One from the file; more may be given as a comma-separated list.
  std::shared_ptr<http::TlsContext> tls;
  std::string bearer_token;                    ///< Or token_file, read again every minute.
  std::string token_file;
  std::string user_agent = "coxswain";
};

/// Reads the current context of a kubeconfig file. Errors: invalid_argument naming the file and field.
base::Result<Config> load_kubeconfig(const std::string& path);

}  // namespace client

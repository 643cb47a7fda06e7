#pragma once
#include <memory>
#include <string>
#include <vector>
#include "base/error.hpp"

namespace http {

/// PEM files for one side of TLS. Paths; empty means absent. Files are read again when they change (see
/// reload).
struct TlsFiles {
  std::string certificate;  ///< Own chain. Required for a server.
  std::string key;
  std::string ca;        ///< Who may sign the peer.
  std::string crl = "";  ///< Who may not connect any more, though signed.
};

/// A TLS configuration (TLS 1.2 and 1.3, modern ciphers) shared by connections. Thread-safe.
/// OpenSSL is told to release its buffers when a connection is idle.
class TlsContext {
 public:
  enum class ClientAuth {
    none,
    request,
    require
  };  ///< `request`: verify if given (a token may come instead).
  /// Errors: invalid_argument naming the file and what is wrong with it.
  static base::Result<std::shared_ptr<TlsContext>> server(const TlsFiles& files, ClientAuth auth);
  static base::Result<std::shared_ptr<TlsContext>> client(const TlsFiles& files);
  /// A server's from PEM text: a certificate made at start. An empty `ca` asks no client for a certificate.
  static base::Result<std::shared_ptr<TlsContext>> server_from_pem(const std::string& certificate,
                                                                   const std::string& key,
                                                                   const std::string& ca, ClientAuth auth);
  /// From PEM text instead of files (kubeconfig's *-data fields).
  static base::Result<std::shared_ptr<TlsContext>> client_from_pem(const std::string& certificate,
                                                                   const std::string& key,
                                                                   const std::string& ca,
                                                                   bool insecure_skip_verify = false);
  virtual ~TlsContext() = default;
  /// Reads the files again if they changed; new connections use them. Error: the old ones stay in use.
  virtual base::Result<bool> reload_if_changed() = 0;
  /// The SSL_CTX* for new connections, as void* so that OpenSSL stays out of this header.
  virtual std::shared_ptr<void> native() const = 0;
};

}  // namespace http

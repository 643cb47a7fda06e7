#include "http/tls.hpp"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <filesystem>
#include <mutex>
#include "http/revocation.hpp"

namespace http {
namespace {

using Ctx = std::shared_ptr<void>;

std::string openssl_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "unknown error";
}

base::Error wrong(const std::string& what) {
  return {base::Errc::invalid_argument, what + ": " + openssl_error()};
}

SSL_CTX* raw(const Ctx& ctx) {
  return static_cast<SSL_CTX*>(ctx.get());
}

Ctx make_context(const SSL_METHOD* method) {
  Ctx ctx(SSL_CTX_new(method), [](void* p) { SSL_CTX_free(static_cast<SSL_CTX*>(p)); });
  SSL_CTX_set_min_proto_version(raw(ctx), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw(ctx), "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_mode(raw(ctx), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_options(raw(ctx),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // A whole record, or several small ones, with one system call.
  SSL_CTX_set_read_ahead(raw(ctx), 1);
  // No session tickets: they would lie unread on an idle connection, which a client takes for a sign of its
  // end.
  SSL_CTX_set_num_tickets(raw(ctx), 0);
  return ctx;
}

base::Result<void> load_files(SSL_CTX* ctx, const TlsFiles& files) {
  if (!files.certificate.empty() && SSL_CTX_use_certificate_chain_file(ctx, files.certificate.c_str()) != 1)
    return wrong("cannot use certificate " + files.certificate);
  if (!files.key.empty() && SSL_CTX_use_PrivateKey_file(ctx, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return wrong("cannot use key " + files.key);
  if (!files.key.empty() && SSL_CTX_check_private_key(ctx) != 1)
    return wrong("key " + files.key + " does not fit " + files.certificate);
  if (files.ca.empty()) return {};
  if (SSL_CTX_load_verify_file(ctx, files.ca.c_str()) != 1) return wrong("cannot use CA file " + files.ca);
  auto* names = SSL_load_client_CA_file(files.ca.c_str());
  if (names) SSL_CTX_set_client_CA_list(ctx, names);
  if (!files.crl.empty()) return detail::refuse_revoked(ctx, files.crl);
  return {};
}

/// With `request`, a certificate that does not verify counts as none: a token may come instead.
int accept_any(int, X509_STORE_CTX*) {
  return 1;
}

void set_client_auth(SSL_CTX* ctx, TlsContext::ClientAuth auth) {
  if (auth == TlsContext::ClientAuth::none) return;
  const bool required = auth == TlsContext::ClientAuth::require;
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     required ? nullptr : accept_any);
  constexpr unsigned char id[] = "coxswain";
  SSL_CTX_set_session_id_context(ctx, id, sizeof id - 1);
}

class FileContext final : public TlsContext {
 public:
  FileContext(TlsFiles files, bool server, ClientAuth auth)
      : files_(std::move(files)), server_(server), auth_(auth) {}

  base::Result<void> load() {
    auto ctx = make_context(server_ ? TLS_server_method() : TLS_client_method());
    if (auto loaded = load_files(raw(ctx), files_); !loaded) return loaded.error();
    if (server_)
      set_client_auth(raw(ctx), auth_);
    else
      SSL_CTX_set_verify(raw(ctx), SSL_VERIFY_PEER, nullptr);
    std::lock_guard lock(mutex_);
    ctx_ = std::move(ctx);
    stamp_ = stamp();
    return {};
  }

  base::Result<bool> reload_if_changed() override {
    {
      std::lock_guard lock(mutex_);
      if (stamp_ == stamp()) return false;
    }
    if (auto loaded = load(); !loaded) return loaded.error();
    return true;
  }

  Ctx native() const override {
    std::lock_guard lock(mutex_);
    return ctx_;
  }

 private:
  /// Modification times and sizes, to see a change.
  std::string stamp() const {
    std::string out;
    for (const auto& path : {files_.certificate, files_.key, files_.ca, files_.crl}) {
      std::error_code error;
      out += std::to_string(std::filesystem::last_write_time(path, error).time_since_epoch().count()) + "/";
      out += std::to_string(std::filesystem::file_size(path, error)) + ";";
    }
    return out;
  }

  const TlsFiles files_;
  const bool server_;
  const ClientAuth auth_;
  mutable std::mutex mutex_;
  Ctx ctx_;  ///< Guarded by mutex_, as is stamp_.
  std::string stamp_;
};

class FixedContext final : public TlsContext {
 public:
  explicit FixedContext(Ctx ctx) : ctx_(std::move(ctx)) {}
  base::Result<bool> reload_if_changed() override { return false; }
  Ctx native() const override { return ctx_; }

 private:
  Ctx ctx_;
};

struct Bio {
  explicit Bio(const std::string& text) : bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))) {}
  ~Bio() { BIO_free(bio); }
  Bio(const Bio&) = delete;
  Bio& operator=(const Bio&) = delete;
  BIO* bio;
};

base::Result<void> use_pem_certificate(SSL_CTX* ctx, const std::string& certificate, const std::string& key) {
  Bio chain(certificate), key_bio(key);
  X509* leaf = PEM_read_bio_X509(chain.bio, nullptr, nullptr, nullptr);
  if (!leaf) return wrong("cannot read the certificate");
  const int used = SSL_CTX_use_certificate(ctx, leaf);
  X509_free(leaf);
  if (used != 1) return wrong("cannot use the certificate");
  while (X509* next = PEM_read_bio_X509(chain.bio, nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(ctx, next);
  ERR_clear_error();
  EVP_PKEY* private_key = PEM_read_bio_PrivateKey(key_bio.bio, nullptr, nullptr, nullptr);
  if (!private_key) return wrong("cannot read the key");
  const int fits = SSL_CTX_use_PrivateKey(ctx, private_key);
  EVP_PKEY_free(private_key);
  return fits == 1 ? base::Result<void>() : wrong("the key does not fit the certificate");
}

base::Result<void> trust_pem(SSL_CTX* ctx, const std::string& ca) {
  Bio bio(ca);
  int added = 0;
  while (X509* certificate = PEM_read_bio_X509(bio.bio, nullptr, nullptr, nullptr)) {
    added += X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate);
    X509_free(certificate);
  }
  ERR_clear_error();
  return added > 0 ? base::Result<void>()
                   : base::Error(base::Errc::invalid_argument, "no CA certificate found in the PEM text");
}

}  // namespace

base::Result<std::shared_ptr<TlsContext>> TlsContext::server(const TlsFiles& files, ClientAuth auth) {
  if (files.certificate.empty() || files.key.empty())
    return base::Error(base::Errc::invalid_argument, "a server needs a certificate and a key file");
  if (auth != ClientAuth::none && files.ca.empty())
    return base::Error(base::Errc::invalid_argument, "client certificates need a CA file");
  auto context = std::make_shared<FileContext>(files, true, auth);
  if (auto loaded = context->load(); !loaded) return loaded.error();
  return std::shared_ptr<TlsContext>(std::move(context));
}

base::Result<std::shared_ptr<TlsContext>> TlsContext::client(const TlsFiles& files) {
  auto context = std::make_shared<FileContext>(files, false, ClientAuth::none);
  if (auto loaded = context->load(); !loaded) return loaded.error();
  return std::shared_ptr<TlsContext>(std::move(context));
}

base::Result<std::shared_ptr<TlsContext>> TlsContext::server_from_pem(const std::string& certificate,
                                                                      const std::string& key,
                                                                      const std::string& ca,
                                                                      ClientAuth auth) {
  auto ctx = make_context(TLS_server_method());
  if (auto used = use_pem_certificate(raw(ctx), certificate, key); !used) return used.error();
  if (auth != ClientAuth::none)
    if (auto trusted = trust_pem(raw(ctx), ca); !trusted) return trusted.error();
  set_client_auth(raw(ctx), auth);
  return std::shared_ptr<TlsContext>(std::make_shared<FixedContext>(std::move(ctx)));
}

base::Result<std::shared_ptr<TlsContext>> TlsContext::client_from_pem(const std::string& certificate,
                                                                      const std::string& key,
                                                                      const std::string& ca,
                                                                      bool insecure_skip_verify) {
  auto ctx = make_context(TLS_client_method());
  if (!certificate.empty())
    if (auto used = use_pem_certificate(raw(ctx), certificate, key); !used) return used.error();
  if (!ca.empty())
    if (auto trusted = trust_pem(raw(ctx), ca); !trusted) return trusted.error();
  SSL_CTX_set_verify(raw(ctx), insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return std::shared_ptr<TlsContext>(std::make_shared<FixedContext>(std::move(ctx)));
}

}  // namespace http

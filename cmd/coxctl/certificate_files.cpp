#include "certificate_files.hpp"
#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace coxctl {
namespace {

namespace fs = std::filesystem;
using Status = CertificateState::Status;

base::Error system_error(int code, const fs::path& path, const char* action) {
  const auto kind = code == ENOENT                     ? base::Errc::not_found
                    : code == EACCES || code == EPERM  ? base::Errc::permission_denied
                    : code == ENOSPC || code == EDQUOT ? base::Errc::resource_exhausted
                                                       : base::Errc::internal;
  return base::Error(kind,
                     std::string("cannot ") + action + " " + path.string() + ": " + std::strerror(code));
}

bool write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return ::fsync(fd) == 0;
}

struct Pair {
  pki::Certificate certificate;
  pki::PrivateKey key;
};

base::Result<Pair> load(const fs::path& dir, const std::string& name) {
  const auto certificate_text = read_file(dir / (name + ".crt"));
  if (!certificate_text) return certificate_text.error();
  const auto key_text = read_file(dir / (name + ".key"));
  if (!key_text) return key_text.error();
  auto certificate = pki::Certificate::from_pem(*certificate_text);
  if (!certificate) return certificate.error();
  auto key = pki::PrivateKey::from_pem(*key_text);
  if (!key) return key.error();
  return Pair{std::move(*certificate), std::move(*key)};
}

std::vector<std::string> sorted(std::vector<std::string> v) {
  std::sort(v.begin(), v.end());
  return v;
}

bool contains_all(const std::vector<std::string>& have, const std::vector<std::string>& want) {
  return std::all_of(want.begin(), want.end(),
                     [&](const auto& w) { return std::find(have.begin(), have.end(), w) != have.end(); });
}

/// What makes the pair unfit for the plan; nothing if it fits.
std::optional<std::string> mismatch(const Pair& pair, const CertificatePlan& plan, const Pair* authority) {
  const auto& c = pair.certificate;
  if (!c.belongs_to(pair.key)) return "key and certificate do not belong together";
  if (plan.authority.empty() != c.is_ca())
    return plan.authority.empty() ? "not an authority" : "an authority";
  if (!plan.authority.empty() && (!authority || !c.signed_by(authority->certificate))) {
    return "not signed by " + plan.authority;
  }
  if (c.common_name() != plan.spec.common_name) return "issued to " + c.common_name();
  if (sorted(c.organizations()) != sorted(plan.spec.organizations)) return "other groups";
  if (!contains_all(c.dns_names(), plan.spec.dns_names)) return "a DNS name is missing";
  if (!contains_all(c.ip_addresses(), plan.spec.ip_addresses)) return "an address is missing";
  const bool usages =
      (c.server_auth() || !plan.spec.server_auth) && (c.client_auth() || !plan.spec.client_auth);
  return usages ? std::nullopt : std::optional<std::string>("a usage is missing");
}

CertificateState judge(const fs::path& dir, const CertificatePlan& plan, const Pair* authority,
                       base::SystemTime now, std::optional<Pair>& loaded) {
  CertificateState s;
  s.name = plan.name;
  s.authority = plan.authority;
  auto pair = load(dir, plan.name);
  if (!pair) {
    s.status = pair.error().is(base::Errc::not_found) ? Status::missing : Status::wrong;
    s.why = pair.error().message;
    return s;
  }
  s.not_after = pair->certificate.not_after();
  if (const auto why = mismatch(*pair, plan, authority)) {
    s.status = Status::wrong;
    s.why = *why;
  } else if (!pair->certificate.valid_at(now)) {
    s.status = Status::expired;
  } else {
    s.status = s.not_after - now < renew_before ? Status::renew : Status::good;
  }
  loaded = std::move(*pair);
  return s;
}

const Pair* find(const std::map<std::string, Pair>& pairs, const std::string& name) {
  const auto it = pairs.find(name);
  return it == pairs.end() ? nullptr : &it->second;
}

/// Looks at the token-signing key, which has no certificate and does not expire.
CertificateState inspect_signing_key(const fs::path& dir) {
  CertificateState s;
  s.name = "sa";
  const auto key_text = read_file(dir / "sa.key");
  const auto public_text = read_file(dir / "sa.pub");
  if (!key_text || !public_text) return s;
  const auto key = pki::PrivateKey::from_pem(*key_text);
  const auto public_key = pki::PublicKey::from_pem(*public_text);
  const bool fits = key && public_key && key->public_key() == *public_key;
  s.status = fits ? Status::good : Status::wrong;
  if (!fits) s.why = "sa.key and sa.pub do not belong together";
  return s;
}

base::Result<void> save(const fs::path& dir, const std::string& name, const Pair& pair) {
  // The key goes first: a certificate without its key would look complete to nobody, but the reverse is
  // renewed.
  if (auto r = write_file(dir / (name + ".key"), pair.key.to_pem(), true); !r) return r;
  return write_file(dir / (name + ".crt"), pair.certificate.pem(), false);
}

/// An authority that only ran out of time keeps its key, so that what it signed still verifies.
base::Result<pki::PrivateKey> key_for(const CertificatePlan& plan, const CertificateState& state,
                                      const std::optional<Pair>& old) {
  const bool keep = plan.authority.empty() && old && state.status != Status::wrong;
  return keep ? base::Result<pki::PrivateKey>(old->key) : pki::PrivateKey::generate(pki::Algorithm::ec_p256);
}

base::Result<Pair> make(const CertificatePlan& plan, pki::PrivateKey key, const Pair* authority,
                        base::SystemTime now) {
  auto spec = plan.spec;
  spec.not_before = now - std::chrono::minutes(5);
  spec.not_after = now + (plan.authority.empty() ? authority_lifetime : certificate_lifetime);
  if (plan.authority.empty()) {
    auto made = pki::create_authority(spec, key);
    if (!made) return std::move(made.error()).prepend(plan.name);
    return Pair{std::move(made->certificate), std::move(made->key)};
  }
  auto made = pki::issue(spec, key.public_key(), {authority->certificate, authority->key});
  if (!made) return std::move(made.error()).prepend(plan.name);
  return Pair{std::move(*made), std::move(key)};
}

base::Result<Change> ensure_signing_key(const fs::path& dir) {
  if (inspect_signing_key(dir).status == Status::good) return Change{"sa", Change::Kind::kept, ""};
  auto kind = Change::Kind::created;
  std::optional<pki::PrivateKey> key;
  if (const auto text = read_file(dir / "sa.key")) {
    // The private key alone is enough: sa.pub follows from it, and no token becomes void.
    auto existing = pki::PrivateKey::from_pem(*text);
    if (!existing) return std::move(existing.error()).prepend((dir / "sa.key").string());
    key = *existing;
    kind = Change::Kind::renewed;
  } else {
    auto fresh = pki::PrivateKey::generate(pki::Algorithm::rsa);
    if (!fresh) return fresh.error();
    key = *fresh;
    if (auto r = write_file(dir / "sa.key", key->to_pem(), true); !r) return r.error();
  }
  if (auto r = write_file(dir / "sa.pub", key->public_key().to_pem(), false); !r) return r.error();
  return Change{"sa", kind, ""};
}

}  // namespace

std::string_view text(CertificateState::Status s) {
  switch (s) {
    case Status::good:
      return "good";
    case Status::missing:
      return "missing";
    case Status::renew:
      return "expires soon";
    case Status::expired:
      return "expired";
    case Status::wrong:
      return "wrong";
  }
  return "";
}

base::Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return system_error(errno, path, "read");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

base::Result<void> write_file(const fs::path& path, const std::string& text, bool secret) {
  std::error_code ec;
  const bool fresh = !path.parent_path().empty() && fs::create_directories(path.parent_path(), ec);
  if (ec) return system_error(ec.value(), path.parent_path(), "create");
  if (fresh) fs::permissions(path.parent_path(), fs::perms::owner_all, ec);
  const fs::path temporary = path.string() + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, secret ? 0600 : 0644);
  if (fd < 0) return system_error(errno, temporary, "write");
  const bool written = write_all(fd, text);
  const int code = errno;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const auto error = system_error(written ? errno : code, path, "write");
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

std::vector<CertificateState> inspect(const fs::path& dir, const std::vector<CertificatePlan>& plan,
                                      base::SystemTime now) {
  std::vector<CertificateState> out;
  std::map<std::string, Pair> pairs;
  for (const auto& p : plan) {
    std::optional<Pair> loaded;
    out.push_back(judge(dir, p, find(pairs, p.authority), now, loaded));
    if (loaded) pairs.insert_or_assign(p.name, std::move(*loaded));
  }
  out.push_back(inspect_signing_key(dir));
  return out;
}

base::Result<std::vector<Change>> ensure(const fs::path& dir, const std::vector<CertificatePlan>& plan,
                                         base::SystemTime now) {
  std::vector<Change> out;
  std::map<std::string, Pair> pairs;
  for (const auto& p : plan) {
    std::optional<Pair> pair;
    const Pair* authority = find(pairs, p.authority);
    const auto state = judge(dir, p, authority, now, pair);
    if (state.status == Status::good) {
      out.push_back({p.name, Change::Kind::kept, ""});
      pairs.insert_or_assign(p.name, std::move(*pair));
      continue;
    }
    auto key = key_for(p, state, pair);
    if (!key) return key.error();
    auto made = make(p, std::move(*key), authority, now);
    if (!made) return made.error();
    if (auto r = save(dir, p.name, *made); !r) return r.error();
    const bool created = state.status == Status::missing;
    out.push_back({p.name, created ? Change::Kind::created : Change::Kind::renewed,
                   created ? "" : (state.why.empty() ? std::string(text(state.status)) : state.why)});
    pairs.insert_or_assign(p.name, std::move(*made));
  }
  auto signing = ensure_signing_key(dir);
  if (!signing) return signing.error();
  out.push_back(std::move(*signing));
  return out;
}

}  // namespace coxctl

#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>
#include "base/clock.hpp"
#include "base/error.hpp"
#include "cluster_pki.hpp"
#include "pki/certificate.hpp"

/// The plan on disk: read, judged, made. Keys are written with mode 0600, files replaced as a whole.
namespace coxctl {

inline constexpr std::chrono::hours authority_lifetime{24 * 3650};
inline constexpr std::chrono::hours certificate_lifetime{24 * 365};
inline constexpr std::chrono::hours renew_before{24 * 30};  ///< Less time left than this: renewed.

/// What stands in the directory for one entry of the plan.
struct CertificateState {
  enum class Status { good, missing, renew, expired, wrong };
  std::string name;
  Status status = Status::missing;
  std::string why;  ///< For `wrong`: what does not fit.
  base::SystemTime not_after{};
  std::string authority;
};
std::string_view text(CertificateState::Status s);

/// Looks at every certificate of the plan, and at sa.key and sa.pub. Changes nothing.
std::vector<CertificateState> inspect(const std::filesystem::path& dir,
                                      const std::vector<CertificatePlan>& plan, base::SystemTime now);

/// What `ensure` did about an entry.
struct Change {
  enum class Kind { kept, created, renewed };
  std::string name;
  Kind kind;
  std::string why;
};
/// Makes what is missing, renews what is about to expire or does not fit, keeps the rest; an authority keeps
/// its key when renewed. Idempotent. Errors: permission_denied, resource_exhausted (disk full), internal;
/// each names the file.
base::Result<std::vector<Change>> ensure(const std::filesystem::path& dir,
                                         const std::vector<CertificatePlan>& plan, base::SystemTime now);

base::Result<std::string> read_file(const std::filesystem::path& path);
/// Replaces the file as a whole; `secret`: mode 0600, else 0644. Makes the directory (0700).
base::Result<void> write_file(const std::filesystem::path& path, const std::string& text, bool secret);

}  // namespace coxctl

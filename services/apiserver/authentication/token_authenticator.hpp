#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "apiserver/authentication/user.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace apiserver::authentication {

/// A token that holds, and for which audiences.
struct ValidatedToken {
  UserInfo user;
  std::vector<std::string> audiences;  ///< Those asked for that the token is meant for.
  bool stale = false;                  ///< Past the time its holder should have renewed it; still valid.
};

/// Judges bearer tokens of one kind. Thread-safe, never blocks.
class TokenAuthenticator {
 public:
  virtual ~TokenAuthenticator() = default;
  /// `audiences` empty: the API server's own. Error: unauthenticated, the message for the log only.
  virtual base::Result<ValidatedToken> validate(std::string_view token,
                                                std::span<const std::string> audiences,
                                                base::SystemTime now) const = 0;
};

}  // namespace apiserver::authentication

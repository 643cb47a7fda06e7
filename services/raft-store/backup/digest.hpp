#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace raft_store::backup {

inline constexpr std::size_t kDigestBytes = 32;

/// SHA-256 of what is added.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void add(std::string_view bytes);
  /// kDigestBytes. Last.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace raft_store::backup

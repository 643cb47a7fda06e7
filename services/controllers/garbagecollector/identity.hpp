#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace controllers::garbagecollector {

/// An apiVersion and kind, held once for all objects of it.
struct Kind {
  std::string api_version, kind;
  std::optional<bool> namespaced;  ///< Unknown for a kind that discovery has not named.
};

/// The kinds met so far; their addresses are stable. Grows with the kinds of a cluster, which are bounded by
/// what it serves and what references name.
class Kinds {
 public:
  const Kind* get(const std::string& api_version, const std::string& kind);
  void set_scope(const std::string& api_version, const std::string& kind, bool namespaced);

 private:
  struct ByName {
    bool operator()(const std::unique_ptr<Kind>& a, const std::unique_ptr<Kind>& b) const noexcept;
  };
  Kind& find(const std::string& api_version, const std::string& kind);
  std::set<std::unique_ptr<Kind>, ByName> kinds_;
};

/// Which object: where it is, and which of all that were ever there.
struct Identity {
  const Kind* kind = nullptr;
  std::string ns, name, uid;  ///< ns is empty for cluster-scoped kinds.
  friend bool operator==(const Identity&, const Identity&) = default;
  /// "[v1/Pod, namespace: ns, name: web, uid: 1]", as upstream's events have it.
  std::string text() const;
};
/// An order by what it says, not by addresses.
bool operator<(const Identity& a, const Identity& b);

}  // namespace controllers::garbagecollector

#pragma once
#include "controllers/garbagecollector/graph.hpp"

/// Objects and owners in a line, for tests.
namespace controllers::garbagecollector::testing {

using api::meta::v1::OwnerReference;

inline OwnerReference owner(const std::string& kind, const std::string& name, const std::string& uid,
                            bool blocks = false, const std::string& api_version = "v1") {
  OwnerReference r;
  r.api_version = api_version;
  r.kind = kind;
  r.name = name;
  r.uid = uid;
  if (blocks) r.block_owner_deletion = true;
  return r;
}

inline ObjectMeta meta(const std::string& name, std::vector<OwnerReference> owners = {},
                       const std::string& ns = "ns") {
  ObjectMeta m;
  m.name = name;
  m.uid = "uid-" + name;
  m.namespace_ = ns;
  m.owner_references = std::move(owners);
  return m;
}

inline ObjectMeta deleted(ObjectMeta m, std::vector<std::string> finalizers) {
  m.deletion_timestamp = api::Time{};
  m.finalizers = std::move(finalizers);
  return m;
}

/// "attempt a b | verify c | orphan d", without the "uid-".
inline std::string text(const Work& work) {
  const auto list = [](const std::set<std::string>& uids) {
    std::string out;
    for (const auto& uid : uids)
      out += " " + uid.substr(uid.find('-') + 1);
    return out;
  };
  return "attempt" + list(work.attempt) + " | verify" + list(work.verify) + " | orphan" + list(work.orphan);
}

}  // namespace controllers::garbagecollector::testing

#include "controllers/garbagecollector/identity.hpp"
#include <tuple>

namespace controllers::garbagecollector {

bool Kinds::ByName::operator()(const std::unique_ptr<Kind>& a,
                               const std::unique_ptr<Kind>& b) const noexcept {
  return std::tie(a->api_version, a->kind) < std::tie(b->api_version, b->kind);
}

Kind& Kinds::find(const std::string& api_version, const std::string& kind) {
  auto wanted = std::make_unique<Kind>();
  wanted->api_version = api_version;
  wanted->kind = kind;
  return **kinds_.insert(std::move(wanted)).first;
}

const Kind* Kinds::get(const std::string& api_version, const std::string& kind) {
  return &find(api_version, kind);
}

void Kinds::set_scope(const std::string& api_version, const std::string& kind, bool namespaced) {
  find(api_version, kind).namespaced = namespaced;
}

std::string Identity::text() const {
  return "[" + kind->api_version + "/" + kind->kind + ", namespace: " + ns + ", name: " + name +
         ", uid: " + uid + "]";
}

bool operator<(const Identity& a, const Identity& b) {
  return std::tie(a.kind->api_version, a.kind->kind, a.ns, a.name, a.uid) <
         std::tie(b.kind->api_version, b.kind->kind, b.ns, b.name, b.uid);
}

}  // namespace controllers::garbagecollector

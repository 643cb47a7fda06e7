#include "apiserver/discovery/discovery.hpp"
#include <openssl/sha.h>
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include "api/protobuf.hpp"
#include "api/status.hpp"
#include "apiserver/discovery/documents.hpp"
#include "apiserver/negotiation/accept.hpp"
#include "base/assert.hpp"
#include "base/encoding.hpp"
#include "base/yaml.hpp"

namespace apiserver::discovery {
namespace {

constexpr std::string_view aggregated_versions[] = {"v2", "v2beta1"};

/// Kinds stored in another group version than the one they are served in.
struct StoredElsewhere {
  std::string_view group, kind, stored_group, stored_version;
};
constexpr StoredElsewhere stored_elsewhere[] = {
    {"events.k8s.io", "Event", "", "v1"},
    {"autoscaling", "HorizontalPodAutoscaler", "autoscaling", "v2"},
};

http::SharedBytes encode(const boost::json::object& document) {
  return http::make_bytes(boost::json::serialize(document));
}

/// Upstream's form: the quoted SHA-512 in upper case.
std::string etag_of(const std::string& bytes) {
  unsigned char digest[SHA512_DIGEST_LENGTH];
  SHA512(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  auto hex = base::hex_encode({reinterpret_cast<const char*>(digest), sizeof digest});
  for (auto& c : hex)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return '"' + hex + '"';
}

http::Response ok(const http::SharedBytes& bytes, std::string content_type) {
  http::Response response;
  response.headers.add("Content-Type", std::move(content_type));
  response.shared_body.push_back(bytes);
  return response;
}

/// "v2" or "v2beta1" if the range asks for that aggregated form; else empty.
std::string_view aggregated_version(const negotiation::MediaRange& range) {
  if (range.parameter("as") != "APIGroupDiscoveryList" || range.parameter("g") != "apidiscovery.k8s.io")
    return {};
  for (const auto version : aggregated_versions)
    if (range.parameter("v") == version) return version;
  return {};
}

/// A plain document in the first encoding that the range covers; nothing if it covers none, or asks for
/// another shape.
std::optional<http::Response> in_form(const http::SharedBytes& json, const negotiation::MediaRange& range) {
  if (range.has("as") || range.has("g") || range.has("v")) return {};
  if (range.covers("application/json")) return ok(json, "application/json");
  const auto document = boost::json::parse(*json);
  if (range.covers("application/yaml"))
    return ok(http::make_bytes(base::to_yaml(document)), "application/yaml");
  if (!range.covers(api::protobuf_type)) return {};
  const std::string kind(document.at("kind").as_string());
  const auto* type = api::find_type("io.k8s.apimachinery.pkg.apis.meta.v1." + kind);
  COX_ASSERT(type, "discovery documents have a schema");
  const auto bytes = api::ProtobufWriter::of_thread().object(*json, *type);
  COX_ASSERT(bytes, "discovery documents have a protobuf form");
  return ok(http::make_bytes(std::string(*bytes)), std::string(api::protobuf_type));
}

http::Response not_acceptable() {
  http::Response response;
  const auto error = api::StatusError::not_acceptable(negotiation::offered_types());
  response.status = error.code;
  response.headers.add("Content-Type", "application/json");
  response.body = boost::json::serialize(error.to_json());
  return response;
}

}  // namespace

std::string storage_version_hash(const api::ResourceInfo& resource) {
  const auto& verbs = resource.verbs;
  const bool stored = std::find(verbs.begin(), verbs.end(), "watch") != verbs.end();
  if (!resource.subresource.empty() || !stored) return {};
  std::string group = resource.group, version = resource.version;
  for (const auto& e : stored_elsewhere)
    if (e.group == resource.group && e.kind == resource.kind) {
      group = e.stored_group;
      version = e.stored_version;
    }
  if (resource.extension) version = std::string(resource.extension->storage_version());
  const auto text = group + "/" + version + "/" + resource.kind;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return base::base64_encode({reinterpret_cast<const char*>(digest), 8});
}

Discovery::Discovery(const ResourceList& resources, const std::string& address) {
  const auto groups = group(resources);
  plain_["/api"] = encode(api_versions(address));
  plain_["/apis"] = encode(api_group_list(groups));
  for (const auto& g : groups) {
    const std::string root = g.name.empty() ? "/api" : "/apis/" + g.name;
    if (!g.name.empty()) plain_[root] = encode(api_group(g));
    for (const auto& version : g.versions)
      plain_[root + "/" + version.version] = encode(api_resource_list(g, version));
  }
  for (const bool core : {true, false})
    for (const auto version : aggregated_versions) {
      auto bytes = encode(aggregated_list(groups, core, version));
      auto etag = etag_of(*bytes);
      aggregated_[{core ? "/api" : "/apis", std::string(version)}] = {std::move(bytes), std::move(etag)};
    }
}

std::optional<http::Response> Discovery::answer(std::string_view path, const http::Headers& headers) const {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const auto plain = plain_.find(path);
  if (plain == plain_.end()) return {};
  const bool has_aggregated = path == "/api" || path == "/apis";
  for (const auto& range : negotiation::parse_accept(headers.get("Accept"))) {
    const auto version = has_aggregated ? aggregated_version(range) : std::string_view();
    if (!version.empty() && range.covers("application/json")) return aggregated(path, version, headers);
    auto response = in_form(plain->second, range);
    if (response && has_aggregated) response->headers.add("Vary", "Accept");
    if (response) return response;
  }
  return not_acceptable();
}

std::optional<http::Response> Discovery::aggregated(std::string_view path, std::string_view version,
                                                    const http::Headers& headers) const {
  const auto& document = aggregated_.at({std::string(path), std::string(version)});
  auto response = ok(document.bytes, "application/json;g=apidiscovery.k8s.io;v=" + std::string(version) +
                                         ";as=APIGroupDiscoveryList");
  response.headers.add("Vary", "Accept");
  response.headers.add("ETag", document.etag);
  response.headers.add("Cache-Control", "public");
  if (headers.get("If-None-Match") == document.etag) {
    response.status = 304;
    response.shared_body.clear();
  }
  return response;
}

std::vector<std::string> Discovery::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, bytes] : plain_)
    out.push_back(path);
  return out;
}

}  // namespace apiserver::discovery

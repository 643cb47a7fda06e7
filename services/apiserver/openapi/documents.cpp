#include "apiserver/openapi/documents.hpp"
#include <openssl/sha.h>
#include <boost/json/serialize.hpp>
#include "api/openapi_v2.hpp"
#include "api/openapi_v3.hpp"
#include "api/status.hpp"
#include "apiserver/negotiation/accept.hpp"
#include "apiserver/openapi/gzip.hpp"
#include "base/encoding.hpp"

namespace apiserver::openapi {
namespace {

constexpr std::string_view v3_root = "/openapi/v3";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view v2_protobuf_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/// What kubectl asks for: the name it had until it was found that a media type cannot have an @.
constexpr std::string_view v2_protobuf_old_type =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

std::string hash_of(const std::string& text) {
  unsigned char digest[SHA512_DIGEST_LENGTH];
  SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  auto hex = base::hex_encode({reinterpret_cast<const char*>(digest), sizeof digest});
  for (auto& c : hex)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return hex;
}

bool accepts_gzip(const http::Headers& headers) {
  for (const auto& value : headers.all("Accept-Encoding"))
    if (value.find("gzip") != std::string_view::npos) return true;
  return false;
}

}  // namespace

/// One form of a document: how it is made, and once it was, its compressed bytes and their hash.
struct Documents::Document {
  std::string_view type;
  Resources resources;
  std::function<std::string()> make;
  std::once_flag made;
  http::SharedBytes compressed;
  std::string hash;

  void ensure() {
    std::call_once(made, [this] {
      const auto text = make();
      hash = hash_of(text);
      compressed = http::make_bytes(gzip(text));
      make = nullptr;
    });
  }
  bool fits(const negotiation::MediaRange& range) const {
    return range.covers(type) || (type == v2_protobuf_type && range.covers(v2_protobuf_old_type));
  }
};

Documents::Documents(Resources resources, std::string version, std::shared_ptr<const void> keep,
                     const Documents* before, std::vector<api::GroupVersion> elsewhere)
    : version_(std::move(version)), keep_(std::move(keep)), elsewhere_(std::move(elsewhere)) {
  add("/openapi/v2", json_type, api::openapi::v2_document, resources, before);
  add("/openapi/v2", v2_protobuf_type, api::openapi::v2_protobuf, resources, before);
  std::map<std::string, Resources> by_path;
  for (const auto* r : resources) {
    const auto root = std::string(v3_root) + (r->group.empty() ? "/api/" : "/apis/" + r->group + "/");
    by_path[root + r->version].push_back(r);
  }
  for (const auto& [path, list] : by_path)
    add(path, json_type, api::openapi::v3_document, list, before);
  auto& index_document = documents_[std::string(v3_root)].emplace_back(std::make_shared<Document>());
  index_document->type = json_type;
  index_document->make = [this] { return index(); };
}

Documents::~Documents() = default;

void Documents::add(const std::string& path, std::string_view type, Maker make, const Resources& resources,
                    const Documents* before) {
  auto& forms = documents_[path];
  if (before)
    if (const auto had = before->documents_.find(path); had != before->documents_.end())
      for (const auto& document : had->second)
        if (document->type == type && document->resources == resources)
          return void(forms.push_back(document));
  auto document = std::make_shared<Document>();
  document->type = type;
  document->resources = resources;
  document->make = [make, list = resources, version = version_, keep = keep_] { return make(list, version); };
  forms.push_back(std::move(document));
}

std::string Documents::index() const {
  boost::json::object paths;
  for (const auto& [path, forms] : documents_) {
    if (!path.starts_with(std::string(v3_root) + "/")) continue;
    auto& document = *forms.front();
    document.ensure();
    paths[path.substr(v3_root.size() + 1)] =
        boost::json::object{{"serverRelativeURL", path + "?hash=" + document.hash}};
  }
  for (const auto& gv : elsewhere_) {
    const auto path = "apis/" + gv.group + "/" + gv.version;
    paths[path] = boost::json::object{{"serverRelativeURL", std::string(v3_root) + "/" + path}};
  }
  return boost::json::serialize(boost::json::object{{"paths", std::move(paths)}});
}

/// The form that the client likes best; null: none.
Documents::Document* Documents::choose(const Forms& forms, const http::Headers& headers) {
  for (const auto& range : negotiation::parse_accept(headers.get("Accept")))
    for (const auto& document : forms)
      if (document->fits(range)) return document.get();
  return nullptr;
}

http::Response Documents::not_acceptable(const Forms& forms) {
  std::string types;
  for (const auto& document : forms)
    types += (types.empty() ? "" : ", ") + std::string(document->type);
  const auto error = api::StatusError::not_acceptable(types);
  http::Response response;
  response.status = error.code;
  response.headers.add("Content-Type", std::string(json_type));
  response.body = boost::json::serialize(error.to_json());
  return response;
}

std::optional<http::Response> Documents::answer(std::string_view path, const http::Query& query,
                                                const http::Headers& headers) const {
  const auto hit = documents_.find(path);
  if (hit == documents_.end()) return {};
  auto* const chosen = choose(hit->second, headers);
  if (!chosen) return not_acceptable(hit->second);
  auto& document = *chosen;
  document.ensure();
  http::Response response;
  const auto etag = '"' + document.hash + '"';
  response.headers.add("ETag", etag);
  response.headers.add("Vary", "Accept-Encoding, Accept");
  if (const auto hash = query.get("hash"); hash && !hash->empty()) {
    if (*hash != document.hash) {
      response.status = 301;
      response.headers.add("Location", std::string(path) + "?hash=" + document.hash);
      return response;
    }
    response.headers.add("Cache-Control", "public, immutable");
  }
  response.headers.add("Content-Type", std::string(document.type));
  if (headers.get("If-None-Match") == etag) {
    response.status = 304;
  } else if (accepts_gzip(headers)) {
    response.headers.add("Content-Encoding", "gzip");
    response.shared_body.push_back(document.compressed);
  } else {
    response.body = gunzip(*document.compressed);
  }
  return response;
}

std::vector<std::string> Documents::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, forms] : documents_)
    out.push_back(path);
  return out;
}

}  // namespace apiserver::openapi

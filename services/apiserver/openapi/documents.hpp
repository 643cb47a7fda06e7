#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include "api/resource.hpp"
#include "http/message.hpp"

/// The server's OpenAPI documents: /openapi/v2 and /openapi/v3.
/// Source: Kubernetes API concepts, "OpenAPI interface definition"; KEP-2896 (OpenAPI v3).
namespace apiserver::openapi {

/// Makes each document when it is first asked for and keeps it compressed (about a twentieth of its size).
/// Thread-safe. The first answer of a document takes some milliseconds of work, the first index some hundred
/// (it names the hash of every document): call `answer` where that may block.
class Documents {
 public:
  /// `resources`: main and sub resources of every served version; `keep` holds those of them that may go.
  /// `version`: of the server, "v1.35.0+...". `before`: documents whose resources are the very same are taken
  /// over from there, finished or not.
  /// `elsewhere`: group versions of other servers, which the index names too.
  Documents(std::vector<const api::ResourceInfo*> resources, std::string version,
            std::shared_ptr<const void> keep = nullptr, const Documents* before = nullptr,
            std::vector<api::GroupVersion> elsewhere = {});
  ~Documents();
  Documents(const Documents&) = delete;

  /// The answer to GET `path`; nothing if it is none of these documents. 304 when If-None-Match has the ETag,
  /// 301 to the current address when ?hash= is another document's, 406 when no form that it has is accepted.
  std::optional<http::Response> answer(std::string_view path, const http::Query& query,
                                       const http::Headers& headers) const;
  /// "/openapi/v2", "/openapi/v3", "/openapi/v3/apis/apps/v1", ...
  std::vector<std::string> paths() const;

 private:
  struct Document;
  using Forms = std::vector<std::shared_ptr<Document>>;  ///< JSON first.
  using Resources = std::vector<const api::ResourceInfo*>;
  using Maker = std::string (*)(std::span<const api::ResourceInfo* const> resources,
                                std::string_view version);
  void add(const std::string& path, std::string_view type, Maker make, const Resources& resources,
           const Documents* before);
  std::string index() const;
  static Document* choose(const Forms& forms, const http::Headers& headers);
  static http::Response not_acceptable(const Forms& forms);

  const std::string version_;
  const std::shared_ptr<const void> keep_;
  const std::vector<api::GroupVersion> elsewhere_;
  std::map<std::string, Forms, std::less<>> documents_;
};

}  // namespace apiserver::openapi

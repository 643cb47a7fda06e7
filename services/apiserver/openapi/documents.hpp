#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
  /// `resources`: main and sub resources of every served version; must outlive this object.
  /// `version`: of the server, "v1.35.0+...".
  Documents(std::vector<const api::ResourceInfo*> resources, std::string version);
  ~Documents();

  /// The answer to GET `path`; nothing if it is none of these documents. 304 when If-None-Match has the ETag,
  /// 301 to the current address when ?hash= is another document's, 406 when no form that it has is accepted.
  std::optional<http::Response> answer(std::string_view path, const http::Query& query,
                                       const http::Headers& headers) const;
  /// "/openapi/v2", "/openapi/v3", "/openapi/v3/apis/apps/v1", ...
  std::vector<std::string> paths() const;

 private:
  struct Document;
  using Forms = std::vector<std::unique_ptr<Document>>;  ///< JSON first.
  void add(std::string path, std::string_view type, std::function<std::string()> make);
  std::string index() const;
  static Document* choose(const Forms& forms, const http::Headers& headers);
  static http::Response not_acceptable(const Forms& forms);

  std::vector<const api::ResourceInfo*> resources_;
  std::string version_;
  std::map<std::string, Forms, std::less<>> documents_;
};

}  // namespace apiserver::openapi

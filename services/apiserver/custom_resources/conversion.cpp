#include "apiserver/custom_resources/conversion.hpp"
#include <algorithm>
#include "api/decode.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/proxy/service_endpoint.hpp"
#include "base/encoding.hpp"

namespace apiserver::custom_resources {
namespace {

namespace json = boost::json;
using api::StatusError;
using api::StatusOr;
using kinds::at;
using namespace std::chrono_literals;
constexpr auto call_max = 30'000ms;

class Trivial final : public Converter {
 public:
  base::Awaitable<StatusOr<std::vector<Object>>> convert(std::vector<Object> objects,
                                                         std::string api_version) const override {
    for (auto& o : objects)
      o["apiVersion"] = api_version;
    co_return objects;
  }
};

/// "example.com/v1, Kind=Foo"
std::string gvk_text(const Object& o) {
  return at(o, {"apiVersion"}) + ", Kind=" + at(o, {"kind"});
}

/// As upstream passes it on: a failure without a reason of its own.
StatusError failed(const Object& first, const std::string& what) {
  StatusError error;
  error.message = "conversion webhook for " + gvk_text(first) + " " + what;
  return error;
}

std::string differs(const Object& in, const Object& out) {
  const std::pair<const char*, std::initializer_list<std::string_view>> members[] = {
      {"kind", {"kind"}},
      {"name", {"metadata", "name"}},
      {"namespace", {"metadata", "namespace"}},
      {"UID", {"metadata", "uid"}}};
  for (const auto& [name, path] : members)
    if (at(in, path) != at(out, path))
      return std::string("must have the same ") + name + ": " + at(in, path) + " != " + at(out, path);
  return {};
}

/// The original's metadata, with the labels and annotations of the converted object. A text: what is wrong
/// with these.
std::string restore_metadata(const Object& original, Object& converted) {
  const auto* given = converted.if_contains("metadata");
  if (!given) return "missing metadata in converted object";
  if (!given->is_object()) return "invalid metadata in converted object";
  const Object from_hook = given->get_object();
  const auto* own = api::get_object(original, {"metadata"});
  Object metadata = own ? *own : Object();
  for (const char* member : {"labels", "annotations"}) {
    const auto* v = from_hook.if_contains(member);
    if (!v || v->is_null()) {
      metadata.erase(member);
      continue;
    }
    if (!v->is_object()) return std::string("invalid metadata.") + member + " in converted object";
    for (const auto& [key, value] : v->get_object())
      if (!value.is_string())
        return std::string("metadata.") + member + "[" + std::string(key) + "] must be a string";
    metadata[member] = *v;
  }
  if (const auto* labels = api::get_object(metadata, {"labels"})) {
    kinds::Errors errors;
    kinds::check_labels(*labels, kinds::Path("metadata").child("labels"), errors);
    for (const auto& e : errors)
      return e.text();
  }
  converted["metadata"] = std::move(metadata);
  return {};
}

class Webhook final : public Converter {
 public:
  Webhook(const Object& definition, WebhookParts parts, std::shared_ptr<http::TlsContext> tls)
      : parts_(std::move(parts)), tls_(std::move(tls)) {
    const auto& hook = *api::get_object(definition, {"spec", "conversion", "webhook"});
    client_config_ = *api::get_object(hook, {"clientConfig"});
    if (const auto* versions = api::get_array(hook, {"conversionReviewVersions"}))
      for (const auto& v : *versions)
        if (review_.empty() && v.is_string() && (v.get_string() == "v1" || v.get_string() == "v1beta1"))
          review_ = std::string(v.get_string());
  }
  ~Webhook() override {
    for (auto& [endpoint, client] : clients_)
      client->close();
  }

  base::Awaitable<StatusOr<std::vector<Object>>> convert(std::vector<Object> objects,
                                                         std::string api_version) const override {
    if (objects.empty()) co_return objects;
    if (review_.empty()) co_return failed(objects.front(), "failed: no supported conversion review versions");
    const auto uid = parts_.uid();
    auto request = request_for(api::encode(conversion_request(review_, uid, api_version, objects)));
    if (!request) co_return failed(objects.front(), "failed: " + request.error().message);
    const auto url = request->first;
    auto client = client_for(url);
    auto answer = co_await client->send(std::move(request->second), call_max);
    if (!answer) co_return failed(objects.front(), "failed: Post \"" + url + "\": " + answer.error().message);
    if (answer->status < 200 || answer->status > 299)
      co_return failed(objects.front(), "failed: the server answered " + std::to_string(answer->status));
    co_return read_conversion(answer->body, review_, uid, api_version, objects);
  }

 private:
  /// Where to, and what.
  StatusOr<std::pair<std::string, http::Request>> request_for(std::string body) const {
    http::Request request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", "application/json");
    request.body = std::move(body);
    std::string endpoint;
    if (const auto* service = api::get_object(client_config_, {"service"})) {
      auto found = proxy::service_endpoint(*parts_.lookup, at(*service, {"namespace"}),
                                           at(*service, {"name"}), kinds::number(*service, {"port"}, 443));
      if (!found) return found.error();
      endpoint = found->url;
      request.host = found->host;
      request.path = at(*service, {"path"});
    } else {
      const auto url = at(client_config_, {"url"});
      const auto path_at = url.find('/', url.find("://") + 3);
      endpoint = url.substr(0, path_at);
      request.path = path_at == std::string::npos ? "" : url.substr(path_at);
    }
    if (request.path.empty()) request.path = "/";
    request.raw_query = "timeout=30s";
    return std::make_pair(std::move(endpoint), std::move(request));
  }

  std::shared_ptr<http::Client> client_for(const std::string& endpoint) const {
    std::lock_guard lock(mutex_);
    constexpr std::size_t clients_max = 64;  // The endpoints of a service come and go.
    if (clients_.size() >= clients_max) clients_.clear();
    auto& client = clients_[endpoint];
    if (!client) {
      http::ClientOptions options;
      options.endpoints = {endpoint};
      options.tls = tls_;
      options.user_agent = "kube-apiserver-admission";
      client = http::Client::create(parts_.executor, std::move(options));
    }
    return client;
  }

  const WebhookParts parts_;
  const std::shared_ptr<http::TlsContext> tls_;
  Object client_config_;
  std::string review_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<http::Client>> clients_;  ///< By endpoint; guarded by mutex_.
};

}  // namespace

std::shared_ptr<const Converter> trivial_converter() {
  static const auto one = std::make_shared<const Trivial>();
  return one;
}

Object conversion_request(const std::string& version, const std::string& uid, const std::string& api_version,
                          const std::vector<Object>& objects) {
  json::array list;
  for (const auto& o : objects)
    list.push_back(o);
  return {{"kind", "ConversionReview"},
          {"apiVersion", "apiextensions.k8s.io/" + version},
          {"request", {{"uid", uid}, {"desiredAPIVersion", api_version}, {"objects", std::move(list)}}}};
}

StatusOr<std::vector<Object>> read_conversion(const std::string& answer, const std::string& version,
                                              const std::string& uid, const std::string& api_version,
                                              const std::vector<Object>& originals) {
  const auto& first = originals.front();
  auto parsed = api::parse_json(answer);
  if (!parsed || !parsed->is_object()) return failed(first, "failed: the answer is no ConversionReview");
  auto& review = parsed->get_object();
  const auto group_version = "apiextensions.k8s.io/" + version;
  if (version == "v1" &&
      (at(review, {"kind"}) != "ConversionReview" || at(review, {"apiVersion"}) != group_version))
    return failed(first, "failed: expected webhook response of " + group_version +
                             ", Kind=ConversionReview, got " + gvk_text(review));
  auto* response = review.if_contains("response");
  if (!response || !response->is_object()) return failed(first, "failed: no response provided");
  const auto& r = response->get_object();
  if (version == "v1" && at(r, {"uid"}) != uid)
    return failed(first, "failed: expected response.uid=\"" + uid + "\", got \"" + at(r, {"uid"}) + "\"");
  if (at(r, {"result", "status"}) != "Success") {
    const auto message = at(r, {"result", "message"});
    return failed(first, "failed: " + (message.empty() ? "response.result.status was '" +
                                                             at(r, {"result", "status"}) + "', not 'Success'"
                                                       : message));
  }
  static const json::array none;
  const auto* list = api::get_array(r, {"convertedObjects"});
  if (!list) list = &none;
  if (list->size() != originals.size())
    return failed(first, "returned " + std::to_string(list->size()) + " objects, expected " +
                             std::to_string(originals.size()));
  std::vector<Object> out;
  for (std::size_t i = 0; i < originals.size(); ++i) {
    const auto where = "returned invalid converted object at index " + std::to_string(i) + ": ";
    if (!(*list)[i].is_object()) return failed(originals[i], where + "it is no object");
    Object o = (*list)[i].get_object();
    if (at(o, {"apiVersion"}) != api_version)
      return failed(originals[i], where + "invalid groupVersion (expected " + api_version + ", received " +
                                      at(o, {"apiVersion"}) + ")");
    if (at(o, {"kind"}) != at(originals[i], {"kind"}))
      return failed(originals[i], where + "invalid kind (expected " + at(originals[i], {"kind"}) +
                                      ", received " + at(o, {"kind"}) + ")");
    if (const auto why = differs(originals[i], o); !why.empty()) return failed(originals[i], where + why);
    if (const auto why = restore_metadata(originals[i], o); !why.empty())
      return failed(originals[i],
                    "returned invalid metadata in object at index " + std::to_string(i) + ": " + why);
    out.push_back(std::move(o));
  }
  return out;
}

base::Result<std::shared_ptr<const Converter>> webhook_converter(const Object& definition,
                                                                 WebhookParts parts) {
  const auto bundle = at(definition, {"spec", "conversion", "webhook", "clientConfig", "caBundle"});
  auto pem = base::base64_decode(bundle);
  if (!pem) return pem.error();
  auto tls = http::TlsContext::client_from_pem("", "", *pem);
  if (!tls) return tls.error();
  return std::shared_ptr<const Converter>(
      std::make_shared<const Webhook>(definition, std::move(parts), *tls));
}

base::Result<std::shared_ptr<const Converter>> converter_of(const Object& definition, WebhookParts parts) {
  const bool hook = at(definition, {"spec", "conversion", "strategy"}) == "Webhook" &&
                    api::get_object(definition, {"spec", "conversion", "webhook", "clientConfig"});
  if (hook) return webhook_converter(definition, std::move(parts));
  return trivial_converter();
}

}  // namespace apiserver::custom_resources

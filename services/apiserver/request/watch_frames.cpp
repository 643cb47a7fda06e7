#include "apiserver/request/watch_frames.hpp"
#include "api/decode.hpp"
#include "apiserver/registry/conversion.hpp"

namespace apiserver::request {
namespace {

using cache::Event;
using http::SharedBytes;
using negotiation::Shape;

const SharedBytes& head_of(std::string_view type) {
  const auto make = [](const char* t) {
    return http::make_bytes(std::string(R"({"type":")") + t + R"(","object":)");
  };
  static const auto added = make("ADDED"), modified = make("MODIFIED"), deleted = make("DELETED"),
                    bookmark = make("BOOKMARK"), error = make("ERROR");
  if (type == "ADDED") return added;
  if (type == "MODIFIED") return modified;
  if (type == "DELETED") return deleted;
  return type == "BOOKMARK" ? bookmark : error;
}

std::string_view type_of(const Event& event) {
  if (event.type == Event::Type::added) return "ADDED";
  return event.type == Event::Type::modified ? "MODIFIED" : "DELETED";
}

const kinds::KindRecord& record_of(const api::ResourceInfo& r) {
  return kinds::find(r.group, r.resource);
}

}  // namespace

WatchFrames::WatchFrames(const Wanted& wanted, const api::ResourceInfo& resource,
                         std::function<base::SystemTime()> now)
    : wanted_(wanted), resource_(resource), now_(std::move(now)) {}

void WatchFrames::put(const SharedBytes& head, SharedBytes object) {
  static const auto end = http::make_bytes("}\n");
  bytes_ += head->size() + object->size() + end->size();
  ++events_;
  pieces_.push_back(head);
  pieces_.push_back(std::move(object));
  pieces_.push_back(end);
}

SharedBytes WatchFrames::shaped(const cache::EntryPtr& entry) {
  auto bytes = registry::present(entry, resource_);
  if (wanted_.form.shape == Shape::object) return bytes;
  const api::Object object = cache::parse_object(*bytes);
  if (wanted_.form.shape == Shape::metadata)
    return http::make_bytes(table::metadata_of(object, wanted_.form.version));
  table::Options options;
  options.include = wanted_.include;
  options.version = wanted_.form.version;
  options.with_columns = std::exchange(first_, false);
  return http::make_bytes(table::of_object(record_of(resource_), options, object, now_(), *bytes));
}

void WatchFrames::add(const Event& event) {
  put(head_of(type_of(event)), shaped(event.entry));
}

void WatchFrames::add_bookmark(storage::Revision revision, bool initial_end) {
  api::Object metadata{{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", nullptr}};
  if (initial_end) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  api::Object object{{"kind", resource_.kind},
                     {"apiVersion", resource_.group_version().text()},
                     {"metadata", std::move(metadata)}};
  if (wanted_.form.shape == Shape::metadata) {
    put(head_of("BOOKMARK"), http::make_bytes(table::metadata_of(object, wanted_.form.version)));
  } else if (wanted_.form.shape == Shape::table) {
    object["kind"] = "Table";
    object["apiVersion"] = "meta.k8s.io/" + wanted_.form.version;
    object["columnDefinitions"] = boost::json::array();
    object["rows"] = boost::json::array();
    put(head_of("BOOKMARK"), http::make_bytes(api::encode(object)));
  } else {
    put(head_of("BOOKMARK"), http::make_bytes(api::encode(object)));
  }
}

void WatchFrames::add_error(const api::StatusError& error) {
  put(head_of("ERROR"), http::make_bytes(api::encode(error.to_json())));
}

std::vector<SharedBytes> WatchFrames::take() {
  events_ = bytes_ = 0;
  return std::exchange(pieces_, {});
}

}  // namespace apiserver::request

#include "apiserver/request/watch_frames.hpp"
#include "api/decode.hpp"

namespace apiserver::request {
namespace {

using cache::Event;
using http::SharedBytes;
using negotiation::Shape;

/// What comes before the object, shared by all frames of that type.
struct Heads {
  static SharedBytes make(const char* type) {
    return http::make_bytes(std::string(R"({"type":")") + type + R"(","object":)");
  }
  const SharedBytes added = make("ADDED"), modified = make("MODIFIED"), deleted = make("DELETED"),
                    bookmark = make("BOOKMARK"), error = make("ERROR");
  const SharedBytes& of(const Event& event) const {
    if (event.type == Event::Type::added) return added;
    return event.type == Event::Type::modified ? modified : deleted;
  }
};
const Heads& heads() {
  static const Heads all;
  return all;
}

}  // namespace

WatchFrames::WatchFrames(const Wanted& wanted, const api::ResourceInfo& resource,
                         std::function<base::SystemTime()> now)
    : wanted_(wanted), resource_(resource), present_(resource), now_(std::move(now)) {}

void WatchFrames::put(const SharedBytes& head, SharedBytes object) {
  static const auto end = http::make_bytes("}\n");
  bytes_ += head->size() + object->size() + end->size();
  ++events_;
  pieces_.push_back(head);
  pieces_.push_back(std::move(object));
  pieces_.push_back(end);
}

SharedBytes WatchFrames::shaped(const cache::EntryPtr& entry) {
  auto bytes = present_(entry);
  if (wanted_.form.shape == Shape::object) return bytes;
  const api::Object object = cache::parse_object(*bytes);
  if (wanted_.form.shape == Shape::metadata)
    return http::make_bytes(table::metadata_of(object, wanted_.form.version));
  table::Options options;
  options.include = wanted_.include;
  options.version = wanted_.form.version;
  options.with_columns = std::exchange(first_, false);
  return http::make_bytes(table::of_object(kinds::record_of(resource_), options, object, now_(), *bytes));
}

void WatchFrames::add(const Event& event) {
  put(heads().of(event), shaped(event.entry));
}

void WatchFrames::add_bookmark(storage::Revision revision, bool initial_end) {
  api::Object metadata{{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", nullptr}};
  if (initial_end) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  api::Object object{{"kind", resource_.kind},
                     {"apiVersion", resource_.group_version().text()},
                     {"metadata", std::move(metadata)}};
  if (wanted_.form.shape == Shape::metadata) {
    put(heads().bookmark, http::make_bytes(table::metadata_of(object, wanted_.form.version)));
  } else if (wanted_.form.shape == Shape::table) {
    object["kind"] = "Table";
    object["apiVersion"] = "meta.k8s.io/" + wanted_.form.version;
    object["columnDefinitions"] = boost::json::array();
    object["rows"] = boost::json::array();
    put(heads().bookmark, http::make_bytes(api::encode(object)));
  } else {
    put(heads().bookmark, http::make_bytes(api::encode(object)));
  }
}

void WatchFrames::add_error(const api::StatusError& error) {
  put(heads().error, http::make_bytes(api::encode(error.to_json())));
}

std::vector<SharedBytes> WatchFrames::take() {
  events_ = bytes_ = 0;
  return std::exchange(pieces_, {});
}

}  // namespace apiserver::request

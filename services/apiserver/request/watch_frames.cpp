#include "apiserver/request/watch_frames.hpp"
#include <array>
#include "api/decode.hpp"
#include "api/protobuf.hpp"
#include "apiserver/request/shapes.hpp"

namespace apiserver::request {
namespace {

using cache::Event;
using http::SharedBytes;
using negotiation::Encoding;
using negotiation::Shape;

constexpr const char* type_names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};

/// What comes before the object in JSON, shared by all frames of that type.
const SharedBytes& json_head(std::size_t type) {
  static const auto heads = [] {
    std::array<SharedBytes, std::size(type_names)> all;
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = http::make_bytes(std::string(R"({"type":")") + type_names[i] + R"(","object":)");
    return all;
  }();
  return heads[type];
}

}  // namespace

WatchFrames::WatchFrames(const Wanted& wanted, const api::ResourceInfo& resource, Encodings& encodings,
                         std::function<base::SystemTime()> now)
    : wanted_(wanted), resource_(resource), present_(resource), encodings_(encodings), now_(std::move(now)) {}

WatchFrames::Type WatchFrames::type_of(const Event& event) noexcept {
  if (event.type == Event::Type::added) return Type::added;
  return event.type == Event::Type::modified ? Type::modified : Type::deleted;
}

void WatchFrames::put(Type type, SharedBytes object) {
  static const auto end = http::make_bytes("}\n");
  const auto index = static_cast<std::size_t>(type);
  const bool json = wanted_.form.encoding == Encoding::json;
  pieces_.push_back(
      json ? json_head(index)
           : http::make_bytes(api::protobuf::watch_frame_head(type_names[index], object->size())));
  bytes_ += pieces_.back()->size() + object->size() + (json ? end->size() : 0);
  ++events_;
  pieces_.push_back(std::move(object));
  if (json) pieces_.push_back(end);
}

void WatchFrames::put_shaped(Type type, const cache::EntryPtr& entry, std::size_t audience) {
  if (wanted_.form.shape == Shape::object && wanted_.form.encoding == Encoding::json)
    return put(type, present_(entry));
  const bool columns = wanted_.form.shape != Shape::table || std::exchange(first_, false);
  const auto make = [&] { return shaped(wanted_, resource_, present_(entry), now_(), columns); };
  // What is defined at run time may go, and another take its address.
  const bool shared = audience > 1 && !resource_.extension;
  auto made = shared ? encodings_.get(entry, resource_, wanted_, columns, make) : make();
  made ? put(type, std::move(*made)) : add_error(made.error());
}

void WatchFrames::add(const Event& event) {
  put_shaped(type_of(event), event.entry, event.audience);
}

void WatchFrames::add_bookmark(storage::Revision revision, bool initial_end) {
  api::Object metadata{{"resourceVersion", std::to_string(revision)}, {"creationTimestamp", nullptr}};
  if (initial_end) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  const api::Object object{{"kind", resource_.kind},
                           {"apiVersion", resource_.group_version().text()},
                           {"metadata", std::move(metadata)}};
  auto wanted = wanted_;
  // The mark is in the metadata, which a row must have then.
  if (initial_end && wanted.include == table::IncludeObject::none)
    wanted.include = table::IncludeObject::metadata;
  const bool columns = wanted.form.shape != Shape::table || std::exchange(first_, false);
  auto made = shaped(wanted, resource_, http::make_bytes(api::encode(object)), now_(), columns);
  made ? put(Type::bookmark, std::move(*made)) : add_error(made.error());
}

void WatchFrames::add_error(const api::StatusError& error) {
  put(Type::error, http::make_bytes(encoded_status(wanted_.form.encoding, api::encode(error.to_json()))));
}

std::vector<SharedBytes> WatchFrames::take() {
  events_ = bytes_ = 0;
  return std::exchange(pieces_, {});
}

}  // namespace apiserver::request

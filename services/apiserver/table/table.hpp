#pragma once
#include <string>
#include <string_view>
#include "api/object.hpp"
#include "api/status.hpp"
#include "apiserver/kinds/kind.hpp"
#include "base/clock.hpp"

/// Resources in the forms of meta.k8s.io: the Table that `kubectl get` prints, and metadata alone.
/// All functions are pure. Source: Kubernetes API concepts, "Receiving resources as Tables".
namespace apiserver::table {

/// What each row carries beside its cells.
enum class IncludeObject { none, metadata, object };
/// Of ?includeObject=: "None", "Metadata" (also when empty) or "Object". Error: BadRequest.
api::StatusOr<IncludeObject> parse_include_object(std::string_view text);

struct Options {
  IncludeObject include = IncludeObject::metadata;
  std::string version = "v1";  ///< Of meta.k8s.io.
  /// False for the events of a watch after its first: clients keep the columns they were given.
  bool with_columns = true;
};

/// The metadata of a list answer.
struct ListMeta {
  std::string resource_version, continue_;
  std::int64_t remaining_item_count = 0;  ///< Only sent when positive.
};
/// `{"resourceVersion":"1",...}`
std::string encode(const ListMeta& meta);

// The parts of a document of many objects, so that a long one need not be whole in memory.
/// A Table up to its rows, without the closing brace.
std::string table_head(const kinds::KindRecord& kind, const Options& options, const ListMeta& meta);
/// One of its rows. `encoded`: the JSON text of `object` when it is at hand, so that includeObject=Object
/// copies it.
std::string table_row(const kinds::KindRecord& kind, const Options& options, const api::Object& object,
                      base::SystemTime now, std::string_view encoded = {});
/// A PartialObjectMetadataList up to its items, without the closing brace. `version` of meta.k8s.io.
std::string metadata_list_head(const ListMeta& meta, std::string_view version);

/// A Table of the one object: GET of a single resource, or the object of a watch event.
std::string of_object(const kinds::KindRecord& kind, const Options& options, const api::Object& object,
                      base::SystemTime now, std::string_view encoded = {});

/// PartialObjectMetadata of `object`. `version` of meta.k8s.io.
std::string metadata_of(const api::Object& object, std::string_view version);

}  // namespace apiserver::table

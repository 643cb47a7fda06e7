#pragma once
#include <string>
#include <string_view>
#include "storage/messages.hpp"

namespace storage::wire {

/// Writes the encoding of a RangeResponse key by key, the same bytes as encode_proto and encode_json give,
/// without the message in between.
class RangeWriter {
 public:
  enum class Form { protobuf, json };
  /// `items_expected`: so many may come, so that room is made for them once; 0: not known.
  RangeWriter(Form form, const ResponseHeader& header, std::int64_t items_expected = 0);
  /// The next of the response's `kvs`; its key is not empty. What it points to is copied.
  struct Item {
    std::string_view key, value;
    std::int64_t create_revision = 0, mod_revision = 0, version = 0, lease = 0;
  };
  void add(const Item& kv);
  /// Once, last.
  std::string finish(bool more, std::int64_t count);

 private:
  void make_room();
  void add_proto(const Item& kv);
  void add_json(const Item& kv);
  void number(const char* name, std::int64_t n);

  Form form_;
  std::string out_;
  bool any_ = false;
  std::int64_t items_expected_, items_ = 0;
};

}  // namespace storage::wire

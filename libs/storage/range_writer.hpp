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
  RangeWriter(Form form, const ResponseHeader& header);
  /// The next of the response's `kvs`; its key is not empty. What it points to is copied.
  struct Item {
    std::string_view key, value;
    std::int64_t create_revision = 0, mod_revision = 0, version = 0, lease = 0;
  };
  void add(const Item& kv);
  /// Once, last.
  std::string finish(bool more, std::int64_t count);

 private:
  void add_proto(const Item& kv);
  void add_json(const Item& kv);
  void number(const char* name, std::int64_t n);

  Form form_;
  std::string out_;
  bool any_ = false;
};

}  // namespace storage::wire

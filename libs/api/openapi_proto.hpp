#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The protobuf form of OpenAPI documents: a table of messages says where each member of the JSON document
/// goes. Pure. Source: google/gnostic, whose messages follow the JSON document closely; protobuf's wire
/// format.
namespace api::openapi::proto {

enum class Kind {
  string,
  boolean,
  integer,  ///< int64
  number,   ///< double
  any,      ///< gnostic's Any: whatever it is, as YAML text. JSON is YAML.
  message,
};

struct Message;

/// Where one member goes.
struct Field {
  std::string_view name;  ///< In JSON.
  std::uint32_t number = 0;
  Kind kind = Kind::string;
  const Message* message = nullptr;  ///< Of Kind::message only.
  bool repeated = false;             ///< One for each element, if the member is an array.
};

/// One of the fields of a oneof.
struct Alternative {
  Field field;                ///< A boolean one takes booleans alone.
  std::string_view member{};  ///< Takes objects that have this member; empty: everything.
  std::string_view value{};   ///< ... with this value; empty: with any.
};

/// How a JSON value becomes the fields of a message.
struct Message {
  std::span<const Field> fields{};
  /// Number of the list of NamedAny that takes the members "x-..."; 0: they are members as others.
  std::uint32_t extensions = 0;
  /// Takes every member that `fields` does not have, as a list of messages {1: name, 2: value}, in which
  /// `entries` has the list's number and the value's kind. Number 0: there must be none.
  Field entries{};
  /// Not empty: the value as a whole is what the first of these is that takes it, and nothing else counts.
  std::span<const Alternative> alternatives{};
};

/// Appends the fields of `message` that `value` has. Messages that were appended after one another are read
/// as one, so a big message can be made from parts. What the table has no place for asserts: documents are
/// ours.
void append(const Message& message, const boost::json::value& value, std::string& out);
/// Appends a string, or a message made before.
void append_bytes(std::uint32_t number, std::string_view bytes, std::string& out);

}  // namespace api::openapi::proto

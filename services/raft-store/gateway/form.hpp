#pragma once
#include <string>
#include <string_view>
#include "http/server.hpp"
#include "storage/codec.hpp"
#include "storage/convert.hpp"

/// The two wire forms of a call, and how a refused one is answered.
namespace raft_store::gateway {

namespace wire = storage::wire;

enum class Form { json, protobuf };

/// Protobuf if the request says so; anything else is read as JSON, as etcd's gateway does.
Form form_of(const http::Request& request);
const char* content_type(Form form);

template <class M>
base::Result<M> decode(Form form, std::string_view bytes) {
  return form == Form::json ? wire::decode_json<M>(bytes, wire::UnknownFields::ignore)
                            : wire::decode_proto<M>(bytes);
}
template <class M>
std::string encode(Form form, const M& message) {
  return form == Form::json ? wire::encode_json(message) : wire::encode_proto(message);
}

http::Response answer(Form form, std::string body);
/// {"error","code","message"} under the HTTP status of the error's gRPC code.
wire::ErrorResponse to_wire(const base::Error& error);
http::Response refusal(Form form, const base::Error& error);
http::Response plain(int status, std::string text);

/// An error of the replicator, in etcd's words. Others come back as they are.
base::Error in_etcds_words(base::Error error);

}  // namespace raft_store::gateway

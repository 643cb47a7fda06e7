#pragma once
#include <string>
#include <string_view>
#include "base/error.hpp"
#include "storage/messages_lock.hpp"

/// The two wire forms of the messages. Instantiated in the sources for every top-level message of
/// messages*.hpp and for Command of raft-store's log (COX_STORAGE_MESSAGES below).
namespace storage::wire {

/// Protobuf (proto3: defaults are not written).
template <class M>
std::string encode_proto(const M& message);
/// Unknown fields are skipped. Error: invalid_argument.
template <class M>
base::Result<M> decode_proto(std::string_view bytes);

/// JSON as etcd's gateway has it: bytes in base64, 64-bit numbers as strings, enums by name, names as in the
/// .proto.
template <class M>
std::string encode_json(const M& message);
/// Numbers may be strings, enums numbers, names camelCase; an empty text is an empty message. Errors:
/// invalid_argument naming the field, for unknown fields too unless they are to be ignored (answers of
/// newer servers).
enum class UnknownFields { refuse, ignore };
template <class M>
base::Result<M> decode_json(std::string_view text, UnknownFields unknown = UnknownFields::refuse);

/// A stream of protobuf messages, as POST /v3/watch carries with application/x-protobuf: each one after its
/// length (a varint), the same both ways.
void append_frame(std::string& out, std::string_view message);
/// Takes whole messages out of bytes that arrive in pieces.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// The next message; empty optional if more bytes are needed. Errors: resource_exhausted, invalid_argument.
  base::Result<std::optional<std::string>> next();

 private:
  std::size_t message_bytes_max_;
  std::string buffer_;
  std::size_t read_ = 0;
};

// clang-format off
#define COX_STORAGE_MESSAGES(X)                                                                            \
  X(RangeRequest) X(RangeResponse) X(PutRequest) X(PutResponse) X(DeleteRangeRequest)                      \
  X(DeleteRangeResponse) X(TxnRequest) X(TxnResponse) X(CompactionRequest) X(HeaderResponse)               \
  X(EmptyRequest) X(WatchRequest) X(WatchResponse) X(WatchEnvelope) X(LeaseKeepAliveEnvelope)              \
  X(LeaseGrantRequest) X(LeaseGrantResponse) X(LeaseIdRequest) X(LeaseKeepAliveResponse)                   \
  X(LeaseTimeToLiveRequest) X(LeaseTimeToLiveResponse) X(LeaseLeasesResponse) X(StatusResponse)            \
  X(MemberListRequest) X(MemberListResponse) X(MemberAddRequest) X(MemberAddResponse)                      \
  X(MemberIdRequest) X(MemberUpdateRequest) X(MoveLeaderRequest) X(HashResponse) X(HashKvRequest)          \
  X(HashKvResponse) X(SnapshotResponse) X(SnapshotEnvelope) X(AlarmRequest) X(AlarmResponse)              \
  X(ErrorResponse) \
  X(DowngradeRequest) X(DowngradeResponse) X(AuthStatusResponse) X(LeaseCheckpointRequest)                 \
  X(LockRequest) X(LockResponse) X(UnlockRequest) X(CampaignRequest) X(CampaignResponse)                   \
  X(LeaderRequest) X(LeaderResponse) X(LeaderEnvelope) X(ProclaimRequest) X(ResignRequest)
// clang-format on

}  // namespace storage::wire

#include "raft-store/mvcc/command.hpp"
#include "storage/codec.hpp"

namespace raft_store::mvcc {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kHeadBytes = 2;

/// On disk in every log: only ever added to.
enum class Kind : char {
  put = 1,
  delete_range = 2,
  txn = 3,
  compaction = 4,
  lease_grant = 5,
  lease_revoke = 6,
  alarm = 7,
  lease_checkpoint = 8,
};

struct Encoder {
  std::string operator()(const wire::PutRequest& m) const { return with(Kind::put, m); }
  std::string operator()(const wire::DeleteRangeRequest& m) const { return with(Kind::delete_range, m); }
  std::string operator()(const wire::TxnRequest& m) const { return with(Kind::txn, m); }
  std::string operator()(const wire::CompactionRequest& m) const { return with(Kind::compaction, m); }
  std::string operator()(const wire::LeaseGrantRequest& m) const { return with(Kind::lease_grant, m); }
  std::string operator()(const LeaseRevoke& m) const {
    return with(Kind::lease_revoke, wire::LeaseIdRequest{m.id});
  }
  std::string operator()(const wire::AlarmRequest& m) const { return with(Kind::alarm, m); }
  std::string operator()(const wire::LeaseCheckpointRequest& m) const {
    return with(Kind::lease_checkpoint, m);
  }

 private:
  template <class M>
  static std::string with(Kind kind, const M& message) {
    const std::string body = wire::encode_proto(message);
    std::string out;
    out.reserve(kHeadBytes + body.size());
    out.push_back(kFormat);
    out.push_back(static_cast<char>(kind));
    return out.append(body);
  }
};

template <class M>
base::Result<Command> decode_as(std::string_view body) {
  auto message = wire::decode_proto<M>(body);
  if (!message) return message.error();
  return Command(std::move(*message));
}

}  // namespace

std::string encode(const Command& command) {
  return std::visit(Encoder{}, command);
}

base::Result<Command> decode(std::string_view bytes) {
  if (bytes.size() < kHeadBytes) return base::Error(base::Errc::invalid_argument, "not a command");
  if (bytes[0] != kFormat) return base::Error(base::Errc::unsupported, "a command of an unknown format");
  const std::string_view body = bytes.substr(kHeadBytes);
  switch (static_cast<Kind>(bytes[1])) {
    case Kind::put:
      return decode_as<wire::PutRequest>(body);
    case Kind::delete_range:
      return decode_as<wire::DeleteRangeRequest>(body);
    case Kind::txn:
      return decode_as<wire::TxnRequest>(body);
    case Kind::compaction:
      return decode_as<wire::CompactionRequest>(body);
    case Kind::lease_grant:
      return decode_as<wire::LeaseGrantRequest>(body);
    case Kind::lease_revoke: {
      const auto message = wire::decode_proto<wire::LeaseIdRequest>(body);
      if (!message) return message.error();
      return Command(LeaseRevoke{message->id});
    }
    case Kind::alarm:
      return decode_as<wire::AlarmRequest>(body);
    case Kind::lease_checkpoint:
      return decode_as<wire::LeaseCheckpointRequest>(body);
  }
  return base::Error(base::Errc::unsupported, "a command of an unknown kind");
}

}  // namespace raft_store::mvcc

#include "raft-store/mvcc/operations.hpp"
#include <algorithm>
#include "storage/errors.hpp"

namespace raft_store::mvcc {
namespace {

namespace errors = storage::errors;

bool is_raised(const WriteState& state, wire::AlarmType type) {
  const auto& alarms = state.replicated().alarms;
  return std::any_of(alarms.begin(), alarms.end(),
                     [type](const auto& alarm) { return alarm.second == type; });
}
bool out_of_space(const WriteState& state) {
  return is_raised(state, wire::AlarmType::nospace);
}

bool has_puts(const wire::TxnRequest& request) {
  for (const auto* branch : {&request.success, &request.failure})
    for (const wire::RequestOp& op : *branch)
      if (op.put || (op.txn && has_puts(*op.txn))) return true;
  return false;
}

base::Result<void> check_lease(const WriteState& state, LeaseId id) {
  if (id != 0 && !state.replicated().leases.contains(id)) return errors::lease_not_found();
  return {};
}

/// Carries out each kind of command.
class Runner {
 public:
  explicit Runner(WriteState& state) : state_(state) {}

  base::Result<Response> operator()(wire::PutRequest& request) {
    if (out_of_space(state_)) return errors::no_space();
    if (auto ok = check(request); !ok) return ok.error();
    if (auto ok = check_lease(state_, request.lease); !ok) return ok.error();
    if (auto ok = check_put(state_, request); !ok) return ok.error();
    Response response = put(state_, request);
    state_.commit();
    return response;
  }

  base::Result<Response> operator()(wire::DeleteRangeRequest& request) {
    if (auto ok = check(request); !ok) return ok.error();
    Response response = delete_range(state_, request);
    state_.commit();
    return response;
  }

  base::Result<Response> operator()(wire::TxnRequest& request) {
    if (out_of_space(state_) && has_puts(request)) return errors::no_space();
    if (auto ok = check(request); !ok) return ok.error();
    auto response = run_txn(state_, &state_, request);
    if (!response) return response.error();
    state_.commit();
    return Response(std::move(*response));
  }

  base::Result<Response> operator()(wire::CompactionRequest& request) {
    if (request.revision <= state_.compacted()) return errors::compacted();
    if (request.revision > state_.revision()) return errors::future_revision();
    state_.compact(request.revision);
    return header();
  }

  base::Result<Response> operator()(wire::LeaseGrantRequest& request) {
    if (out_of_space(state_)) return errors::no_space();
    if (auto ok = check(request); !ok) return ok.error();
    if (state_.replicated().leases.contains(request.id)) return errors::lease_exists();
    state_.grant({request.id, request.ttl, 0});
    wire::LeaseGrantResponse response;
    response.header.revision = state_.revision();
    response.id = request.id;
    response.ttl = request.ttl;
    return Response(std::move(response));
  }

  base::Result<Response> operator()(LeaseRevoke& request) {
    if (!state_.replicated().leases.contains(request.id)) return errors::lease_not_found();
    for (const std::string& key : state_.attached_keys(request.id))
      state_.remove(key);
    state_.commit();
    state_.drop_lease(request.id);
    return header();
  }

  base::Result<Response> operator()(wire::LeaseCheckpointRequest& request) {
    for (const wire::LeaseCheckpoint& checkpoint : request.checkpoints) {
      const auto lease = state_.replicated().leases.find(checkpoint.id);
      // One that was revoked meanwhile, or says more than was granted, is passed over.
      if (lease == state_.replicated().leases.end() || checkpoint.remaining_ttl < 0) continue;
      const bool all = checkpoint.remaining_ttl >= lease->second.ttl;
      state_.checkpoint(checkpoint.id, all ? 0 : checkpoint.remaining_ttl);
    }
    return header();
  }

  base::Result<Response> operator()(wire::AlarmRequest& request) {
    if (auto ok = check(request); !ok) return ok.error();
    wire::AlarmResponse response;
    response.header.revision = state_.revision();
    const wire::AlarmMember alarm{request.member_id, request.alarm};
    const auto& alarms = state_.replicated().alarms;
    if (request.action == wire::AlarmAction::get) {
      for (const auto& [member, type] : alarms)
        if (request.alarm == wire::AlarmType::none || request.alarm == type)
          response.alarms.push_back({member, type});
    } else if (request.alarm != wire::AlarmType::none) {
      const bool activate = request.action == wire::AlarmAction::activate;
      const bool was_active = alarms.contains({alarm.member_id, alarm.alarm});
      if (activate || was_active) response.alarms.push_back(alarm);
      if (activate != was_active) state_.set_alarm(alarm, activate);
    }
    return Response(std::move(response));
  }

 private:
  Response header() const {
    wire::HeaderResponse response;
    response.header.revision = state_.revision();
    return response;
  }

  WriteState& state_;
};

}  // namespace

base::Result<Response> run(WriteState& state, Command command) {
  // Reads go on, and so do the alarm itself and the time of leases.
  const bool goes_on = std::holds_alternative<wire::AlarmRequest>(command) ||
                       std::holds_alternative<wire::LeaseCheckpointRequest>(command);
  if (is_raised(state, wire::AlarmType::corrupt) && !goes_on) return errors::corrupt_cluster();
  return std::visit(Runner(state), command);
}

base::Result<void> check_put(WriteState& state, const wire::PutRequest& request) {
  if ((request.ignore_value || request.ignore_lease) && !state.get(request.key))
    return errors::key_not_found();
  return check_lease(state, request.lease);
}

wire::PutResponse put(WriteState& state, wire::PutRequest& request) {
  wire::PutResponse response;
  response.header.revision = state.write_revision();
  storage::Bytes value;
  LeaseId lease = request.lease;
  if (request.prev_kv || request.ignore_value || request.ignore_lease) {
    auto previous = state.get(request.key);
    if (previous && request.ignore_value) value = previous->value;
    if (previous && request.ignore_lease) lease = previous->lease;
    if (request.prev_kv) response.prev_kv = std::move(previous);
  }
  if (!request.value.empty()) value = std::make_shared<const std::string>(std::move(request.value));
  state.put(request.key, std::move(value), lease);
  return response;
}

wire::DeleteRangeResponse delete_range(WriteState& state, const wire::DeleteRangeRequest& request) {
  std::vector<std::string> keys;
  const auto done =
      state.scan({request.key, request.range_end}, state.revision(), [&](const Version& version) {
        keys.emplace_back(version.key);
        return true;
      });
  or_die(done);
  wire::DeleteRangeResponse response;
  response.deleted = static_cast<std::int64_t>(keys.size());
  for (const std::string& key : keys) {
    if (request.prev_kv) response.prev_kvs.push_back(*state.get(key));
    state.remove(key);
  }
  response.header.revision = state.revision();
  return response;
}

}  // namespace raft_store::mvcc

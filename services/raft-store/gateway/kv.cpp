#include "raft-store/gateway/kv.hpp"
#include <algorithm>

namespace raft_store::gateway {
namespace {

constexpr const char* kService = "etcdserverpb.KV";

bool is_small(const wire::RangeRequest& request) {
  return request.range_end.empty();
}

bool is_small(const wire::TxnRequest& request) {
  constexpr std::size_t kOperationsMax = 8;
  const auto one_key = [](const wire::RequestOp& op) { return op.range && is_small(*op.range); };
  const auto small = [&](const std::vector<wire::RequestOp>& ops) {
    return ops.size() <= kOperationsMax && std::all_of(ops.begin(), ops.end(), one_key);
  };
  return request.compare.size() <= kOperationsMax && small(request.success) && small(request.failure) &&
         std::all_of(request.compare.begin(), request.compare.end(),
                     [](const wire::Compare& compare) { return compare.range_end.empty(); });
}

}  // namespace

void KvService::add_to(Routes& routes) {
  routes.add("/v3/kv/range", kService, "Range",
             Unary([this](Form form, std::string body) { return range(form, std::move(body)); }));
  routes.add("/v3/kv/put", kService, "Put",
             unary<wire::PutRequest, wire::PutResponse>(
                 [this](wire::PutRequest request) { return put(std::move(request)); }));
  routes.add("/v3/kv/deleterange", kService, "DeleteRange",
             unary<wire::DeleteRangeRequest, wire::DeleteRangeResponse>(
                 [this](wire::DeleteRangeRequest request) { return delete_range(std::move(request)); }));
  routes.add("/v3/kv/txn", kService, "Txn",
             Unary([this](Form form, std::string body) { return txn(form, std::move(body)); }));
  routes.add("/v3/kv/compaction", kService, "Compact",
             unary<wire::CompactionRequest, wire::HeaderResponse>(
                 [this](wire::CompactionRequest request) { return compact(std::move(request)); }));
}

base::Awaitable<base::Result<std::string>> KvService::answer_read(bool small, Read read) {
  if (small) co_return read();
  base::Result<std::string> answer = base::Error();
  std::function<void()> work = [&] { answer = read(); };
  co_await base::run_blocking(core_.parts.pool, std::move(work));
  co_return answer;
}

base::Awaitable<base::Result<std::string>> KvService::range(Form form, std::string body) {
  const base::Result<wire::RangeRequest> request = decode<wire::RangeRequest>(form, body);
  if (!request) co_return request.error();
  if (auto checked = mvcc::check(*request); !checked) co_return checked.error();
  if (!request->serializable) {
    const base::Result<void> held = co_await core_.read_barrier();
    if (!held) co_return held.error();
  }
  Read read = [&] {
    wire::ResponseHeader header;
    core_.stamp(header);
    const bool json = form == Form::json;
    return core_.parts.store.range(*request, header,
                                   json ? wire::RangeWriter::Form::json : wire::RangeWriter::Form::protobuf);
  };
  co_return co_await answer_read(is_small(*request), std::move(read));
}

base::Awaitable<base::Result<wire::PutResponse>> KvService::put(wire::PutRequest request) {
  if (!core_.has_room(upkeep::cost_of(request))) co_return co_await core_.out_of_space();
  if (auto checked = mvcc::check(request); !checked) co_return checked.error();
  mvcc::Command command = std::move(request);
  co_return co_await core_.propose<wire::PutResponse>(std::move(command));
}

base::Awaitable<base::Result<wire::DeleteRangeResponse>> KvService::delete_range(
    wire::DeleteRangeRequest request) {
  if (auto checked = mvcc::check(request); !checked) co_return checked.error();
  mvcc::Command command = std::move(request);
  co_return co_await core_.propose<wire::DeleteRangeResponse>(std::move(command));
}

base::Awaitable<base::Result<std::string>> KvService::txn(Form form, std::string body) {
  base::Result<wire::TxnRequest> request = decode<wire::TxnRequest>(form, body);
  if (!request) co_return request.error();
  if (!core_.has_room(upkeep::cost_of(*request))) co_return co_await core_.out_of_space();
  if (auto checked = mvcc::check(*request); !checked) co_return checked.error();
  if (mvcc::is_read_only(*request)) co_return co_await read_txn(form, std::move(*request));
  mvcc::Command command = std::move(*request);
  const auto response = co_await core_.propose<wire::TxnResponse>(std::move(command));
  if (!response) co_return response.error();
  co_return encode(form, *response);
}

base::Awaitable<base::Result<std::string>> KvService::read_txn(Form form, wire::TxnRequest request) {
  if (!mvcc::is_serializable(request)) {
    const base::Result<void> held = co_await core_.read_barrier();
    if (!held) co_return held.error();
  }
  Read read = [&]() -> base::Result<std::string> {
    auto out = core_.parts.store.txn(request);
    if (!out) return out.error();
    core_.stamp(out->header);
    return encode(form, *out);
  };
  co_return co_await answer_read(is_small(request), std::move(read));
}

base::Awaitable<base::Result<wire::HeaderResponse>> KvService::compact(wire::CompactionRequest request) {
  const storage::Revision revision = request.revision;
  const bool physical = request.physical;
  mvcc::Command command = std::move(request);
  auto response = co_await core_.propose<wire::HeaderResponse>(std::move(command));
  if (response && physical) {
    const bool swept = co_await core_.parts.sweeper.wait_swept(revision);
    if (!swept) co_return base::Error(base::Errc::unavailable, "etcdserver: server stopped");
  }
  co_return response;
}

}  // namespace raft_store::gateway

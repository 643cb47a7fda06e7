#include "coxctl/store/load.hpp"
#include <sys/resource.h>
#include <algorithm>
#include <random>
#include "base/clock.hpp"
#include "storage/store.hpp"

namespace coxctl::store {
namespace {

using std::chrono::nanoseconds;

/// A connection a client: more files than most shells allow at first.
void allow_files(int wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur =
      std::min<rlim_t>(limit.rlim_max, std::max<rlim_t>(limit.rlim_cur, static_cast<rlim_t>(wanted) + 64));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// What the clients share; one thread runs them all.
struct Shared {
  LoadPlan plan;
  LoadResult result;
  std::function<void()> on_write;
  std::mt19937_64 random{std::random_device{}()};
  base::SteadyTime begun, next;
  std::uint64_t claimed = 0;

  /// When the next write may start; past times are not made up for. Null when there is none left.
  std::optional<nanoseconds> claim(bool interrupted) {
    const auto now = base::Clock::real().steady_now();
    if (interrupted || (plan.count > 0 && claimed == plan.count)) return std::nullopt;
    if (plan.count == 0 && std::max(now, next) - begun >= plan.duration) return std::nullopt;
    ++claimed;
    if (plan.per_second <= 0) return nanoseconds(0);
    const auto at = std::max(now, next);
    next = at + nanoseconds(static_cast<std::int64_t>(1e9 / plan.per_second));
    return at - now;
  }

  wire::PutRequest request() {
    wire::PutRequest put;
    put.key = plan.prefix;
    const std::uint64_t number = random();
    for (std::size_t i = 0; i < plan.key_bytes; ++i)
      put.key += i < 16 ? "0123456789abcdef"[number >> (4 * i) & 15] : '\0';
    put.value.assign(plan.value_bytes, '\0');
    return put;
  }
};

base::Awaitable<void> write_on(Context& context, std::shared_ptr<Shared> shared, Api api) {
  for (;;) {
    const auto wait = shared->claim(context.interrupted());
    if (!wait) co_return;
    if (wait->count() > 0) {
      const bool slept = co_await base::sleep_for(*wait);
      if (!slept) co_return;
    }
    auto request = shared->request();
    const auto begun = base::Clock::real().steady_now();
    auto answer = co_await api.call<wire::PutResponse>("/v3/kv/put", std::move(request));
    if (answer)
      shared->result.latencies.push_back(base::Clock::real().steady_now() - begun);
    else
      ++shared->result.errors[answer.error().message];
    shared->on_write();
  }
}

/// One way to each of --endpoints, so that the clients are spread; in protobuf if the store takes it.
base::Awaitable<base::Result<std::vector<Api>>> ways(Context& context, int clients) {
  std::vector<Api> out;
  std::vector<std::string> endpoints = context.options.endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    auto client =
        context.options.connect(context.runtime.executor(), endpoints, static_cast<std::size_t>(clients));
    if (!client) co_return client.error();
    Api api(std::move(*client), context.options.command_timeout_ms(), false);
    wire::RangeRequest probe;
    probe.key = "health";
    auto spoken = co_await api.in_protobuf().call<wire::RangeResponse>("/v3/kv/range", probe);
    out.push_back(spoken ? api.in_protobuf() : api);
    std::rotate(endpoints.begin(), endpoints.begin() + 1, endpoints.end());
  }
  co_return out;
}

}  // namespace

base::Awaitable<base::Result<void>> check_prefix_is_free(const Api& api, const std::string& prefix) {
  wire::RangeRequest request;
  request.key = prefix;
  request.range_end = storage::prefix_end(prefix);
  request.limit = 1;
  request.keys_only = true;
  auto answer = co_await api.call<wire::RangeResponse>("/v3/kv/range", request);
  if (!answer) co_return answer.error();
  if (answer->kvs.empty()) co_return base::Result<void>();
  co_return base::Error(base::Errc::invalid_argument,
                        "prefix " + quoted(prefix) +
                            " has keys; if they are of an earlier check, delete them "
                            "with `coxctl store del --prefix " +
                            prefix + "`, else name another --prefix");
}

base::Awaitable<base::Result<LoadResult>> run_load(Context& context, LoadPlan plan,
                                                   std::function<void()> on_write) {
  allow_files(plan.clients);
  auto apis = co_await ways(context, plan.clients);
  if (!apis) co_return apis.error();
  auto shared = std::make_shared<Shared>();
  shared->plan = std::move(plan);
  shared->on_write = std::move(on_write);
  shared->begun = shared->next = base::Clock::real().steady_now();
  base::TaskGroup group(context.runtime.make_strand(), "load");
  for (int i = 0; i < shared->plan.clients; ++i) {
    const Api api = (*apis)[static_cast<std::size_t>(i) % apis->size()];
    group.spawn("client", [&context, shared, api] { return write_on(context, shared, api); });
  }
  co_await group.join();
  shared->result.duration = base::Clock::real().steady_now() - shared->begun;
  co_return std::move(shared->result);
}

void CleanUp::add_to(base::Flags& flags) {
  flags.add("prefix", &prefix,
            "What the keys written begin with; there must be none before, and are none after.");
  flags.add("auto-compact", &auto_compact, "Compact afterwards, up to what was written.");
  flags.add("auto-defrag", &auto_defrag, "Defragment --endpoints afterwards.");
}

namespace {

base::Awaitable<base::Result<void>> compact_to(Api api, std::int64_t revision) {
  const wire::CompactionRequest request{revision, true};
  auto answer = co_await api.call<wire::HeaderResponse>("/v3/kv/compaction", request);
  if (!answer) co_return answer.error();
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> defragment(Context& context, std::string endpoint) {
  auto api = context.member(endpoint);
  if (!api) co_return api.error();
  const Api patient = api->within(context.options.long_timeout_ms());
  auto answer =
      co_await patient.call<wire::HeaderResponse>("/v3/maintenance/defragment", wire::EmptyRequest{});
  if (!answer) co_return answer.error();
  co_return base::Result<void>();
}

/// Of one request: millions at once would take longer than the store lets a request take.
constexpr std::int64_t kDeletedAtOnce = 5'000;

/// Deletes all below `prefix`; the revision after that.
base::Awaitable<base::Result<std::int64_t>> delete_all(Api api, std::string prefix) {
  wire::RangeRequest some;
  some.key = prefix;
  some.range_end = storage::prefix_end(prefix);
  some.limit = kDeletedAtOnce;
  some.keys_only = true;
  for (;;) {
    const auto found = co_await api.call<wire::RangeResponse>("/v3/kv/range", some);
    if (!found) co_return found.error();
    if (found->kvs.empty()) co_return found->header.revision;
    wire::DeleteRangeRequest these;
    these.key = found->kvs.front().key;
    these.range_end = found->kvs.back().key + '\0';
    const auto deleted = co_await api.call<wire::DeleteRangeResponse>("/v3/kv/deleterange", these);
    if (!deleted) co_return deleted.error();
    some.key = these.range_end;  // What is deleted need not be stepped over.
  }
}

}  // namespace

base::Awaitable<bool> clean_up(Context& context, const CleanUp& what) {
  auto cluster = context.cluster();
  if (!cluster) co_return false;
  const Api api =
      cluster->within(std::max(context.options.long_timeout_ms(), std::chrono::milliseconds(30'000)));
  const auto revision = co_await delete_all(api, what.prefix);
  if (!revision) {
    context.err << "FAIL: Cleanup failed during key deletion: ERROR(" << revision.error().message << ")\n";
    co_return false;
  }
  bool good = true;
  if (what.auto_compact) {
    auto compacted = co_await compact_to(api, *revision);
    good = good && compacted;
    if (!compacted) context.err << "FAIL: Compaction: ERROR(" << compacted.error().message << ")\n";
    if (compacted) context.out << "Compacted with revision " << *revision << "\n";
  }
  for (std::size_t i = 0; what.auto_defrag && i < context.options.endpoints.size(); ++i) {
    const std::string endpoint = context.options.endpoints[i];
    auto done = co_await defragment(context, endpoint);
    good = good && done;
    if (!done)
      context.err << "FAIL: Defragmentation of " << endpoint << ": ERROR(" << done.error().message << ")\n";
    if (done) context.out << "Defragmented " << quoted(endpoint) << "\n";
  }
  co_return good;
}

}  // namespace coxctl::store

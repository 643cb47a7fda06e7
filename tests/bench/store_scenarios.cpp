#include "bench/store_scenarios.hpp"
#include <algorithm>
#include <atomic>
#include <boost/asio/strand.hpp>
#include <cstdio>

namespace bench {
namespace {

namespace wire = storage::wire;

/// A cheap spread over the keys: the same in every run.
std::int64_t scatter(std::int64_t i, std::int64_t n) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15ull >> 17) %
                                   static_cast<std::uint64_t>(n));
}

std::string key_of(const char* prefix, std::int64_t i) {
  char text[40];
  std::snprintf(text, sizeof text, "%s/%09lld", prefix, static_cast<long long>(i));
  return text;
}

/// Half of it compresses well, as JSON and protobuf objects do.
std::string value_of(std::int64_t i, std::size_t bytes) {
  std::string value(bytes, 'x');
  auto state = static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15ull + 1;
  for (std::size_t k = 0; k < bytes / 2; ++k) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value[k] = static_cast<char>(state >> 56);
  }
  return value;
}

template <class In>
base::Awaitable<base::Result<void>> ask(StorePath& path, Method method, In message) {
  auto answer = co_await path.call(method, path.encode(message));
  if (!answer) co_return answer.error();
  co_return base::Result<void>();
}

wire::PutRequest put_request(const char* prefix, std::int64_t key, std::int64_t value, std::size_t bytes) {
  wire::PutRequest request;
  request.key = key_of(prefix, key);
  request.value = value_of(value, bytes);
  return request;
}

wire::RangeRequest range_request(std::int64_t from, std::int64_t size, bool serializable) {
  wire::RangeRequest request;
  request.key = key_of("bench", from);
  if (size > 1) {
    request.range_end = key_of("bench", from + size);
    request.limit = size;
  }
  request.serializable = serializable;
  return request;
}

std::string words(std::int64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

base::Awaitable<Result> fill(StorePath& path, base::Executor ex, const StorePlan& plan, std::int64_t count,
                             std::int64_t batch_size, std::function<void(std::int64_t)> progress) {
  Load load{16, plan.duration, (count + batch_size - 1) / batch_size};
  Shot shot = [&path, count, batch_size, bytes = plan.value_bytes, progress](std::int64_t batch) {
    if (batch % 50 == 0) progress(batch * batch_size);
    wire::TxnRequest txn;
    for (std::int64_t i = batch * batch_size; i < std::min(count, (batch + 1) * batch_size); ++i)
      txn.success.emplace_back().put = put_request("fill", i, i, bytes);
    return ask(path, methods::txn, std::move(txn));
  };
  std::string name = "fill";
  auto result = co_await measure(std::move(name), ex, load, std::move(shot));
  result.per_second *= static_cast<double>(batch_size);
  co_return result;
}

base::Awaitable<Result> puts(StorePath& path, base::Executor ex, const StorePlan& plan, int clients) {
  Load load{clients, plan.duration, 0};
  Shot shot = [&path, plan](std::int64_t i) {
    return ask(path, methods::put, put_request("bench", scatter(i, plan.keys), i, plan.value_bytes));
  };
  std::string name = "put, " + words(clients, "client", "clients");
  co_return co_await measure(std::move(name), ex, load, std::move(shot));
}

base::Awaitable<base::Result<void>> prepare(StorePath& path, base::Executor ex, const StorePlan& plan) {
  Load load{32, plan.duration, plan.keys};
  Shot shot = [&path, plan](std::int64_t i) {
    return ask(path, methods::put, put_request("bench", i, i, plan.value_bytes));
  };
  std::string name = "prepare";
  const Result result = co_await measure(std::move(name), ex, load, std::move(shot));
  if (result.errors > 0) co_return base::Error(base::Errc::internal, result.first_error);
  co_return base::Result<void>();
}

base::Awaitable<Result> ranges(StorePath& path, base::Executor ex, const StorePlan& plan, int clients,
                               std::int64_t size, bool serializable) {
  Load load{clients, plan.duration, 0};
  const std::size_t least = static_cast<std::size_t>(size) * plan.value_bytes;
  Shot shot = [&path, plan, size, serializable,
               least](std::int64_t i) -> base::Awaitable<base::Result<void>> {
    const std::int64_t places = std::max<std::int64_t>(1, plan.keys - size + 1);
    auto message = path.encode(range_request(scatter(i, places), size, serializable));
    auto answer = co_await path.call(methods::range, std::move(message));
    if (!answer) co_return answer.error();
    if (answer->size() >= least) co_return base::Result<void>();
    co_return base::Error(base::Errc::internal, "only " + std::to_string(answer->size()) + " bytes");
  };
  std::string name = (serializable ? "serializable, " : "linearizable, ") + words(size, "key", "keys") +
                     ", " + words(clients, "client", "clients");
  co_return co_await measure(std::move(name), ex, load, std::move(shot));
}

namespace {

/// Counts the events in a watch's bytes, without decoding them, by the value that they all have: it starts
/// with nine bytes that are a text of their own in base64 too.
class EventCounter {
 public:
  static constexpr std::string_view kMarker = "\x01\x02watched";
  explicit EventCounter(bool json) : marker_(json ? "AQJ3YXRjaGVk" : kMarker) {}
  std::int64_t feed(std::string_view piece) {
    std::int64_t found = 0;
    // What the last piece ended with and this one begins with may be one.
    rest_.append(piece.substr(0, marker_.size() - 1));
    found += count(rest_);
    found += count(piece);
    rest_ = piece.size() >= marker_.size() - 1 ? piece.substr(piece.size() - marker_.size() + 1) : rest_;
    if (rest_.size() >= marker_.size()) rest_.erase(0, rest_.size() - marker_.size() + 1);
    return found;
  }

 private:
  std::int64_t count(std::string_view text) const {
    std::int64_t n = 0;
    for (auto at = text.find(marker_); at != text.npos; at = text.find(marker_, at + marker_.size()))
      ++n;
    return n;
  }
  std::string_view marker_;
  std::string rest_;
};

struct Watching {
  std::atomic<std::int64_t> events{0}, open{0}, failed{0};
};

/// A stream with so many watchers.
base::Awaitable<void> watch(std::shared_ptr<StorePath> path, std::shared_ptr<Watching> watching,
                            int watchers) {
  wire::WatchRequest request;
  request.create.emplace();
  request.create->key = "watched/";
  request.create->range_end = "watched0";
  auto counter = std::make_shared<EventCounter>(path->kind() == StorePath::Kind::json);
  auto first = std::make_shared<bool>(true);
  StorePath::Sink sink = [counter, watching, first, watchers](std::string_view piece) {
    if (std::exchange(*first, false)) watching->open += watchers;
    watching->events += counter->feed(piece);
  };
  std::vector<std::string> requests(static_cast<std::size_t>(watchers), path->encode(request));
  auto ended = co_await path->stream(methods::watch, std::move(requests), std::move(sink));
  watching->failed += watchers;
  base::ignore_error(std::move(ended));
}

}  // namespace

base::Awaitable<Result> watches(StorePath& path, std::shared_ptr<StorePath> watching, base::Executor ex,
                                const StorePlan& plan, int watchers) {
  auto state = std::make_shared<Watching>();
  base::TaskGroup group(ex, "watchers");
  for (int begun = 0; begun < watchers; begun += plan.watchers_a_stream) {
    const int some = std::min(plan.watchers_a_stream, watchers - begun);
    group.spawn_on(base::asio::make_strand(ex), "watcher", [=] { return watch(watching, state, some); });
  }
  for (int i = 0; i < 600 && state->open + state->failed < watchers; ++i)
    co_await base::sleep_for(std::chrono::milliseconds(50));
  // A stream is open with its first watcher; the others follow at once.
  co_await base::sleep_for(std::chrono::milliseconds(300));
  const std::int64_t failed = state->failed;
  Load load{8, plan.duration, 0};
  Shot shot = [&path, plan](std::int64_t i) {
    auto request = put_request("watched", scatter(i, 1000), i, plan.value_bytes);
    request.value.replace(0, EventCounter::kMarker.size(), EventCounter::kMarker);
    return ask(path, methods::put, std::move(request));
  };
  const auto begin = Clock::now();
  std::string name = "watch events, " + words(watchers, "watcher", "watchers");
  auto result = co_await measure(std::move(name), ex, load, std::move(shot));
  const std::int64_t wanted = result.count * (watchers - failed);
  for (int i = 0; i < 6000 && state->events < wanted; ++i)
    co_await base::sleep_for(std::chrono::milliseconds(5));
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  result.count = state->events;
  result.per_second = static_cast<double>(result.count) / seconds;
  result.errors += failed;
  if (state->events < wanted) {
    ++result.errors;
    result.first_error = std::to_string(wanted - state->events) + " events did not come within 30 s";
  }
  co_await watching->close();
  group.cancel();
  co_await group.join();
  co_return result;
}

namespace {

/// The operation starts when a fifth of the time is over, so that its beginning is seen too.
base::Awaitable<void> run_operation(Operation operation, Clock::duration delay,
                                    std::shared_ptr<std::atomic<bool>> running,
                                    std::shared_ptr<Result> seen) {
  co_await base::sleep_for(delay);
  const auto begin = Clock::now();
  auto done = co_await operation();
  seen->per_second = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!done) seen->first_error = done.error().message, ++seen->errors;
  *running = false;
}

}  // namespace

base::Awaitable<std::vector<Result>> during(StorePath& path, base::Executor ex, const StorePlan& plan,
                                            Steady steady, std::string name, Operation operation) {
  auto running = std::make_shared<std::atomic<bool>>(static_cast<bool>(operation));
  std::vector<Result> results(2);
  base::TaskGroup group(ex, "during");
  Load load{64, plan.duration, 0};
  load.go_on = [running] { return running->load(); };
  const auto run = [&](int at, std::string what, double rate, Shot shot) {
    Load paced = load;
    paced.per_second = rate;
    group.spawn_on(base::asio::make_strand(ex), what, [&results, ex, at, paced, what, shot] {
      return [](Result* out, base::Executor e, Load l, std::string w, Shot s) -> base::Awaitable<void> {
        *out = co_await measure(std::move(w), e, l, std::move(s));
      }(&results[static_cast<std::size_t>(at)], ex, paced, what, shot);
    });
  };
  run(0, "put during " + name, steady.puts_per_second, [&path, plan](std::int64_t i) {
    return ask(path, methods::put, put_request("bench", scatter(i, plan.keys), i, plan.value_bytes));
  });
  run(1, "read during " + name, steady.reads_per_second, [&path, plan](std::int64_t i) {
    return ask(path, methods::range, range_request(scatter(i, plan.keys), 1, false));
  });
  auto seen = std::make_shared<Result>();
  if (operation)
    group.spawn("operation",
                [=, delay = plan.duration / 5] { return run_operation(operation, delay, running, seen); });
  co_await group.join();
  if (operation) {
    seen->name = name;
    seen->unit = "s";
    results.push_back(*seen);
  }
  co_return results;
}

base::Awaitable<base::Result<void>> compact(StorePath& path) {
  wire::RangeRequest now;
  now.key = "bench/";
  auto answer = co_await path.call(methods::range, path.encode(now));
  if (!answer) co_return answer.error();
  auto decoded = path.decode<wire::RangeResponse>(*answer);
  if (!decoded) co_return decoded.error();
  wire::CompactionRequest request;
  request.revision = decoded->header.revision;
  request.physical = true;
  co_return co_await ask(path, methods::compact, request);
}

base::Awaitable<base::Result<void>> defragment(StorePath& path) {
  return ask(path, methods::defragment, wire::EmptyRequest());
}

base::Awaitable<base::Result<void>> snapshot(StorePath& path, std::int64_t* bytes) {
  StorePath::Sink sink = [bytes](std::string_view piece) {
    *bytes += static_cast<std::int64_t>(piece.size());
  };
  std::vector<std::string> request(1, path.encode(wire::EmptyRequest()));
  return path.stream(methods::snapshot, std::move(request), std::move(sink));
}

}  // namespace bench

#pragma once
#include <memory>
#include "bench/measure.hpp"
#include "bench/store_path.hpp"

/// What is measured of a store, over any StorePath. Keys are "bench/..."; they stay there.
namespace bench {

struct StorePlan {
  std::int64_t keys =
      10'000;  ///< Puts and single reads scatter over so many; the largest range has them all.
  std::size_t value_bytes = 1024;
  Clock::duration duration = std::chrono::seconds(5);
  int watchers_a_stream = 1;
};

/// Puts the `count` keys "fill/0" and on, in transactions of `batch_size`. `progress` hears how many are
/// there.
base::Awaitable<Result> fill(StorePath& path, base::Executor ex, const StorePlan& plan, std::int64_t count,
                             std::int64_t batch_size, std::function<void(std::int64_t done)> progress);

base::Awaitable<Result> puts(StorePath& path, base::Executor ex, const StorePlan& plan, int clients);
/// Ranges of `size` keys; 1: a single key. Checks the first answer's length. Errors if `prepare` was not
/// called.
base::Awaitable<Result> ranges(StorePath& path, base::Executor ex, const StorePlan& plan, int clients,
                               std::int64_t size, bool serializable);
/// Puts every key of the plan once.
base::Awaitable<base::Result<void>> prepare(StorePath& path, base::Executor ex, const StorePlan& plan);

/// Events delivered a second, all watchers together (on streams as the plan says), while eight clients put
/// as fast as the store takes it: from the first put until the last watcher has the last event. p50 and p99
/// are the puts'. `watching` is closed here.
base::Awaitable<Result> watches(StorePath& path, std::shared_ptr<StorePath> watching, base::Executor ex,
                                const StorePlan& plan, int watchers);

/// Latencies of a steady load of puts and reads while `operation` runs once, and at least for the plan's
/// duration.
struct Steady {
  double puts_per_second = 200, reads_per_second = 800;
};
using Operation = std::function<base::Awaitable<base::Result<void>>()>;
/// Two results: puts and reads. No operation: the quiet to compare with.
base::Awaitable<std::vector<Result>> during(StorePath& path, base::Executor ex, const StorePlan& plan,
                                            Steady steady, std::string name, Operation operation);
/// Compaction to the current revision, defragmentation, a snapshot read to its end and dropped.
base::Awaitable<base::Result<void>> compact(StorePath& path);
base::Awaitable<base::Result<void>> defragment(StorePath& path);
base::Awaitable<base::Result<void>> snapshot(StorePath& path, std::int64_t* bytes);

}  // namespace bench

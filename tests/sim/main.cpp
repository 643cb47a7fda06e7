#include <cstdint>
#include <cstdio>
#include <string>
#include "base/flags.hpp"
#include "base/log.hpp"
#include "sim/isolated.hpp"

namespace {

struct Options {
  std::int64_t seed = 1, seeds = 1;
  int members = 0, steps = sim::Plan().steps;
  bool trace = false, stats = false, bugs = false;
  std::string bug = "none", store = "memory";

  void add_to(base::Flags& flags) {
    flags.section("Simulation")
        .add("seed", &seed, "the first seed")
        .add("seeds", &seeds, "how many seeds, one after the other")
        .add("members", &members, "1, 3 or 5; 0: by the seed")
        .add("steps", &steps, "events under faults in each run")
        .add("trace", &trace, "print all that happens")
        .add("stats", &stats, "print how often what happened")
        .add("store", &store, "memory, or rocksdb: the production log and data on a simulated disk; slower")
        .add("bug", &bug, "with this deliberate bug: success is to find it")
        .add("bugs", &bugs,
             "with each deliberate bug at the seed known to find it, or else up to --seeds seeds: success is "
             "to "
             "find them all");
  }
};

sim::Plan plan_of(const Options& options, std::int64_t seed, sim::Bug bug) {
  return sim::make_plan(static_cast<std::uint64_t>(seed), options.members, options.steps, bug,
                        options.store == "rocksdb");
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// Again with the same seed, this time with its story.
void explain(const sim::Plan& plan, const std::string& failure) {
  const sim::Verdict again = sim::run_isolated(plan, true);
  std::printf("%s\n%s\n", describe(plan).c_str(), again.failure.c_str());
  if (first_line(again.failure) != first_line(failure))
    std::printf("AND IT DID NOT REPLAY: the first time it was\n%s\n", failure.c_str());
}

/// The first seed that fails; -1 if none does.
std::int64_t search(const Options& options, sim::Bug bug, sim::Stats& stats, std::string& failure) {
  for (std::int64_t seed = options.seed; seed < options.seed + options.seeds; ++seed) {
    const sim::Plan plan = plan_of(options, seed, bug);
    const sim::Verdict verdict = sim::run_isolated(plan, false);
    for (const auto& [name, count] : verdict.stats)
      stats[name] += count;
    if (verdict.ok()) continue;
    failure = verdict.failure;
    return seed;
  }
  return -1;
}

int find_bugs(const Options& options) {
  int missed = 0;
  for (const sim::BugName& known : sim::all_bugs()) {
    if (options.bug != "none" && options.bug != known.name) continue;
    sim::Stats stats;
    std::string failure = "NOT FOUND";
    Options at_known = options;
    at_known.seeds = 1;
    at_known.seed = known.seed;
    std::int64_t seed = options.bugs ? search(at_known, known.bug, stats, failure) : -1;
    if (seed < 0) seed = search(options, known.bug, stats, failure);
    std::printf("| %-22s | %4lld | %s |\n", std::string(known.name).c_str(), static_cast<long long>(seed),
                first_line(failure).c_str());
    std::fflush(stdout);
    if (seed < 0) ++missed;
  }
  return missed == 0 ? 0 : 1;
}

int run_traced(const Options& options) {
  const sim::Plan plan = plan_of(options, options.seed, sim::bug_named(options.bug));
  const sim::Verdict verdict = sim::World(plan, sim::Trace(sim::Trace::Mode::print)).run();
  std::printf("%s\n", verdict.ok() ? "all held" : verdict.failure.c_str());
  return verdict.ok() ? 0 : 1;
}

int run_seeds(const Options& options) {
  sim::Stats stats;
  std::string failure;
  const std::int64_t seed = search(options, sim::Bug::none, stats, failure);
  if (options.stats)
    for (const auto& [name, count] : stats)
      std::printf("%12llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  if (seed < 0) {
    std::printf("%lld seeds from %lld on: all held\n", static_cast<long long>(options.seeds),
                static_cast<long long>(options.seed));
    return 0;
  }
  explain(plan_of(options, seed, sim::Bug::none), failure);
  std::printf("replay: sim --seed %lld --members %d --steps %d --store %s --trace\n",
              static_cast<long long>(seed), options.members, options.steps, options.store.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // Torn logs and members that come and go are what is wanted here.
  base::log::configure({base::log::Level::error, base::log::Format::text});
  Options options;
  base::Flags flags("sim", "Runs whole clusters of the store's consensus in one process, from a seed.");
  options.add_to(flags);
  const auto parsed = flags.parse(argc, argv);
  if (!parsed) {
    std::fprintf(stderr, "error: %s\n", parsed.error().message.c_str());
    return 2;
  }
  if (flags.help_requested()) {
    std::printf("%s", flags.help().c_str());
    return 0;
  }
  if (options.bug != "none" && sim::bug_named(options.bug) == sim::Bug::none) {
    std::fprintf(stderr, "error: no deliberate bug is called %s\n", options.bug.c_str());
    return 2;
  }
  if (options.store != "memory" && options.store != "rocksdb") {
    std::fprintf(stderr, "error: --store is memory or rocksdb\n");
    return 2;
  }
  if (options.trace) return run_traced(options);
  if (options.bugs || options.bug != "none") return find_bugs(options);
  return run_seeds(options);
}

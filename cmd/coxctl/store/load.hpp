#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include "coxctl/store/check_text.hpp"
#include "coxctl/store/command.hpp"

/// Many clients that write keys below a prefix, for the checks.
namespace coxctl::store {

struct LoadPlan {
  std::string prefix;
  std::size_t key_bytes = 0, value_bytes = 0;  ///< After the prefix.
  int clients = 1;
  double per_second = 0;    ///< 0: as fast as it goes.
  std::uint64_t count = 0;  ///< 0: until `duration` is over.
  std::chrono::nanoseconds duration{};
};

/// Error: invalid_argument if the prefix has keys: what is cleaned up later must be all ours.
base::Awaitable<base::Result<void>> check_prefix_is_free(const Api& api, const std::string& prefix);

/// Writes random keys, each client one after the other over a connection of its own, the clients spread over
/// --endpoints. `on_write` is called after each. Ends early when interrupted.
base::Awaitable<base::Result<LoadResult>> run_load(Context& context, LoadPlan plan,
                                                   std::function<void()> on_write);

/// Deletes what the load wrote; then, if wanted, compacts and defragments. Says what fails, goes on with the
/// rest.
struct CleanUp {
  std::string prefix;
  bool auto_compact = false, auto_defrag = false;
  void add_to(base::Flags& flags);
};
base::Awaitable<bool> clean_up(Context& context, const CleanUp& what);

}  // namespace coxctl::store

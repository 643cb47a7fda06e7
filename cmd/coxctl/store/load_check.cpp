#include "coxctl/store/load_check.hpp"
#include "coxctl/store/progress.hpp"

namespace coxctl::store {

base::Result<void> LoadCheck::check(const std::vector<std::string>&) {
  if (auto planned = plan(plan_); !planned) return planned;
  if (clean_up_.prefix.empty())
    return base::Error(base::Errc::invalid_argument, "--prefix must not be empty");
  plan_.prefix = clean_up_.prefix;
  return {};
}

base::Awaitable<base::Result<int>> LoadCheck::run(Context& context) {
  auto api = context.cluster();
  if (!api) co_return api.error();
  auto ready = co_await check_prefix_is_free(*api, plan_.prefix);
  if (ready) ready = co_await before(context, plan_);
  if (!ready) co_return ready.error();
  const auto result = co_await measure(context);
  const auto measured = co_await after(context);
  const bool clean = co_await clean_up(context, clean_up_);
  if (!result) co_return result.error();
  if (context.interrupted()) co_return base::Error(base::Errc::cancelled, "interrupted");
  if (!measured) co_return measured.error();
  const Verdict verdict = judge(context, *result);
  context.out << verdict.text;
  co_return verdict.passed&& clean ? 0 : 1;
}

base::Awaitable<base::Result<void>> LoadCheck::before(Context&, const LoadPlan&) {
  co_return base::Result<void>();
}

base::Awaitable<base::Result<void>> LoadCheck::after(Context&) {
  co_return base::Result<void>();
}

base::Awaitable<base::Result<LoadResult>> LoadCheck::measure(Context& context) {
  const auto in_seconds = [](std::chrono::nanoseconds d) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(d).count());
  };
  const bool counts = plan_.count > 0;
  const std::uint64_t whole = counts ? plan_.count : in_seconds(plan_.duration);
  const auto& clock = base::Clock::real();
  const auto begun = clock.steady_now();
  Progress progress(name_, whole, counts ? Progress::Unit::count : Progress::Unit::seconds);
  auto result = co_await run_load(context, plan_, [&] {
    if (counts)
      progress.add();
    else
      progress.set(in_seconds(clock.steady_now() - begun));
  });
  if (!counts && !context.interrupted()) progress.set(whole);
  progress.finish();
  co_return result;
}

}  // namespace coxctl::store

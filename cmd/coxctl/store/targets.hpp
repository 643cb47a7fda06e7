#pragma once
#include <functional>
#include <string>
#include <vector>
#include "coxctl/store/command.hpp"

/// Commands that ask member by member.
namespace coxctl::store {

/// A member to ask. One that cannot be (it has not been started) says why.
struct Target {
  std::string endpoint;
  std::string name;  ///< Known with --cluster only, as is the id.
  std::uint64_t id = 0;
  std::string obstacle;
};

/// --endpoints as they are, or with `cluster` all members, as any of them lists them (a majority is not
/// needed). Errors: those of the call.
base::Awaitable<base::Result<std::vector<Target>>> find_targets(Context& context, bool cluster);
/// Of a member list: a target for each member, with its first client URL. Pure.
std::vector<Target> targets_of(const wire::MemberListResponse& members);

/// Asks all at once, each for as long as --command-timeout; the answers in the order of the targets.
template <class T>
base::Awaitable<std::vector<base::Result<T>>> ask_each(
    Context& context, std::vector<Target> targets,
    std::function<base::Awaitable<base::Result<T>>(const Target&, Api)> ask) {
  std::vector<base::Result<T>> answers(targets.size(), base::Error());
  base::TaskGroup group(context.runtime.make_strand(), "members");
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto api = context.member(targets[i].endpoint);
    if (!targets[i].obstacle.empty())
      answers[i] = base::Error(base::Errc::unavailable, targets[i].obstacle);
    else if (!api)
      answers[i] = api.error();
    else
      group.spawn("ask", [&, i, api = *api]() -> base::Awaitable<void> {
        auto answer = co_await ask(targets[i], api);
        answers[i] = std::move(answer);
      });
  }
  co_await group.join();
  co_return answers;
}

}  // namespace coxctl::store

#include "coxctl/store/run.hpp"
#include <cstdlib>
#include <iostream>
#include "base/log.hpp"
#include "coxctl/store/commands.hpp"
#include "coxctl/store/explain.hpp"
#include "coxctl/store/tree.hpp"

namespace coxctl::store {
namespace {

constexpr int kFailed = 1, kWrongLine = 2, kInterrupted = 130;

int wrong_line(std::string_view path, const std::string& message) {
  std::cerr << "coxctl store" << (path.empty() ? "" : " ") << path << ": " << message << "\n"
            << "`coxctl store" << (path.empty() ? "" : " ") << path << " --help` tells more.\n";
  return kWrongLine;
}

void show_help(std::ostream& out, const std::vector<std::string>& words) {
  out << "Looks after a store (raft-store, or an etcd through its gateway).\n\n"
      << "Usage: coxctl store COMMAND [flags]\n\n"
      << list_commands(commands(), words) << "\n";
  Options options;
  base::Flags flags("coxctl store COMMAND", "");
  options.add_to(flags);
  const std::string text = flags.help();
  const auto section = text.find("Flags of every command");
  if (words.empty() && section != std::string::npos) out << text.substr(section) << "\n";
  out << "`coxctl store COMMAND --help` explains a command. Start with: coxctl store status --pki DIR\n";
}

int report(const Entry& entry, const base::Error& error, const Options& options) {
  std::cerr << "coxctl store " << entry.path << ": " << error.message << "\n";
  if (const std::string what = advice(error, options); !what.empty()) std::cerr << "  " << what << "\n";
  return kFailed;
}

/// Nothing that is not done yet needs an end in order: connections break, the store goes on.
[[noreturn]] void leave_at_once() {
  std::cout << std::flush;
  std::cerr << "\ninterrupted\n" << std::flush;
  std::_Exit(kInterrupted);
}

/// Runs the command beside a wait for signals; the first to end decides.
base::Awaitable<int> run_command(base::Runtime& runtime, const Entry& entry, Command& command,
                                 Context& context) {
  int code = kInterrupted;
  base::Latch ended, done;
  base::TaskGroup group(runtime.executor(), "coxctl");
  group.spawn_on(runtime.make_strand(), "command", [&]() -> base::Awaitable<void> {
    auto result = co_await command.run(context);
    code = result                                     ? *result
           : result.error().is(base::Errc::cancelled) ? kInterrupted
                                                      : report(entry, result.error(), context.options);
    done.open();
    ended.open();
  });
  group.spawn("signals", [&]() -> base::Awaitable<void> {
    co_await runtime.stop_requested();
    ended.open();
  });
  co_await ended.wait();
  if (!done.is_open() && command.ends_itself()) co_await done.wait();
  if (!done.is_open()) leave_at_once();
  group.cancel();
  co_await group.join();
  co_return code;
}

int run_entry(const Entry& entry, const Found& found) {
  Options options;
  if (auto taken =
          options.take_environment([](const char* name) -> const char* { return std::getenv(name); });
      !taken)
    return wrong_line(entry.path, taken.error().message);
  const auto command = entry.make();
  std::string usage = "coxctl store " + std::string(entry.path);
  if (!entry.arguments.empty()) usage += " " + std::string(entry.arguments);
  std::string about(entry.summary);
  if (!entry.details.empty()) about += "\n\n" + std::string(entry.details);
  base::Flags flags(usage, about);
  command->add_to(flags);
  options.add_to(flags);
  std::vector<const char*> words = {"coxctl"};
  words.insert(words.end(), found.rest.begin(), found.rest.end());
  auto arguments = flags.parse(static_cast<int>(words.size()), words.data());
  if (!arguments) return wrong_line(entry.path, arguments.error().message);
  if (flags.help_requested() || found.help) {
    std::cout << flags.help();
    return 0;
  }
  if (auto counted = check_count(entry, arguments->size()); !counted)
    return wrong_line(entry.path, counted.error().message);
  if (auto checked = options.check(); !checked) return wrong_line(entry.path, checked.error().message);
  if (auto complete = options.complete(); !complete && command->asks_store())
    return wrong_line(entry.path, complete.error().message);
  if (auto checked = command->check(*arguments); !checked)
    return wrong_line(entry.path, checked.error().message);
  base::log::configure({base::log::Level::error, base::log::Format::text});
  base::Runtime::Options run_options;
  run_options.threads = 1;
  run_options.blocking_threads = 1;
  run_options.drain_timeout = std::chrono::seconds(60);
  base::Runtime runtime(run_options);
  Context context(runtime, options, std::move(*arguments), std::cout, std::cerr);
  const int code = runtime.run([&]() { return run_command(runtime, entry, *command, context); });
  std::cout << std::flush;
  return code;
}

}  // namespace

int run(std::span<const char* const> arguments) {
  const Found found = find_command(commands(), arguments);
  if (found.entry) return run_entry(*found.entry, found);
  const bool bare = found.words.empty();
  if (found.help || bare) {
    show_help(found.help ? std::cout : std::cerr, found.words);
    return found.help ? 0 : kWrongLine;
  }
  std::cerr << "coxctl store: " << unknown_command(commands(), found) << "\n\n"
            << list_commands(commands(), {});
  return kWrongLine;
}

}  // namespace coxctl::store

#include "sim/isolated.hpp"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace sim {
namespace {

constexpr rlim_t kSecondsMax = 60;

World* current = nullptr;

std::string story(const World& world) {
  std::string out;
  for (const std::string& line : world.trace().lines())
    out += line + "\n";
  return out;
}

/// The assertion has written its words to stderr, which is the pipe: the story follows.
void tell_on_abort(int) {
  const std::string text = current ? story(*current) : std::string();
  std::fprintf(stderr, "\n%s", text.c_str());
  std::fflush(stderr);
  std::_Exit(2);
}

[[noreturn]] void be_the_child(const Plan& plan, bool trace, int pipe) {
  dup2(pipe, STDERR_FILENO);
  std::signal(SIGABRT, tell_on_abort);
  // Runs take tens of milliseconds. Of the processor's time, not the clock's: the machine may be busy.
  const rlimit limit{kSecondsMax, kSecondsMax};
  setrlimit(RLIMIT_CPU, &limit);
  World world(plan, Trace(trace ? Trace::Mode::keep : Trace::Mode::off));
  current = &world;
  const Verdict verdict = world.run();
  if (!verdict.ok()) {
    std::fprintf(stderr, "%s\n\n%s", verdict.failure.c_str(), story(world).c_str());
  } else {
    for (const auto& [name, count] : verdict.stats)
      std::fprintf(stderr, "%llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  }
  std::fflush(stderr);
  std::_Exit(verdict.ok() ? 0 : 1);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(pipe, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

Stats parse_stats(const std::string& text) {
  Stats stats;
  std::istringstream in(text);
  std::string name;
  for (std::uint64_t count; in >> count && std::getline(in >> std::ws, name);)
    stats[name] = count;
  return stats;
}

}  // namespace

Verdict run_isolated(const Plan& plan, bool trace) {
  int ends[2];
  if (pipe(ends) != 0) return {"no pipe for the child", {}};
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) return {"no child process", {}};
  if (child == 0) {
    close(ends[0]);
    be_the_child(plan, trace, ends[1]);
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {{}, parse_stats(text)};
  if (WIFSIGNALED(status)) return {"killed by signal " + std::to_string(WTERMSIG(status)) + "\n" + text, {}};
  return {text.empty() ? "died without a word" : text, {}};
}

}  // namespace sim

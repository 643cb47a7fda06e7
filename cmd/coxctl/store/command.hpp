#pragma once
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>
#include "base/flags.hpp"
#include "base/runtime.hpp"
#include "coxctl/store/api.hpp"
#include "coxctl/store/message_text.hpp"
#include "coxctl/store/options.hpp"
#include "coxctl/store/text.hpp"

/// What a subcommand of `coxctl store` is made of. README.md tells how to add one.
namespace coxctl::store {

/// What a command works with: its words, where it writes, and the way to the store. Lives as long as the run.
class Context {
 public:
  Context(base::Runtime& runtime_, const Options& options_, std::vector<std::string> arguments_,
          std::ostream& out_, std::ostream& err_)
      : runtime(runtime_), options(options_), arguments(std::move(arguments_)), out(out_), err(err_) {}

  base::Runtime& runtime;
  const Options& options;
  std::vector<std::string> arguments;  ///< What is not a flag; as many as the entry's usage says.
  std::ostream& out;
  std::ostream& err;

  /// The cluster through any of --endpoints. Patient: waits for a leader as long as --command-timeout.
  base::Result<Api> cluster();
  /// One member.
  base::Result<Api> member(const std::string& endpoint);

  /// Writes an answer as --write-out wants it, where `simple` is what it is for people.
  template <class M>
  void print(const M& message, const std::string& simple) {
    switch (options.format()) {
      case Format::json:
        out << json_text(message, options.hex) << "\n";
        break;
      case Format::fields:
        out << fields_text(message, options.hex);
        break;
      default:
        out << simple;
    }
  }
  /// The same for what is a table to people.
  template <class M>
  void print(const M& message, const Table& table) {
    print(message, options.format() == Format::table ? framed(table) : plain(table));
  }

  /// True once Ctrl-C or SIGTERM came; for commands that clean up.
  bool interrupted() const { return runtime.stopping(); }
};

class Command {
 public:
  virtual ~Command() = default;
  virtual void add_to(base::Flags&) {}
  /// Whether flags and arguments fit together; before anything is asked. The number of arguments has been
  /// checked. Error: invalid_argument saying what to do; the exit code is 2.
  virtual base::Result<void> check(const std::vector<std::string>&) { return {}; }
  /// False for what works on files alone (a snapshot's status): --endpoints and certificates need not fit.
  virtual bool asks_store() const { return true; }
  /// Does it. Returns the exit code: 0, or 1 for an answer that is no good news (unhealthy, FAIL), which it
  /// has written itself. An error is written for it.
  virtual base::Awaitable<base::Result<int>> run(Context& context) = 0;
  /// Whether Ctrl-C lets it go on until it returns by itself (see Context::interrupted), rather than ending
  /// it where it waits.
  virtual bool ends_itself() const { return false; }
};

/// One line of the list in commands.cpp.
struct Entry {
  std::string_view path;       ///< "member add"
  std::string_view arguments;  ///< "NAME"; "[X]" may be left out, "X..." are any number from one on.
  std::string_view summary;    ///< One line, for lists of commands.
  std::string_view details;    ///< More for --help; may be empty.
  std::unique_ptr<Command> (*make)();
};

template <class C>
std::unique_ptr<Command> make_command() {
  return std::make_unique<C>();
}

}  // namespace coxctl::store

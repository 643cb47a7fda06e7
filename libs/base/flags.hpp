#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"

namespace base {

/// Command-line flags in upstream's form: `--name=value`, `--name value`, `--bool`, `--bool=false`.
/// Each flag writes into a variable of the caller, which must outlive `parse`, and whose value at
/// registration is the default that `--help` shows.
class Flags {
 public:
  /// `synopsis` is the one sentence under the usage line.
  Flags(std::string program, std::string synopsis);
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  /// Starts a titled section of the help text.
  Flags& section(std::string title);
  Flags& add(std::string name, std::string* target, std::string help);
  Flags& add(std::string name, bool* target, std::string help);
  Flags& add(std::string name, int* target, std::string help);
  Flags& add(std::string name, std::int64_t* target, std::string help);
  Flags& add(std::string name, double* target, std::string help);
  /// Go durations: "300ms", "1h15m".
  Flags& add(std::string name, std::chrono::nanoseconds* target, std::string help);
  /// Repeatable and comma separated.
  Flags& add(std::string name, std::vector<std::string>* target, std::string help);

  /// Parses; positional arguments are returned. Errors: invalid_argument naming the flag and the nearest
  /// known one.
  Result<std::vector<std::string>> parse(int argc, const char* const* argv);
  std::string help() const;
  bool help_requested() const noexcept;
  bool version_requested() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Go's duration syntax. Error: invalid_argument.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::nanoseconds d);

}  // namespace base

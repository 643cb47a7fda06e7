#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include "base/log.hpp"
#include "base/yaml.hpp"
#include "frame/frame.hpp"

/// Read by jemalloc, where it is linked, before main. Two arenas are as many as the threads that are busy at
/// once on two cores, and waste little where there are more; what was freed goes back to the system after two
/// seconds.
extern "C" {
const char* malloc_conf = "narenas:2,tcache_max:16384,dirty_decay_ms:2000,muzzy_decay_ms:0";
}

namespace frame {
namespace {

using base::Errc;
using base::Error;
namespace json = boost::json;

struct CommonFlags {
  int v = 2;
  std::string logging_format = "text", flags_file;
};

std::string scalar_text(const json::value& v) {
  return v.is_string() ? std::string(v.get_string()) : json::serialize(v);
}

/// The mapping as command-line arguments; a list becomes one argument an element.
base::Result<std::vector<std::string>> arguments_of(const std::string& path) {
  std::ifstream in(path);
  if (!in) return Error(Errc::invalid_argument, "--flags-file: cannot read \"" + path + "\"");
  std::stringstream text;
  text << in.rdbuf();
  auto document = base::parse_yaml(text.str());
  if (!document) return Error(Errc::invalid_argument, path + ": " + document.error().message);
  if (!document->is_object())
    return Error(Errc::invalid_argument, path + ": must be a mapping from flag names to values");
  std::vector<std::string> arguments;
  for (const auto& [name, value] : document->get_object()) {
    const std::string prefix = "--" + std::string(name) + "=";
    if (value.is_array())
      for (const auto& element : value.get_array())
        arguments.push_back(prefix + scalar_text(element));
    else
      arguments.push_back(prefix + scalar_text(value));
  }
  return arguments;
}

/// --flags-file is looked for before the flags are parsed: its values come first.
std::string find_flags_file(int argc, char** argv) {
  constexpr std::string_view name = "--flags-file";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument == name && i + 1 < argc) return argv[i + 1];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with("="))
      return std::string(argument.substr(name.size() + 1));
  }
  return {};
}

base::Result<void> parse(int argc, char** argv, base::Flags& flags) {
  std::vector<std::string> all{argv[0]};
  if (const auto path = find_flags_file(argc, argv); !path.empty()) {
    auto from_file = arguments_of(path);
    if (!from_file) return from_file.error();
    all.insert(all.end(), from_file->begin(), from_file->end());
  }
  all.insert(all.end(), argv + 1, argv + argc);
  std::vector<const char*> pointers;
  for (const auto& a : all)
    pointers.push_back(a.c_str());
  auto rest = flags.parse(static_cast<int>(pointers.size()), pointers.data());
  if (!rest) return rest.error();
  if (!rest->empty()) return Error(Errc::invalid_argument, "unexpected argument \"" + rest->front() + "\"");
  return {};
}

base::Result<base::log::Options> log_options(const CommonFlags& common) {
  base::log::Options options;
  options.level = common.v >= 4 ? base::log::Level::debug : base::log::Level::info;
  if (common.logging_format == "json")
    options.format = base::log::Format::json;
  else if (common.logging_format != "text")
    return Error(Errc::invalid_argument,
                 "--logging-format must be text or json, not \"" + common.logging_format + "\"");
  return options;
}

int usage_error(const base::Error& error) {
  std::fprintf(stderr, "error: %s\nSee --help.\n", error.message.c_str());
  return 2;
}

}  // namespace

int run(int argc, char** argv, base::Flags& flags,
        std::function<base::Awaitable<int>(base::Runtime&)> service, base::Runtime::Options options) {
  CommonFlags common;
  flags.section("Common")
      .add("v", &common.v, "how much is logged: 4 and more includes debug lines")
      .add("logging-format", &common.logging_format, "text or json")
      .add("flags-file", &common.flags_file,
           "a YAML mapping from flag names to values; the command line wins");
  if (auto parsed = parse(argc, argv, flags); !parsed) return usage_error(parsed.error());
  if (flags.help_requested()) return std::fputs(flags.help().c_str(), stdout) < 0 ? 1 : 0;
  if (flags.version_requested()) return std::puts("Coxswain v" COX_VERSION) < 0 ? 1 : 0;
  auto logging = log_options(common);
  if (!logging) return usage_error(logging.error());
  base::log::configure(*logging);
  base::Runtime runtime(options);
  return runtime.run([&]() -> base::Awaitable<int> { co_return co_await service(runtime); });
}

}  // namespace frame

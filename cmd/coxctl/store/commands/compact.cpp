#include <charconv>
#include "coxctl/store/command.hpp"

namespace coxctl::store {
namespace {

class Compact final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("physical", &request_.physical,
              "Wait until what nobody can see any more is gone from the disk.");
  }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    const std::string& text = arguments[0];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), request_.revision);
    if (error == std::errc() && end == text.data() + text.size() && request_.revision > 0) return {};
    return base::Error(base::Errc::invalid_argument, "\"" + text + "\" is no revision: a number above 0");
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    const Api caller = request_.physical ? api->within(context.options.long_timeout_ms()) : *api;
    auto answer = co_await caller.call<wire::HeaderResponse>("/v3/kv/compaction", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, "compacted revision " + std::to_string(request_.revision) + "\n");
    co_return 0;
  }

  wire::CompactionRequest request_;
};

constexpr std::string_view kDetails =
    "Reads and watches below REVISION are refused from then on. Files become smaller by and by, or at once "
    "with "
    "`coxctl store defrag`.";

}  // namespace

Entry compact() {
  return {"compact", "REVISION", "forgets the history before a revision", kDetails, make_command<Compact>};
}
Entry compaction() {
  return {"compaction", "REVISION", "the same, by etcdctl's name", kDetails, make_command<Compact>};
}

}  // namespace coxctl::store

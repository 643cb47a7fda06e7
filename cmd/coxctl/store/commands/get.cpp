#include "coxctl/store/command.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/requests.hpp"

namespace coxctl::store {
namespace {

class Get final : public Command {
  void add_to(base::Flags& flags) override {
    flags_.add_to(flags);
    flags.add("print-value-only", &value_only_, "Without the keys (--write-out=simple).");
  }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto request = flags_.request(arguments);
    if (!request) return request.error();
    request_ = std::move(*request);
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::RangeResponse>("/v3/kv/range", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, flags_.count_only ? std::to_string(answer->count) + "\n"
                                             : range_text(*answer, {context.options.hex, value_only_}));
    co_return 0;
  }

  GetFlags flags_;
  bool value_only_ = false;
  wire::RangeRequest request_;
};

}  // namespace

Entry get() {
  return {"get", "KEY [RANGE_END]", "keys and values: one key, [KEY, RANGE_END), --prefix or --from-key",
          "Writes a key on a line and its value on the next; nothing for a key that is not there.",
          make_command<Get>};
}

}  // namespace coxctl::store

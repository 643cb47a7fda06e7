#include "coxctl/store/command.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/requests.hpp"

namespace coxctl::store {
namespace {

class Del final : public Command {
  void add_to(base::Flags& flags) override { flags_.add_to(flags); }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto request = flags_.request(arguments);
    if (!request) return request.error();
    request_ = std::move(*request);
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    if (context.arguments.size() > 1 && !flags_.range) {
      context.err << "all keys from " << quoted(request_.key) << " to before " << quoted(request_.range_end)
                  << " go in 2 seconds; Ctrl-C keeps them, --range does not wait\n";
      const bool slept = co_await base::sleep_for(std::chrono::seconds(2));
      if (!slept) co_return base::Error(base::Errc::cancelled, "interrupted");
    }
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::DeleteRangeResponse>("/v3/kv/deleterange", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, del_text(*answer, {context.options.hex, false}));
    co_return 0;
  }

  DelFlags flags_;
  wire::DeleteRangeRequest request_;
};

}  // namespace

Entry del() {
  return {"del", "KEY [RANGE_END]",
          "deletes: one key, [KEY, RANGE_END), --prefix or --from-key; writes how many", "",
          make_command<Del>};
}

}  // namespace coxctl::store

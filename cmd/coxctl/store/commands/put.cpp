#include <iostream>
#include <iterator>
#include "coxctl/store/command.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/requests.hpp"

namespace coxctl::store {
namespace {

class Put final : public Command {
  void add_to(base::Flags& flags) override { flags_.add_to(flags); }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto request = flags_.request(arguments);
    if (!request) return request.error();
    request_ = std::move(*request);
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    if (flags_.lacks_value(context.arguments)) {
      std::function<void()> read = [this] {
        request_.value.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
      };
      co_await base::run_blocking(context.runtime.blocking_pool(), std::move(read));
    }
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::PutResponse>("/v3/kv/put", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, put_text(*answer, {context.options.hex, false}));
    co_return 0;
  }

  PutFlags flags_;
  wire::PutRequest request_;
};

}  // namespace

Entry put() {
  return {"put", "KEY [VALUE]", "writes a key; without VALUE, what stdin holds",
          "A value that begins with a dash comes after two of them: put KEY -- -1", make_command<Put>};
}

}  // namespace coxctl::store

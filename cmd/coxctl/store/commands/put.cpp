#include <iostream>
#include <iterator>
#include "coxctl/store/key_command.hpp"

namespace coxctl::store {
namespace {

class Put final : public KeyCommand<PutFlags, wire::PutRequest, wire::PutResponse> {
 public:
  Put() : KeyCommand("/v3/kv/put") {}

 private:
  base::Awaitable<base::Result<void>> prepare(Context& context) override {
    if (!flags_.lacks_value(context.arguments)) co_return base::Result<void>();
    std::function<void()> read = [this] {
      request_.value.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
    };
    co_await base::run_blocking(context.runtime.blocking_pool(), std::move(read));
    co_return base::Result<void>();
  }
  std::string text(const wire::PutResponse& answer, bool hex) const override {
    return put_text(answer, {hex, false});
  }
};

}  // namespace

Entry put() {
  return {"put", "KEY [VALUE]", "writes a key; without VALUE, what stdin holds",
          "A value that begins with a dash comes after two of them: put KEY -- -1", make_command<Put>};
}

}  // namespace coxctl::store

#include <iostream>
#include "coxctl/store/command.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/txn_text.hpp"

namespace coxctl::store {
namespace {

class Txn final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("interactive", &interactive_, "Say which part comes next.");
    flags.add("i", &interactive_, "The same as --interactive.");
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    base::Result<wire::TxnRequest> request = base::Error();
    std::function<void()> read = [&] {
      request = interactive_
                    ? read_txn(std::cin, [](std::string_view title) { std::cout << title << std::endl; })
                    : read_txn(std::cin, [](std::string_view) {});
    };
    co_await base::run_blocking(context.runtime.blocking_pool(), std::move(read));
    if (!request) co_return request.error();
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::TxnResponse>("/v3/kv/txn", *request);
    if (!answer) co_return answer.error();
    context.print(*answer, txn_text(*answer, {context.options.hex, false}));
    co_return 0;
  }

  bool interactive_ = false;
};

}  // namespace

Entry txn() {
  return {
      "txn", "", "one transaction, read from stdin",
      "Three parts, an empty line after each: conditions such as mod(\"key\") > \"0\" (version, create, mod, "
      "value, lease; = != < >); requests if all of them hold; requests if not (get, put, del with their "
      "flags).",
      make_command<Txn>};
}

}  // namespace coxctl::store

#include "coxctl/store/key_command.hpp"

namespace coxctl::store {
namespace {

class Del final : public KeyCommand<DelFlags, wire::DeleteRangeRequest, wire::DeleteRangeResponse> {
 public:
  Del() : KeyCommand("/v3/kv/deleterange") {}

 private:
  base::Awaitable<base::Result<void>> prepare(Context& context) override {
    if (context.arguments.size() == 1 || flags_.range) co_return base::Result<void>();
    context.err << "all keys from " << quoted(request_.key) << " to before " << quoted(request_.range_end)
                << " go in 2 seconds; Ctrl-C keeps them, --range does not wait\n";
    const bool slept = co_await base::sleep_for(std::chrono::seconds(2));
    if (!slept) co_return base::Error(base::Errc::cancelled, "interrupted");
    co_return base::Result<void>();
  }
  std::string text(const wire::DeleteRangeResponse& answer, bool hex) const override {
    return del_text(answer, {hex, false});
  }
};

}  // namespace

Entry del() {
  return {"del", "KEY [RANGE_END]",
          "deletes: one key, [KEY, RANGE_END), --prefix or --from-key; writes how many", "",
          make_command<Del>};
}

}  // namespace coxctl::store

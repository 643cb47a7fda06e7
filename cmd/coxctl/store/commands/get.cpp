#include "coxctl/store/key_command.hpp"

namespace coxctl::store {
namespace {

class Get final : public KeyCommand<GetFlags, wire::RangeRequest, wire::RangeResponse> {
 public:
  Get() : KeyCommand("/v3/kv/range") {}
  void add_to(base::Flags& flags) override {
    KeyCommand::add_to(flags);
    flags.add("print-value-only", &value_only_, "Without the keys (--write-out=simple).");
  }

 private:
  std::string text(const wire::RangeResponse& answer, bool hex) const override {
    return flags_.count_only ? std::to_string(answer.count) + "\n" : range_text(answer, {hex, value_only_});
  }

  bool value_only_ = false;
};

}  // namespace

Entry get() {
  return {"get", "KEY [RANGE_END]", "keys and values: one key, [KEY, RANGE_END), --prefix or --from-key",
          "Writes a key on a line and its value on the next; nothing for a key that is not there.",
          make_command<Get>};
}

}  // namespace coxctl::store

#pragma once
#include "coxctl/store/command.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/requests.hpp"

namespace coxctl::store {

/// get, put and del: one call, whose request the flags make out of the arguments.
template <class Flags, class Request, class Answer>
class KeyCommand : public Command {
 public:
  void add_to(base::Flags& flags) override { flags_.add_to(flags); }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto request = flags_.request(arguments);
    if (!request) return request.error();
    request_ = std::move(*request);
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto ready = co_await prepare(context);
    if (!ready) co_return ready.error();
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->template call<Answer>(path_, request_);
    if (!answer) co_return answer.error();
    context.print(*answer, text(*answer, context.options.hex));
    co_return 0;
  }

 protected:
  explicit KeyCommand(const char* path) : path_(path) {}
  /// What comes before the call.
  virtual base::Awaitable<base::Result<void>> prepare(Context&) { co_return base::Result<void>(); }
  /// The answer for people.
  virtual std::string text(const Answer& answer, bool hex) const = 0;

  Flags flags_;
  Request request_;

 private:
  const char* path_;
};

}  // namespace coxctl::store

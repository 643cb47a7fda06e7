#include "coxctl/store/command.hpp"

namespace coxctl::store {
namespace {

/// etcd's text form of the message.
std::string alarm_lines(const wire::AlarmResponse& answer) {
  std::string out;
  for (const wire::AlarmMember& alarm : answer.alarms)
    out += "memberID:" + std::to_string(alarm.member_id) +
           " alarm:" + names(alarm.alarm)[static_cast<std::size_t>(alarm.alarm)] + " \n";
  return out;
}

base::Awaitable<base::Result<wire::AlarmResponse>> ask(Api api, wire::AlarmRequest request) {
  return api.call<wire::AlarmResponse>("/v3/maintenance/alarm", request);
}

class AlarmList final : public Command {
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await ask(*api, wire::AlarmRequest{});
    if (!answer) co_return answer.error();
    context.print(*answer, alarm_lines(*answer));
    co_return 0;
  }
};

class AlarmDisarm final : public Command {
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto raised = co_await ask(*api, wire::AlarmRequest{});
    if (!raised) co_return raised.error();
    wire::AlarmResponse disarmed;
    disarmed.header = raised->header;
    for (const wire::AlarmMember& alarm : raised->alarms) {
      const wire::AlarmRequest request{wire::AlarmAction::deactivate, alarm.member_id, alarm.alarm};
      auto answer = co_await ask(*api, request);
      if (!answer) co_return answer.error();
      disarmed.header = answer->header;
      disarmed.alarms.insert(disarmed.alarms.end(), answer->alarms.begin(), answer->alarms.end());
    }
    context.print(disarmed, alarm_lines(disarmed));
    co_return 0;
  }
};

}  // namespace

Entry alarm_list() {
  return {"alarm list", "", "the alarms raised (NOSPACE, CORRUPT) and by whom", "", make_command<AlarmList>};
}
Entry alarm_disarm() {
  return {"alarm disarm", "", "takes all alarms back; writes which",
          "Remove the cause before: NOSPACE comes back at the next write otherwise.",
          make_command<AlarmDisarm>};
}

}  // namespace coxctl::store

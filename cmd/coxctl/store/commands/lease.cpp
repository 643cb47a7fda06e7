#include <charconv>
#include "coxctl/store/command.hpp"
#include "coxctl/store/requests.hpp"

namespace coxctl::store {
namespace {

class LeaseGrant final : public Command {
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    const std::string& text = arguments[0];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), request_.ttl);
    if (error == std::errc() && end == text.data() + text.size() && request_.ttl > 0) return {};
    return base::Error(base::Errc::invalid_argument, "\"" + text + "\" is no time to live: seconds above 0");
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::LeaseGrantResponse>("/v3/lease/grant", request_);
    if (!answer) co_return answer.error();
    context.print(*answer, "lease " + lease_id(answer->id) + " granted with TTL(" +
                               std::to_string(answer->ttl) + "s)\n");
    co_return 0;
  }
  wire::LeaseGrantRequest request_;
};

/// What names one lease.
class OneLease : public Command {
 public:
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto id = parse_lease(arguments[0]);
    if (!id) return id.error();
    id_ = *id;
    return {};
  }

 protected:
  std::int64_t id_ = 0;
};

class LeaseRevoke final : public OneLease {
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::HeaderResponse>("/v3/lease/revoke", wire::LeaseIdRequest{id_});
    if (!answer) co_return answer.error();
    context.print(*answer, "lease " + lease_id(id_) + " revoked\n");
    co_return 0;
  }
};

std::string remaining_text(const wire::LeaseTimeToLiveResponse& answer, bool keys) {
  if (answer.granted_ttl == 0 && answer.ttl == -1)
    return "lease " + lease_id(answer.id) + " already expired\n";
  return "lease " + lease_id(answer.id) + " granted with TTL(" + std::to_string(answer.granted_ttl) +
         "s), remaining(" + std::to_string(answer.ttl) + "s)" +
         (keys ? ", attached keys([" + joined(answer.keys, " ") + "])" : "") + "\n";
}

class LeaseTimeToLive final : public OneLease {
  void add_to(base::Flags& flags) override {
    flags.add("keys", &keys_, "Show the keys that end with it, too.");
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    const wire::LeaseTimeToLiveRequest request{id_, keys_};
    auto answer = co_await api->call<wire::LeaseTimeToLiveResponse>("/v3/lease/timetolive", request);
    if (!answer) co_return answer.error();
    context.print(*answer, remaining_text(*answer, keys_));
    co_return 0;
  }
  bool keys_ = false;
};

class LeaseList final : public Command {
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::LeaseLeasesResponse>("/v3/lease/leases", wire::EmptyRequest{});
    if (!answer) co_return answer.error();
    std::string text = "found " + std::to_string(answer->leases.size()) + " leases\n";
    for (const wire::LeaseIdRequest& lease : answer->leases)
      text += lease_id(lease.id) + "\n";
    context.print(*answer, text);
    co_return 0;
  }
};

class LeaseKeepAlive final : public OneLease {
  void add_to(base::Flags& flags) override { flags.add("once", &once_, "Once, and out."); }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    for (;;) {
      auto answer = co_await renew(*api);
      if (!answer) co_return answer.error();
      if (answer->ttl <= 0) break;
      context.print(*answer,
                    "lease " + lease_id(id_) + " keepalived with TTL(" + std::to_string(answer->ttl) + ")\n");
      context.out << std::flush;
      if (once_) co_return 0;
      const bool slept = co_await base::sleep_for(std::chrono::milliseconds(answer->ttl * 1000 / 3));
      if (!slept) co_return base::Error(base::Errc::cancelled, "interrupted");
    }
    if (once_) co_return base::Error(base::Errc::not_found, "etcdserver: requested lease not found");
    context.out << "lease " << lease_id(id_) << " expired or revoked.\n";
    co_return 0;
  }

  base::Awaitable<base::Result<wire::LeaseKeepAliveResponse>> renew(Api api) {
    auto answer =
        co_await api.call<wire::LeaseKeepAliveEnvelope>("/v3/lease/keepalive", wire::LeaseIdRequest{id_});
    if (!answer) co_return answer.error();
    if (answer->error) co_return error_of(*answer->error);
    co_return answer->result.value_or(wire::LeaseKeepAliveResponse());
  }
  bool once_ = false;
};

}  // namespace

Entry lease_grant() {
  return {"lease grant", "TTL", "a new lease of TTL seconds; writes its id", "", make_command<LeaseGrant>};
}
Entry lease_revoke() {
  return {"lease revoke", "LEASE_ID", "ends a lease; its keys go with it", "", make_command<LeaseRevoke>};
}
Entry lease_timetolive() {
  return {"lease timetolive", "LEASE_ID", "how long a lease lasts", "", make_command<LeaseTimeToLive>};
}
Entry lease_list() {
  return {"lease list", "", "the ids of all leases", "", make_command<LeaseList>};
}
Entry lease_keep_alive() {
  return {"lease keep-alive", "LEASE_ID", "renews a lease, again and again until it is interrupted", "",
          make_command<LeaseKeepAlive>};
}

}  // namespace coxctl::store

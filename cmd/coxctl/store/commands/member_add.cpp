#include <filesystem>
#include "coxctl/store/command.hpp"
#include "coxctl/store/member_text.hpp"

namespace coxctl::store {
namespace {

class MemberAdd final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("peer-urls", &request_.peer_urls,
              "Where its peers will reach it, such as https://10.0.0.4:2380.");
    flags.add("learner", &request_.is_learner,
              "Without a vote until it is promoted: a cluster does not depend on it while it catches up.");
    flags.add("client-urls", &client_urls_, "Only for the text: where clients will reach it.");
  }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    if (arguments[0].find_first_of("=,/ ") != std::string::npos)
      return base::Error(
          base::Errc::invalid_argument,
          "\"" + arguments[0] + "\" is no name; did you mean --peer-urls=" + arguments[0] + "?");
    if (request_.peer_urls.empty())
      return base::Error(base::Errc::invalid_argument, "give --peer-urls, where its peers will reach it");
    return {};
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer = co_await api->call<wire::MemberAddResponse>("/v3/cluster/member/add", request_);
    if (!answer) co_return answer.error();
    const JoinHints hints{context.arguments[0], context.options.pki, client_urls_};
    context.print(*answer, "Member " + hex_id(answer->member.id) + " added" +
                               (answer->member.is_learner ? " as learner" : "") + " to cluster " +
                               hex_id(answer->header.cluster_id) + "\n" + join_text(*answer, hints));
    if (!hints.pki.empty() && !std::filesystem::exists(hints.pki + "/etcd/" + hints.name + ".crt"))
      context.err << "\nIt has no certificates yet: coxctl certs store " << hints.name << " --dir "
                  << hints.pki << "\n";
    co_return 0;
  }

  wire::MemberAddRequest request_;
  std::string client_urls_;
};

}  // namespace

Entry member_add() {
  return {
      "member add", "NAME", "takes a new member in, and tells how to start it",
      "NAME is what the new member will be started with. Add one, start it, see it in `coxctl store status`, "
      "then add the next.",
      make_command<MemberAdd>};
}

}  // namespace coxctl::store

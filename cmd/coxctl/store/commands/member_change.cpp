#include "coxctl/store/command.hpp"
#include "coxctl/store/member_text.hpp"

/// promote, remove and update: a member's id, and the list of members for an answer.
namespace coxctl::store {
namespace {

class MemberChange : public Command {
 public:
  MemberChange(std::string path, std::string done) : path_(std::move(path)), done_(std::move(done)) {}
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    auto id = parse_hex_id(arguments[0], "member ID");
    if (!id) return id.error();
    id_ = *id;
    return {};
  }

 protected:
  template <class In>
  base::Awaitable<base::Result<int>> change(Context& context, In request) {
    auto api = context.cluster();
    if (!api) co_return api.error();
    auto answer =
        co_await api->call<wire::MemberListResponse>("/v3/cluster/member/" + path_, std::move(request));
    if (!answer) co_return answer.error();
    context.print(*answer, "Member " + hex_id(id_) + " " + done_ + " cluster " +
                               hex_id(answer->header.cluster_id) + "\n");
    co_return 0;
  }
  std::uint64_t id_ = 0;

 private:
  std::string path_, done_;
};

class MemberPromote final : public MemberChange {
 public:
  MemberPromote() : MemberChange("promote", "promoted in") {}
  base::Awaitable<base::Result<int>> run(Context& context) override {
    return change(context, wire::MemberIdRequest{id_});
  }
};

class MemberRemove final : public MemberChange {
 public:
  MemberRemove() : MemberChange("remove", "removed from") {}
  base::Awaitable<base::Result<int>> run(Context& context) override {
    return change(context, wire::MemberIdRequest{id_});
  }
};

class MemberUpdate final : public MemberChange {
 public:
  MemberUpdate() : MemberChange("update", "updated in") {}
  void add_to(base::Flags& flags) override {
    flags.add("peer-urls", &urls_, "Where its peers reach it from now on.");
  }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    if (urls_.empty())
      return base::Error(base::Errc::invalid_argument, "give --peer-urls, its new addresses");
    return MemberChange::check(arguments);
  }
  base::Awaitable<base::Result<int>> run(Context& context) override {
    return change(context, wire::MemberUpdateRequest{id_, urls_});
  }

 private:
  std::vector<std::string> urls_;
};

}  // namespace

Entry member_promote() {
  return {"member promote", "MEMBER_ID", "gives a learner its vote, once it has caught up", "",
          make_command<MemberPromote>};
}
Entry member_remove() {
  return {"member remove", "MEMBER_ID", "takes a member out",
          "Stop its process then, if it does not end by itself. With its old data it cannot come back: "
          "delete them "
          "before it is added again.",
          make_command<MemberRemove>};
}
Entry member_update() {
  return {"member update", "MEMBER_ID", "changes a member's --peer-urls", "", make_command<MemberUpdate>};
}

}  // namespace coxctl::store

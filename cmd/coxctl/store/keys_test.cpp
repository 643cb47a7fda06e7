#include <catch2/catch.hpp>
#include <sstream>
#include "coxctl/store/key_range.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/member_text.hpp"
#include "coxctl/store/requests.hpp"
#include "coxctl/store/txn_text.hpp"

namespace coxctl::store {
namespace {

using namespace std::string_literals;

TEST_CASE("a key, a range, a prefix, all from a key on") {
  const auto range = [](std::vector<std::string> arguments, bool prefix, bool from_key) {
    const auto r = key_range(arguments, prefix, from_key);
    return r ? r->key + "|" + r->end : "refused";
  };
  CHECK(range({"a"}, false, false) == "a|");
  CHECK(range({"a", "c"}, false, false) == "a|c");
  CHECK(range({"ab"}, true, false) == "ab|ac");
  CHECK(range({"a\xff"}, true, false) == "a\xff|b");
  CHECK(range({"\xff\xff"}, true, false) == "\xff\xff|\0"s);
  CHECK(range({"b"}, false, true) == "b|\0"s);
  CHECK(range({""}, true, false) == "\0|\0"s);
  CHECK(range({""}, false, true) == "\0|\0"s);
  CHECK(range({"a"}, true, true) == "refused");
  CHECK(range({"a", "b"}, true, false) == "refused");
}

TEST_CASE("orders and targets in any case") {
  CHECK(*sort_order("descend") == wire::SortOrder::descend);
  CHECK(*sort_order("") == wire::SortOrder::none);
  CHECK_FALSE(sort_order("down").has_value());
  CHECK(*sort_target("Modify") == wire::SortTarget::mod);
  CHECK_FALSE(sort_target("mod").has_value());
  CHECK(*serializable("s"));
  CHECK_FALSE(serializable("x").has_value());
}

TEST_CASE("requests from flags") {
  GetFlags get;
  get.sort_by = "VERSION";
  get.limit = 3;
  CHECK(get.request({"k"})->sort_order == wire::SortOrder::ascend);
  get.min_mod = 7, get.max_mod = 5;
  CHECK_FALSE(get.request({"k"}).has_value());
  GetFlags both;
  both.keys_only = both.count_only = true;
  CHECK_FALSE(both.request({"k"}).has_value());
  PutFlags put;
  put.lease = "32695410dcc0ca06";
  CHECK(put.request({"k", "v"})->lease == 0x32695410dcc0ca06);
  CHECK(put.lacks_value({"k"}));
  put.ignore_value = true;
  CHECK_FALSE(put.lacks_value({"k"}));
  CHECK_FALSE(put.request({"k", "v"}).has_value());
  put.lease = "none";
  CHECK_FALSE(put.request({"k"}).has_value());
}

TEST_CASE("keys and values for people") {
  wire::KeyValue kv;
  kv.key = "k";
  kv.value = std::make_shared<const std::string>("v");
  CHECK(kv_text(kv, {}) == "k\nv\n");
  CHECK(kv_text(kv, {true, false}) == "\\x6b\n\\x76\n");
  CHECK(kv_text(kv, {false, true}) == "v\n");
  wire::Event event;
  event.type = wire::EventType::remove;
  event.kv = wire::KeyValue{};
  event.kv->key = "k";
  event.prev_kv = kv;
  CHECK(event_text(event, {}) == "DELETE\nk\nv\nk\n\n");
  wire::TxnResponse txn;
  txn.responses.emplace_back().put.emplace().prev_kv = kv;
  txn.responses.emplace_back().delete_range.emplace().deleted = 2;
  CHECK(txn_text(txn, {}) == "FAILURE\n\nOK\nk\nv\n\n2\n");
}

TEST_CASE("words of a line") {
  const auto words = [](std::string_view line) { return split_words(line).value(); };
  CHECK(words("put key1 \"a b\\n\\x41\" 'c \\n'") ==
        std::vector<std::string>{"put", "key1", "a b\nA", "c \\n"});
  CHECK(words("  a\t b ") == std::vector<std::string>{"a", "b"});
  CHECK(words("").empty());
  CHECK_FALSE(split_words("a \"b").has_value());
  CHECK_FALSE(split_words("a 'b").has_value());
  CHECK_FALSE(split_words("\"\\q\"").has_value());
}

TEST_CASE("conditions of a transaction") {
  const auto mod = parse_compare("mod(\"key 1\") > \"7\"");
  REQUIRE(mod.has_value());
  CHECK(mod->target == wire::CompareTarget::mod);
  CHECK(mod->result == wire::CompareResult::greater);
  CHECK(mod->key == "key 1");
  CHECK(mod->mod_revision == 7);
  CHECK(parse_compare("val(\"k\")=\"a\\\"b\"")->value == "a\"b");
  CHECK(parse_compare("ver(\"k\") != \"0\"")->result == wire::CompareResult::not_equal);
  CHECK(parse_compare("c(\"k\") < \"9\"")->create_revision == 9);
  CHECK(parse_compare("lease(\"k\") = \"1f\"")->lease == 0x1f);
  for (const char* wrong :
       {"", "mod", "mod(k) > \"0\"", "mod(\"k\") > 0", "mod(\"k\") >= \"0\"", "mod(\"k\") > \"x\"",
        "nod(\"k\") > \"0\"", "mod(\"k\" > \"0\"", "mod(\"k\") > \"0\" x"})
    CHECK_FALSE(parse_compare(wrong).has_value());
}

void silent(std::string_view) {}

TEST_CASE("a transaction is read in three parts") {
  std::istringstream in(
      "mod(\"k\") > \"0\"\n\nput k \"over\"\nget --prefix k\n\nput k created\ndel a b\n\nnot read\n");
  const auto txn = read_txn(in, silent);
  REQUIRE(txn.has_value());
  CHECK(txn->compare.size() == 1);
  REQUIRE(txn->success.size() == 2);
  CHECK(txn->success[0].put->value == "over");
  CHECK(txn->success[1].range->range_end == "l");
  REQUIRE(txn->failure.size() == 2);
  CHECK(txn->failure[1].delete_range->range_end == "b");
  std::istringstream early("\nput a 1");
  const auto ended = read_txn(early, silent);
  REQUIRE(ended.has_value());
  CHECK(ended->success.size() == 1);
  CHECK(ended->failure.empty());
  for (const char* wrong : {"nonsense\n", "\nput k\n", "\nwatch k\n", "\nput --nonsense k v\n", "\nget\n"}) {
    std::istringstream bad(wrong);
    CHECK_FALSE(read_txn(bad, silent).has_value());
  }
}

wire::MemberAddResponse an_added_member() {
  wire::MemberAddResponse added;
  added.member = {0xd, "", {"https://h:2410"}, {}, true};
  added.members = {{0xa, "store-1", {"https://h:2380"}, {"https://h:2379"}, false}, added.member};
  return added;
}

TEST_CASE("who adds a member is told how to start it") {
  CHECK(initial_cluster(an_added_member(), "store-4") == "store-1=https://h:2380,store-4=https://h:2410");
  CHECK(guess_client_url("https://10.0.0.4:2380") == "https://10.0.0.4:2379");
  CHECK(guess_client_url("https://[::1]:2380") == "https://[::1]:2379");
  CHECK(guess_client_url("https://host") == "https://host");
  const std::string text = join_text(an_added_member(), {"store-4", "pki", ""});
  CHECK(text.find("ETCD_INITIAL_CLUSTER=\"store-1=https://h:2380,store-4=https://h:2410\"\n") !=
        std::string::npos);
  CHECK(text.find("--listen-client-urls=https://h:2409") != std::string::npos);
  CHECK(text.find("--cert-file=pki/etcd/store-4.crt") != std::string::npos);
  CHECK(text.find("member promote d\n") != std::string::npos);
  CHECK(join_text(an_added_member(), {"store-4", "", "https://h:1"})
            .find("--listen-client-urls=https://h:1 ") != std::string::npos);
}

TEST_CASE("members in a table") {
  wire::MemberListResponse list;
  list.members = {{0xa, "store-1", {"https://h:2380"}, {"https://h:2379"}, false},
                  {0xd, "", {"https://h:2410"}, {}, true}};
  CHECK(
      plain(member_table(list)) ==
      "a, started, store-1, https://h:2380, https://h:2379, false\nd, unstarted, , https://h:2410, , true\n");
}

}  // namespace
}  // namespace coxctl::store

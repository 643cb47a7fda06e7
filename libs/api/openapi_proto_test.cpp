#include "api/openapi_proto.hpp"
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <set>
#include "api/openapi_v2.hpp"

namespace json = boost::json;
namespace proto = api::openapi::proto;

namespace {

/// A message read without a table: the fields by number, each as its bytes or as the number in decimal.
struct Reader {
  std::string_view rest;
  std::multimap<std::uint64_t, std::string> fields;

  explicit Reader(std::string_view bytes) : rest(bytes) {
    while (!rest.empty())
      read_field();
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      REQUIRE(!rest.empty());
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  std::string take(std::uint64_t size) {
    REQUIRE(size <= rest.size());
    std::string out(rest.substr(0, size));
    rest.remove_prefix(size);
    return out;
  }
  void read_field() {
    const auto tag = varint();
    const auto wire = tag & 7;
    REQUIRE((wire == 0 || wire == 1 || wire == 2));
    if (wire == 2)
      fields.emplace(tag >> 3, take(varint()));
    else
      fields.emplace(tag >> 3, wire == 0 ? std::to_string(varint()) : take(8));
  }
  std::vector<std::string> all(std::uint64_t number) const {
    std::vector<std::string> out;
    for (auto [it, end] = fields.equal_range(number); it != end; ++it)
      out.push_back(it->second);
    return out;
  }
  /// The only field of this number.
  std::string one(std::uint64_t number) const {
    REQUIRE(fields.count(number) == 1);
    return fields.find(number)->second;
  }
  Reader in(std::uint64_t number) const { return Reader(one(number)); }
  /// The value of the list's message {1: name, 2: value}.
  Reader entry(std::uint64_t list, std::string_view name) const {
    for (const auto& bytes : all(list))
      if (const Reader named(bytes); named.one(1) == name) return named.in(2);
    FAIL("there is no " << name);
    return Reader("");
  }
  /// The value of NamedAny `name`, out of its YAML.
  json::value extension(std::uint64_t list, std::string_view name) const {
    return json::parse(entry(list, name).one(2));
  }
};

Reader document() {
  std::vector<const api::ResourceInfo*> all;
  for (const auto& r : api::builtin_resources())
    all.push_back(&r);
  return Reader(api::openapi::v2_protobuf(all, "v1.35.0"));
}

Reader written(const proto::Message& message, std::string_view text) {
  std::string out;
  proto::append(message, json::parse(std::string(text)), out);
  return Reader(out);
}

}  // namespace

TEST_CASE("every kind of field, as the wire format has it") {
  const proto::Field fields[] = {{"s", 1},
                                 {"b", 2, proto::Kind::boolean},
                                 {"i", 300, proto::Kind::integer},
                                 {"n", 4, proto::Kind::number},
                                 {"a", 5, proto::Kind::any},
                                 {"l", 6, proto::Kind::string, nullptr, true}};
  const proto::Message message{.fields = fields, .extensions = 7};
  const auto got =
      written(message, R"({"s":"x","b":true,"i":-1,"n":2.5,"a":[1],"l":["p","q"],"x-e":{"k":"v"}})");
  CHECK(got.one(1) == "x");
  CHECK(got.one(2) == "1");
  CHECK(got.one(300) == "18446744073709551615");
  double number = 0;
  const auto bytes = got.one(4);
  std::memcpy(&number, bytes.data(), sizeof number);
  CHECK(number == 2.5);
  CHECK(got.in(5).one(2) == "[1]\n");
  CHECK(got.all(6) == std::vector<std::string>{"p", "q"});
  CHECK(got.extension(7, "x-e") == json::parse(R"({"k":"v"})"));
}

TEST_CASE("the first alternative that fits is taken") {
  const proto::Field fields[] = {{"in", 1}};
  const proto::Message inner{.fields = fields};
  const proto::Alternative alternatives[] = {{{"", 1, proto::Kind::boolean}},
                                             {{"", 2, proto::Kind::message, &inner}, "in", "body"},
                                             {{"", 3, proto::Kind::message, &inner}, "in"},
                                             {{"", 4, proto::Kind::message, &inner, true}}};
  const proto::Message message{.alternatives = alternatives};
  CHECK(written(message, "false").one(1) == "0");
  CHECK(written(message, R"({"in":"body"})").in(2).one(1) == "body");
  CHECK(written(message, R"({"in":"path"})").in(3).one(1) == "path");
  CHECK(written(message, "[{},{}]").all(4).size() == 2);
}

TEST_CASE("version 2 in protobuf: what kubectl validates by") {
  const auto all = document();
  CHECK(all.one(1) == "2.0");
  CHECK(all.in(2).one(2) == "v1.35.0");
  const auto definitions = all.in(9);
  const auto pod = definitions.entry(1, "io.k8s.api.core.v1.Pod");
  CHECK(pod.extension(31, "x-kubernetes-group-version-kind") ==
        json::parse(R"([{"group":"","kind":"Pod","version":"v1"}])"));
  CHECK(pod.in(22).all(1) == std::vector<std::string>{"object"});
  CHECK(pod.in(25).entry(1, "spec").one(1) == "#/definitions/io.k8s.api.core.v1.PodSpec");
  const auto spec = definitions.entry(1, "io.k8s.api.core.v1.PodSpec");
  CHECK(spec.all(19) == std::vector<std::string>{"containers"});
  const auto containers = spec.in(25).entry(1, "containers");
  CHECK(containers.extension(31, "x-kubernetes-patch-merge-key") == "name");
  CHECK(containers.in(23).in(1).one(1) == "#/definitions/io.k8s.api.core.v1.Container");
  const auto selector = spec.in(25).entry(1, "nodeSelector");
  CHECK(selector.in(21).in(1).in(22).one(1) == "string");
}

TEST_CASE("version 2 in protobuf: operations and their parameters") {
  const auto all = document();
  const auto item = all.in(8).entry(2, "/api/v1/namespaces/{namespace}/pods/{name}");
  const auto patch = item.in(8);
  CHECK(patch.extension(13, "x-kubernetes-group-version-kind") ==
        json::parse(R"({"group":"","kind":"Pod","version":"v1"})"));
  std::set<std::string> query;
  for (const auto& bytes : patch.all(8)) {
    const auto parameter = Reader(bytes).in(1);
    if (parameter.fields.contains(1))
      CHECK(parameter.in(1).one(3) == "body");
    else
      query.insert(parameter.in(2).in(3).one(4));
  }
  CHECK(query.contains("dryRun"));
  CHECK(query.contains("fieldValidation"));
  CHECK(Reader(item.all(9).at(0)).in(1).in(2).in(4).one(2) == "path");
  const auto ok = patch.in(9).entry(1, "200").in(1);
  CHECK(ok.in(2).in(1).one(1) == "#/definitions/io.k8s.api.core.v1.Pod");
  CHECK(all.in(13).entry(1, "BearerToken").in(2).one(2) == "authorization");
}

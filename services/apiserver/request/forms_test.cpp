#include <zlib.h>
#include "apiserver/request/gzip.hpp"
#include "apiserver/request/testing.hpp"

/// Every form of every answer: protobuf, long ones, compressed ones, and what is refused.
namespace apiserver::request {
namespace {

using namespace testing;
using api::get_string;

constexpr std::string_view protobuf = api::protobuf_type;
constexpr const char* map_type = "io.k8s.api.core.v1.ConfigMap";

HeaderMap accept(std::string value) {
  return {{"Accept", std::move(value)}};
}
HeaderMap of_type(std::string value) {
  return {{"Content-Type", std::move(value)}};
}
HeaderMap in_gzip() {
  return {{"Accept-Encoding", "gzip"}};
}
HeaderMap in_protobuf() {
  return {{"Accept", std::string(protobuf)}, {"Content-Type", std::string(protobuf)}};
}
std::string encoded(std::string_view json, const char* type) {
  const auto bytes = api::ProtobufWriter::of_thread().object(json, *api::find_type(type));
  REQUIRE(bytes.has_value());
  return std::string(*bytes);
}

std::string gunzip(const std::string& bytes) {
  z_stream z{};
  REQUIRE(inflateInit2(&z, MAX_WBITS + 16) == Z_OK);
  std::string out(16 * 1024 * 1024, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  inflateEnd(&z);
  return out;
}

TEST_CASE("objects go in and out in protobuf") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto made = co_await s.call("POST", maps, encoded(map_of("m"), map_type), in_protobuf());
    CHECK(made.status == 201);
    CHECK(made.headers.get("Content-Type") == protobuf);
    CHECK(api::name_of(made.json(map_type)) == "m");
    const auto got = co_await s.call("GET", maps + "/m", "", in_protobuf());
    CHECK(got.text == made.text);
    const auto json = co_await s.call("GET", maps + "/m");
    CHECK(api::deep_equal(json.json(), got.json(map_type)));
    auto changed = json.json();
    changed["data"] = {{"a", "2"}};
    const auto put =
        co_await s.call("PUT", maps + "/m", encoded(api::encode(changed), map_type), in_protobuf());
    CHECK(put.status == 200);
    CHECK(get_string(put.json(map_type), {"data", "a"}) == "2");
    const auto options =
        encoded(R"({"kind":"DeleteOptions","apiVersion":"meta.k8s.io/v1","gracePeriodSeconds":0})",
                "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions");
    const auto deleted = co_await s.call("DELETE", maps + "/m", options, in_protobuf());
    CHECK(deleted.status == 200);
    CHECK(get_string(deleted.json(), {"status"}) == "Success");
    const auto missing = co_await s.call("GET", maps + "/m", "", in_protobuf());
    CHECK(missing.status == 404);
    CHECK(missing.headers.get("Content-Type") == protobuf);
    CHECK(missing.reason() == "NotFound");
    const auto broken = co_await s.call("POST", maps, "k8s", in_protobuf());
    CHECK(broken.status == 400);
  });
}

TEST_CASE("lists in protobuf, of objects and of their metadata") {
  with_server([](Server& s) -> base::Awaitable<void> {
    for (const std::string name : {"a", "b", "c"})
      co_await s.call("POST", maps, map_of(name));
    const auto json = co_await s.call("GET", maps);
    const auto list = co_await s.call("GET", maps, "", in_protobuf());
    CHECK(list.headers.get("Content-Type") == protobuf);
    auto decoded = list.json("io.k8s.api.core.v1.ConfigMapList");
    CHECK(decoded["kind"] == "ConfigMapList");
    auto items = json.json()["items"].as_array();
    for (auto& item : items)
      for (const auto* member : {"kind", "apiVersion"})
        item.as_object().erase(member);
    CHECK(api::deep_equal(decoded["items"], items));
    CHECK(api::deep_equal(decoded["metadata"], json.json()["metadata"]));
    const auto page = co_await s.call("GET", maps + "?limit=2", "", in_protobuf());
    const auto paged = page.json("io.k8s.api.core.v1.ConfigMapList");
    CHECK(api::get_int(paged, {"metadata", "remainingItemCount"}) == 1);
    CHECK_FALSE(get_string(paged, {"metadata", "continue"}).empty());
    const auto metas = co_await s.call(
        "GET", maps, "", accept(std::string(protobuf) + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
    CHECK(metas.headers.get("Content-Type") == protobuf);
    CHECK(metas.text.find("PartialObjectMetadataList") != std::string::npos);
    const auto meta =
        co_await s.call("GET", maps + "/a", "",
                        accept(std::string(protobuf) + ";as=PartialObjectMetadata;g=meta.k8s.io;v=v1"));
    // Its form is that of an object with nothing but metadata.
    CHECK(api::name_of(meta.json(map_type)) == "a");
    CHECK_FALSE(meta.json(map_type).contains("data"));
    const auto none = co_await s.call("GET", "/api/v1/namespaces/none/configmaps", "", in_protobuf());
    CHECK_FALSE(none.json("io.k8s.api.core.v1.ConfigMapList").contains("items"));
  });
}

std::vector<std::string> forms_of_lists() {
  return {"application/yaml", std::string(protobuf), "application/json;pretty=1",
          "application/json;as=Table;g=meta.k8s.io;v=v1"};
}

TEST_CASE("long lists are made piece by piece, and compressed for who asks") {
  with_server([](Server& s) -> base::Awaitable<void> {
    for (int i = 0; i < 30; ++i)
      co_await s.call("POST", maps, map_of("m" + std::to_string(i), std::string(10'000, 'x')));
    const auto plain = co_await s.call("GET", maps);
    REQUIRE(plain.text.size() > 300'000);
    CHECK_FALSE(plain.headers.has("Content-Encoding"));
    HeaderMap gzip{{"Accept-Encoding", "deflate, gzip"}};
    const auto compressed = co_await s.call("GET", maps, "", gzip);
    CHECK(compressed.headers.get("Content-Encoding") == "gzip");
    CHECK(compressed.headers.get("Vary") == "Accept-Encoding");
    CHECK(gunzip(compressed.text) == plain.text);
    const auto forms = forms_of_lists();
    for (const auto& form : forms) {
      INFO(form);
      const auto whole = co_await s.call("GET", maps + "?includeObject=Object", "", accept(form));
      CHECK(whole.text.size() > 300'000);
      gzip["Accept"] = form;
      const auto small = co_await s.call("GET", maps + "?includeObject=Object", "", gzip);
      CHECK(gunzip(small.text) == whole.text);
      if (form == protobuf)
        CHECK(whole.json("io.k8s.api.core.v1.ConfigMapList")["items"].as_array().size() == 30);
      else if (form != "application/yaml")
        CHECK(whole.json().size() >= 4);
      else
        CHECK(whole.json()["items"].as_array().size() == 30);
    }
    const auto few = co_await s.call("GET", maps + "?limit=1", "", in_gzip());
    CHECK_FALSE(few.headers.has("Content-Encoding"));
    co_await s.call("POST", maps, map_of("big", std::string(200'000, 'x')));
    const auto big = co_await s.call("GET", maps + "/big", "", in_gzip());
    CHECK(big.headers.get("Content-Encoding") == "gzip");
    CHECK(get_string(cache::parse_object(gunzip(big.text)), {"metadata", "name"}) == "big");
  });
}

TEST_CASE("lists for people, empty and not") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const auto none = co_await s.call("GET", maps + "?pretty=1");
    CHECK_THAT(none.text, Catch::EndsWith("  },\n  \"items\": []\n}\n"));
    const auto nothing = co_await s.call("GET", maps, "", accept("application/yaml"));
    CHECK_THAT(nothing.text, Catch::EndsWith("items: []\n"));
    co_await s.call("POST", maps, map_of("a"));
    co_await s.call("POST", maps, map_of("b"));
    const auto pretty = co_await s.call("GET", maps + "?pretty=true");
    const auto plain = co_await s.call("GET", maps);
    CHECK(pretty.text == pretty_json(plain.json()) + "\n");
    const auto yaml = co_await s.call("GET", maps, "", accept("application/yaml"));
    CHECK(api::deep_equal(yaml.json(), plain.json()));
  });
}

TEST_CASE("watches in protobuf: frames with their length before them") {
  with_server([](Server& s) -> base::Awaitable<void> {
    const std::string form = std::string(protobuf) + ";stream=watch";
    auto first = s.watch(maps + "?watch=1", accept(form)), second = s.watch(maps + "?watch=1", accept(form));
    auto json = s.watch(maps + "?watch=1");
    co_await s.call("POST", maps, map_of("a"));
    const auto line = co_await json->line();
    CHECK(first->headers.get("Content-Type") == form);
    CHECK(second->text == first->text);
    const auto& frame = first->text;
    REQUIRE(frame.size() > 4);
    CHECK(static_cast<unsigned char>(frame[2]) * 256u + static_cast<unsigned char>(frame[3]) ==
          frame.size() - 4);
    CHECK(
        frame.substr(4).starts_with("\x0a\x05"
                                    "ADDED\x12"));
    const auto object = frame.substr(frame.find("k8s"));
    const auto decoded = api::parse_protobuf(object, *api::find_type(map_type));
    REQUIRE(decoded.has_value());
    CHECK(api::deep_equal(*decoded, cache::parse_object(line).at("object")));
  });
}

struct Case {
  std::string target, accept;
  int status;
  std::string message;
};

std::vector<Case> refusals() {
  const std::string offered = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  const std::string streams =
      "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
  const std::string only = "only the following media types are accepted: ";
  const std::string meta = ";g=meta.k8s.io;v=v1";
  return {
      {maps, "image/png", 406, only + offered},
      {maps, "application/cbor", 406, only + offered},
      {maps, "application/json;as=Chair" + meta, 406, only + offered},
      {maps, std::string(protobuf) + ";as=Table" + meta, 406, only + offered},
      {maps + "?watch=1", "application/yaml", 406, only + streams},
      {maps, "application/json;as=PartialObjectMetadata" + meta, 406,
       "you requested PartialObjectMetadata, but the requested object is a list (ConfigMapList)"},
      {maps + "/m", "application/json;as=PartialObjectMetadataList" + meta, 406,
       "you requested PartialObjectMetadataList, but the requested object is not a list (ConfigMap)"},
      {maps + "?includeObject=All", "application/json;as=Table" + meta, 400,
       "Unable to convert to Table as requested: includeObject: Invalid value: \"All\": must be "
       "'Metadata', "
       "'Object', 'None', or empty"},
  };
}

TEST_CASE("what is refused, and in which form") {
  with_server([](Server& s) -> base::Awaitable<void> {
    co_await s.call("POST", maps, map_of("m"));
    const auto cases = refusals();
    for (const auto& c : cases) {
      const auto got = co_await s.call("GET", c.target, "", accept(c.accept));
      INFO(c.target << " " << c.accept << " " << got.text);
      CHECK(got.status == c.status);
      CHECK(got.message() == c.message);
      CHECK(got.headers.get("Content-Type") ==
            (c.accept == "application/yaml" ? c.accept : "application/json"));
    }
    const auto body = co_await s.call("POST", maps, "x", of_type("application/cbor"));
    CHECK(body.status == 415);
    CHECK(
        body.message() ==
        "the body of the request was in an unknown format - accepted media types include: application/json, "
        "application/yaml, application/vnd.kubernetes.protobuf");
    const auto charset =
        co_await s.call("POST", maps, map_of("n"), of_type("application/json; charset=utf-8"));
    CHECK(charset.status == 201);
  });
}

TEST_CASE("encodings are kept within bounds") {
  Encodings encodings(1000);
  const auto& resource = *api::find_resource("", "v1", "configmaps");
  int made = 0;
  const auto entry = [](const std::string& name, std::size_t size) {
    return cache::Entry::make("default/" + name, map_of(name, std::string(size, 'x')), 1, {}).value();
  };
  const auto get = [&](const cache::EntryPtr& e, bool columns = true) {
    return encodings.get(e, resource, {}, columns, [&]() -> api::StatusOr<http::SharedBytes> {
      ++made;
      return http::make_bytes("made");
    });
  };
  const auto a = entry("a", 300), b = entry("b", 300), c = entry("c", 300);
  CHECK(get(a).value() == get(a).value());
  CHECK(made == 1);
  get(a, false);
  CHECK(made == 2);
  get(b);
  get(c);
  CHECK(encodings.bytes() <= 1000);
  get(c);
  CHECK(made == 4);
  get(a);
  CHECK(made == 5);
}

}  // namespace
}  // namespace apiserver::request

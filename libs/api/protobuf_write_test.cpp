#include <catch2/catch.hpp>
#include "api/protobuf.hpp"

using namespace api;
using namespace std::string_literals;

namespace {

constexpr const char* core = "io.k8s.api.core.v1.";

const Type& type_of(const std::string& name) {
  const auto* type = find_type(name);
  REQUIRE(type);
  return *type;
}

std::string message(std::string_view json, const std::string& type) {
  ProtobufWriter writer;
  const auto bytes = writer.message(json, type_of(type));
  return bytes ? std::string(*bytes) : "refused: " + bytes.error().message;
}

/// JSON, to protobuf and back.
std::string round_trip(std::string_view json, const std::string& type) {
  ProtobufWriter writer;
  const auto bytes = writer.object(json, type_of(type));
  if (!bytes) return "refused: " + bytes.error().message;
  const auto back = parse_protobuf(*bytes, type_of(type));
  return back ? encode(*back) : back.error().message;
}

}  // namespace

TEST_CASE("an object in its envelope, with the zeros that Go sends") {
  ProtobufWriter writer;
  const auto bytes =
      writer.object(R"({"kind":"Binding","apiVersion":"v1","target":{"name":"n","kind":"Node"}})",
                    type_of(core + "Binding"s));
  REQUIRE(bytes.has_value());
  const auto metadata = "\x0a\0\x12\0\x1a\0\x22\0\x2a\0\x32\0\x38\0\x42\0"s;
  const auto target = "\x0a\x04Node\x12\0\x1a\x01n\x22\0\x2a\0\x32\0\x3a\0"s;
  const auto body = "\x0a\x10" + metadata + "\x12\x13" + target;
  CHECK(*bytes == "k8s\0\x0a\x0d\x0a\x02v1\x12\x07"s + "Binding\x12" + static_cast<char>(body.size()) + body +
                      "\x1a\0\"\0"s);
  CHECK(protobuf::envelope("v1", "Binding", body.size()) + body + std::string(protobuf::envelope_end) ==
        *bytes);
}

TEST_CASE("values in all their forms") {
  CHECK(message(R"({"port":80})", core + "TCPSocketAction"s) == "\x0a\x06\x08\0\x10\x50\x1a\0\x12\0"s);
  CHECK(message(R"({"port":"web"})", core + "TCPSocketAction"s) ==
        "\x0a\x09\x08\x01\x10\0\x1a\x03web\x12\0"s);
  CHECK(message(R"({"limits":{"b":"1","a":"2Gi"}})", core + "ResourceRequirements"s) ==
        "\x0a\x0a\x0a\x01"s + "a\x12\x05\x0a\x03" + "2Gi" + "\x0a\x08\x0a\x01" + "b\x12\x03\x0a\x01" + "1");
  CHECK(message(R"({"seconds":-1})", core + "SleepAction"s) ==
        "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s);
  CHECK(message(R"({"name":"v","hostPath":{"path":"/"}})", core + "Volume"s) ==
        "\x0a\x01v\x12\x05\x0a\x03\x0a\x01/"s);
  CHECK(message("{\"verbs\":[\"get\",\"a\"],\"name\":\"\"}",
                "io.k8s.apimachinery.pkg.apis.meta.v1.APIResource") ==
        "\x0a\0\x10\0\x1a\0\x22\x08\x0a\x03get\x0a\x01"
        "a\x32\0\x42\0\x4a\0\x52\0"s);
  CHECK(message(R"({"time":"1970-01-01T00:00:01Z","manager":"m","fieldsV1":{"f:a":{}}})",
                "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry") ==
        "\x0a\x01m\x12\0\x1a\0\x22\x04\x08\x01\x10\0\x32\0\x3a\x0c\x0a\x0a{\"f:a\":{}}\x42\0"s);
  CHECK(message("{\"data\":{\"k\":\"AP8=\"},\"stringData\":{\"\\u0061\":\"\\n\"}}", core + "Secret"s)
            .find("\x12\x07\x0a\x01k\x12\x02\0\xff\x1a\0"s) != std::string::npos);
}

TEST_CASE("there and back again") {
  const auto same = [](const std::string& json, const std::string& type) {
    CHECK(round_trip(json, type) == json);
  };
  same(
      R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"l"},)"
      R"("spec":{"holderIdentity":"","leaseDurationSeconds":0,"acquireTime":"2023-11-14T22:13:20.000001Z"}})",
      "io.k8s.api.coordination.v1.Lease");
  same(R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","metadata":{},"spec":{},)"
       R"("status":{"user":{"extra":{"a":["1","2"],"b":[]}}}})",
       "io.k8s.api.authentication.v1.TokenReview");
  same(
      R"({"kind":"ControllerRevision","apiVersion":"apps/v1","metadata":{},"data":{"b":[1,null],"a":"x"},"revision":7})",
      "io.k8s.api.apps.v1.ControllerRevision");
}

TEST_CASE("schemas of custom resources, where JSON has values of several forms") {
  const std::string json =
      R"({"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","metadata":{"name":"n"},)"
      R"("spec":{"group":"g","names":{"plural":"","kind":""},"scope":"","versions":[{"name":"v1","served":true,)"
      R"("storage":false,"schema":{"openAPIV3Schema":{"maximum":1.5E0,"enum":[null,"a",1],)"
      R"("items":{"type":"string"},"properties":{"a":{"default":false,)"
      R"("maxLength":0,"additionalProperties":false},"b":{"additionalProperties":{"type":"integer"}},)"
      R"("c":{"additionalProperties":true}},"dependencies":{"d":["x","y"],"e":{"type":"object"}},)"
      R"("x-kubernetes-preserve-unknown-fields":true,"x-kubernetes-validations":[{"rule":"true"}]}}}]},)"
      R"("status":{"acceptedNames":{"plural":"","kind":""}}})";
  const std::string type =
      "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition";
  CHECK(round_trip(json, type) == json);
}

TEST_CASE("metadata alone, list metadata, and the frame of a watch event") {
  ProtobufWriter writer;
  const auto alone = writer.partial_metadata(R"({"kind":"X","metadata":{"name":"n"},"spec":{}})");
  REQUIRE(alone.has_value());
  CHECK(alone->starts_with("\x0a\x11\x0a\x01n"));
  const std::string plain(*alone);
  const auto closed = writer.partial_metadata(R"({"kind":"X","metadata":{"name":"n"}})", "v1");
  REQUIRE(closed.has_value());
  CHECK(*closed == protobuf::envelope("meta.k8s.io/v1", "PartialObjectMetadata", plain.size()) + plain +
                       std::string(protobuf::envelope_end));
  CHECK(protobuf::list_meta("7", "", 0) ==
        "\x0a\0\x12\x01"
        "7\x1a\0"s);
  CHECK(protobuf::list_meta("7", "c", 300) ==
        "\x0a\0\x12\x01"
        "7\x1a\x01"
        "c\x20\xac\x02"s);
  CHECK(protobuf::watch_frame_head("ADDED", 3) ==
        "\0\0\0\x0e\x0a\x05"
        "ADDED\x12\x05\x0a\x03"s);
  CHECK(protobuf::field_head_size(2, 300) == protobuf::field_head(2, 300).size());
}

TEST_CASE("what is no object of the type is refused") {
  CHECK(message("[]", core + "Pod"s).starts_with("refused"));
  CHECK(message("{", core + "Pod"s).starts_with("refused"));
  for (const auto* bad :
       {R"({"spec":[]})", R"({"metadata":{"name":7}})", R"({"metadata":{"generation":"x"}})",
        R"({"metadata":{"labels":[]}})", R"({"spec":{"hostPID":1}})", R"({"spec":{"containers":{}}})",
        R"({"metadata":{"creationTimestamp":"never"}})"})
    CHECK(message(bad, core + "Pod"s).starts_with("refused"));
  CHECK(message(R"({"data":{"a":"?"}})", core + "Secret"s).starts_with("refused"));
  Type own;
  own.kind = Kind::object;
  own.name = "example.com.v1.Thing";
  ProtobufWriter writer;
  CHECK(writer.message("{}", own).error().is(base::Errc::unsupported));
  CHECK(parse_protobuf("", own).error().code == 415);
}

#include "api/protobuf.hpp"
#include <catch2/catch.hpp>

using namespace api;

namespace {

std::string varint(std::uint64_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7)
    out += static_cast<char>(n | 0x80);
  return out += static_cast<char>(n);
}
/// A field that holds text or a message.
std::string text(unsigned number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
std::string number(unsigned n, std::int64_t value) {
  return varint(n << 3) + varint(static_cast<std::uint64_t>(value));
}
std::string envelope(const std::string& version, const std::string& kind, const std::string& body) {
  return std::string("k8s\0", 4) + text(1, text(1, version) + text(2, kind)) + text(2, body);
}
std::string decoded(const std::string& bytes, const char* type) {
  auto result = decode(bytes, protobuf_type, *find_type(type));
  return result ? encode(result->object) : std::to_string(result.error().code) + " " + result.error().message;
}
constexpr const char* pod = "io.k8s.api.core.v1.Pod";

}  // namespace

TEST_CASE("a pod in protobuf: embedded messages, zeros, times and maps") {
  const auto metadata = text(1, "web") + text(2, "") + text(8, "") + number(7, 0) +
                        text(11, text(1, "app") + text(2, "x")) + text(11, text(1, "empty"));
  const auto volume =
      text(1, "v") + text(2, text(6, text(1, "s") + number(4, 0)));  // Secret volume, optional: false
  const auto probe =
      text(1, text(2, text(1, "/healthz") + text(2, number(1, 0) + number(2, 8080) + text(3, "")))) +
      number(2, 0) + number(3, 5) + number(7, 0);
  const auto env = text(1, "PASSWORD") + text(3, text(4, text(1, text(1, "s")) + text(2, "key")));
  const auto limits = text(1, text(1, "cpu") + text(2, text(1, "100m")));
  const auto container = text(1, "c") + text(2, "image") + text(3, "run") + text(7, env) + text(8, limits) +
                         text(10, probe) + number(16, 0);
  const auto spec =
      text(1, volume) + text(2, container) + text(3, "") + number(4, 0) + number(11, 0) + text(10, "");
  CHECK(decoded(envelope("v1", "Pod", text(1, metadata) + text(2, spec) + text(3, "")), pod) ==
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"app":"x","empty":""}},)"
        R"("spec":{"volumes":[{"name":"v","secret":{"secretName":"s","optional":false}}],)"
        R"("containers":[{"name":"c","image":"image","command":["run"],)"
        R"("env":[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"s","key":"key"}}}],)"
        R"("resources":{"limits":{"cpu":"100m"}},)"
        R"("livenessProbe":{"httpGet":{"path":"/healthz","port":8080},"timeoutSeconds":5,)"
        R"("terminationGracePeriodSeconds":0}}],"terminationGracePeriodSeconds":0},"status":{}})");
}

TEST_CASE("other forms of values") {
  const auto user_extra = text(4, text(1, "scopes") + text(2, text(1, "a") + text(1, "b")));
  CHECK(decoded(envelope("authentication.k8s.io/v1", "TokenReview",
                         text(3, text(2, text(1, "jane") + user_extra))),
                "io.k8s.api.authentication.v1.TokenReview") ==
        R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1",)"
        R"("status":{"user":{"username":"jane","extra":{"scopes":["a","b"]}}}})");
  const auto times =
      text(3, number(1, 1'700'000'000)) + text(4, number(1, 1'700'000'000) + number(2, 1000)) + number(2, 15);
  CHECK(
      decoded(envelope("coordination.k8s.io/v1", "Lease", text(2, times)),
              "io.k8s.api.coordination.v1.Lease") ==
      R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","spec":{"acquireTime":"2023-11-14T22:13:20.000000Z",)"
      R"("renewTime":"2023-11-14T22:13:20.000001Z","leaseDurationSeconds":15}})");
  CHECK(decoded(envelope("v1", "Secret", text(2, text(1, "k") + text(2, std::string("\0\xff", 2)))),
                "io.k8s.api.core.v1.Secret") == R"({"kind":"Secret","apiVersion":"v1","data":{"k":"AP8="}})");
  CHECK(decoded(envelope("apps/v1", "ControllerRevision", text(2, text(1, R"({"a":[1]})")) + number(3, 7)),
                "io.k8s.api.apps.v1.ControllerRevision") ==
        R"({"kind":"ControllerRevision","apiVersion":"apps/v1","data":{"a":[1]},"revision":7})");
}

TEST_CASE("zeros that say something are kept, others are not") {
  constexpr const char* service = "io.k8s.api.core.v1.Service";
  const auto zero = number(1, 0) + number(2, 0) + text(3, "");
  const auto port = text(1, "") + text(2, "") + number(3, 0) + text(4, zero) + number(5, 0);
  CHECK(decoded(envelope("v1", "Service", text(2, text(1, port))), service) ==
        R"({"kind":"Service","apiVersion":"v1","spec":{"ports":[{"port":0}]}})");
  const auto rolling = text(1, zero) + text(2, zero);
  CHECK(decoded(envelope("apps/v1", "Deployment", text(2, number(1, 0) + text(4, text(2, rolling)))),
                "io.k8s.api.apps.v1.Deployment") ==
        R"({"kind":"Deployment","apiVersion":"apps/v1","spec":{"replicas":0,)"
        R"("strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":0}}}})");
  CHECK(decoded(envelope("v1", "Pod", text(1, text(8, number(1, -1)))), pod) ==
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"creationTimestamp":"1969-12-31T23:59:59Z"}})");
}

TEST_CASE("what is no object in protobuf is refused") {
  const std::string refusal = "400 the body of the request is no object in protobuf form";
  const auto good = envelope("v1", "Pod", text(1, text(1, "web")));
  CHECK(decoded("", pod) == refusal);
  CHECK(decoded("{}", pod) == refusal);
  for (std::size_t size = 4; size < good.size(); ++size) {
    const auto cut = decoded(good.substr(0, size), pod);
    CHECK((cut == refusal || cut.starts_with("{")));
  }
  CHECK(decoded(envelope("v1", "Pod", text(1, text(1, "\xff"))), pod) == refusal);
  CHECK(decoded(envelope("v1", "Pod", text(1, number(1, 5))), pod) == refusal);
  CHECK(decoded(envelope("v1", "Pod", text(1, text(8, number(1, -10'000'000'000)))), pod) == refusal);
  // Unknown fields are of a newer client.
  CHECK(decoded(envelope("v1", "Pod", text(200, "x") + number(3000, 1)), pod) ==
        R"({"kind":"Pod","apiVersion":"v1"})");
}

TEST_CASE("nesting has an end") {
  DecodeLimits limits;
  limits.depth_max = 1;
  const auto bytes = envelope("v1", "Pod", text(2, text(2, text(1, "c"))));
  CHECK(parse_protobuf(bytes, *find_type(pod), limits).error().code == 400);
  limits.depth_max = 2;
  CHECK(parse_protobuf(bytes, *find_type(pod), limits).has_value());
  limits.bytes_max = 3;
  CHECK(parse_protobuf(bytes, *find_type(pod), limits).error().code == 413);
}

#include "controllers/endpointslice/written.hpp"
#include <catch2/catch.hpp>

namespace controllers::endpointslice {
namespace {

using namespace std::chrono_literals;
const base::SystemTime now{1'700'000'000s};

EndpointSlice slice(const std::string& version) {
  EndpointSlice s;
  s.metadata.uid = "uid";
  s.metadata.resource_version = version;
  return s;
}

std::vector<SlicePtr> shown(const std::string& version) {
  return {std::make_shared<const EndpointSlice>(slice(version))};
}

}  // namespace

TEST_CASE("a write is waited for, and no news when it shows") {
  Written w;
  w.wrote("ns/web", slice("9"), now);
  CHECK_FALSE(w.observe("ns/web", slice("8"), false));
  CHECK_FALSE(w.observe("ns/web", slice("9"), false));
  CHECK(w.all_seen("ns/web", shown("9"), now));
  CHECK(w.observe("ns/web", slice("10"), false));
}

TEST_CASE("whoever had to wait is woken") {
  Written w;
  w.wrote("ns/web", slice("9"), now);
  CHECK_FALSE(w.all_seen("ns/web", {}, now));
  CHECK(w.observe("ns/web", slice("9"), false));
  CHECK(w.all_seen("ns/web", shown("9"), now));
}

TEST_CASE("a deletion is waited for") {
  Written w;
  w.removed("ns/web", slice("9"), now);
  CHECK_FALSE(w.all_seen("ns/web", shown("9"), now));
  CHECK(w.all_seen("ns/web", {}, now));
  w.removed("ns/web", slice("9"), now);
  CHECK_FALSE(w.observe("ns/web", slice("10"), true));
}

TEST_CASE("what others do is news") {
  Written w;
  CHECK(w.observe("ns/web", slice("1"), false));
  w.wrote("ns/web", slice("9"), now);
  CHECK(w.observe("ns/web", slice("9"), true));
  w.wrote("ns/web", slice("9"), now);
  CHECK(w.observe("ns/web", slice("11"), false));
}

TEST_CASE("the event may come before the answer, or never") {
  Written w;
  CHECK(w.observe("ns/web", slice("9"), false));
  w.wrote("ns/web", slice("9"), now);
  CHECK(w.all_seen("ns/web", shown("9"), now));
  w.wrote("ns/web", slice("12"), now);
  CHECK_FALSE(w.all_seen("ns/web", {}, now + 5min));
  CHECK(w.all_seen("ns/web", {}, now + 6min));
}

}  // namespace controllers::endpointslice

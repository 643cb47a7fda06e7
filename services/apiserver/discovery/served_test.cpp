#include "apiserver/discovery/served.hpp"
#include <algorithm>
#include <catch2/catch.hpp>

using namespace apiserver::discovery;

namespace {

RuntimeConfig config(std::vector<std::string> entries) {
  return RuntimeConfig::parse(entries).value();
}

}  // namespace

TEST_CASE("versions are ordered by stability, then by number") {
  std::vector<std::string> versions{"v1alpha1", "v1", "foo", "v1beta2", "v2", "v1beta1", "v10"};
  std::sort(versions.begin(), versions.end(), version_before);
  CHECK(versions == std::vector<std::string>{"v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha1", "foo"});
}

TEST_CASE("stable versions are served unless told otherwise") {
  CHECK(config({}).serves("apps", "v1"));
  CHECK_FALSE(config({}).serves("networking.k8s.io", "v1beta1"));
  CHECK(config({"api/beta=true"}).serves("networking.k8s.io", "v1beta1"));
  CHECK_FALSE(
      config({"api/beta=true", "networking.k8s.io/v1beta1=false"}).serves("networking.k8s.io", "v1beta1"));
  CHECK_FALSE(config({"api/all=false", "api/v1"}).serves("apps", "v1"));
  CHECK(config({"api/all=false", "api/v1"}).serves("", "v1"));
  for (const auto* r : config({}).builtin())
    CHECK(r->version.find("alpha") == std::string::npos);
}

TEST_CASE("a wrong entry is named") {
  const auto parse = [](std::string entry) {
    const std::vector<std::string> entries{std::move(entry)};
    return RuntimeConfig::parse(entries);
  };
  CHECK(parse("apps/v1=maybe").error().message.find("apps/v1=maybe") != std::string::npos);
  CHECK(parse("apps/v9").has_error());
  CHECK(parse("nonsense").has_error());
}

#include "kubeconfig.hpp"
#include <unistd.h>
#include <catch2/catch.hpp>
#include "base/yaml.hpp"
#include "certificate_files.hpp"

using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("kubeconfigs are complete, and written only when they change") {
  std::string name = (fs::temp_directory_path() / "coxctl-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  const base::SystemTime now{1'800'000'000s};
  coxctl::KubeconfigOptions options;
  options.pki_dir = fs::path(name) / "pki";
  options.out_dir = name;
  options.servers = {"https://127.0.0.1:6443", "https://127.0.0.1:6444"};
  CHECK(coxctl::write_kubeconfigs(options).error().is(base::Errc::not_found));
  REQUIRE(coxctl::ensure(options.pki_dir, coxctl::plan_certificates({}), now).has_value());
  CHECK(coxctl::write_kubeconfigs(options).value().size() == 4);
  CHECK(coxctl::write_kubeconfigs(options).value().empty());

  const auto server = [&](const char* file) {
    const auto text = coxctl::read_file(options.out_dir / file).value();
    const auto yaml = base::parse_yaml(text).value();
    CHECK(yaml.at("current-context") == yaml.at("contexts").at(0).at("name"));
    return std::string(yaml.at("clusters").at(0).at("cluster").at("server").as_string());
  };
  CHECK(server("admin.kubeconfig") == "https://127.0.0.1:6443");
  CHECK(server("node-1.kubeconfig") == "https://127.0.0.1:6443,https://127.0.0.1:6444");
  fs::remove_all(name);
}

#include "client/kubeconfig.hpp"
#include <catch2/catch.hpp>
#include "base/encoding.hpp"

namespace client {
namespace {

const char* const good = R"(
apiVersion: v1
kind: Config
current-context: me@here
clusters:
- name: other
  cluster: {server: "https://10.0.0.1"}
- name: here
  cluster:
    server: https://127.0.0.1:6443, https://127.0.0.1:6444/
    certificate-authority: pki/ca.crt
contexts:
- name: me@here
  context: {cluster: here, user: me, namespace: web}
users:
- name: me
  user:
    client-certificate-data: Q0VSVA==
    client-key: /etc/me.key
)";

TEST_CASE("the current context is followed, relative files are taken from the file's folder") {
  auto c = parse_kubeconfig({{"/home/me/config", good}});
  REQUIRE(c.has_value());
  CHECK(c->servers == std::vector<std::string>{"https://127.0.0.1:6443", "https://127.0.0.1:6444"});
  CHECK(c->ca_file == "/home/me/pki/ca.crt");
  CHECK(c->certificate_pem == "CERT");
  CHECK(c->key_file == "/etc/me.key");
  CHECK(c->ns == "web");
  CHECK_FALSE(c->insecure_skip_verify);
}

TEST_CASE("several files are merged; the first to name something wins") {
  const char* const users = "current-context: me@here\nusers:\n- name: me\n  user: {token: abc}\n";
  auto c = parse_kubeconfig({{"/a", users}, {"/b", good}});
  REQUIRE(c.has_value());
  CHECK(c->token == "abc");
  CHECK(c->certificate_pem.empty());
}

TEST_CASE("a wrong kubeconfig is refused with the file and the field") {
  const std::pair<const char*, const char*> cases[] = {
      {"[", "kubeconfig /f: "},
      {"- a", "not a mapping"},
      {"clusters: []", "current-context is not set"},
      {"current-context: x", "contexts has no entry named \"x\""},
      {"current-context: x\ncontexts:\n- {name: x, context: {cluster: c}}",
       "clusters has no entry named \"c\""},
      {"current-context: x\ncontexts:\n- {name: x}", "contexts \"x\" has no context"},
      {"current-context: x\ncontexts:\n- {name: x, context: {cluster: c}}\nclusters:\n- {name: c, cluster: "
       "{}}",
       "cluster.server is missing"},
      {"current-context: x\ncontexts:\n- {name: x, context: {cluster: c}}\nclusters:\n"
       "- {name: c, cluster: {server: 'https://h', certificate-authority-data: '*'}}",
       "certificate-authority-data"},
      {"current-context: x\ncontexts:\n- {name: x, context: {cluster: c, user: u}}\nclusters:\n"
       "- {name: c, cluster: {server: 'https://h'}}\nusers:\n- {name: u, user: {exec: {command: c}}}",
       "user.exec is not supported"},
  };
  for (const auto& [text, message] : cases) {
    auto c = parse_kubeconfig({{"/f", text}});
    REQUIRE_FALSE(c.has_value());
    CHECK(c.error().is(base::Errc::invalid_argument));
    CHECK_THAT(c.error().message, Catch::Contains(message));
  }
  CHECK_THAT(load_kubeconfig("/nowhere/config").error().message, Catch::Contains("/nowhere/config"));
}

}  // namespace
}  // namespace client

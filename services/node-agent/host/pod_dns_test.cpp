#include "node-agent/host/pod_dns.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::host;
namespace core = api::core::v1;
using List = std::vector<std::string>;

namespace {

core::Pod pod(const std::string& spec) {
  return api::parse<core::Pod>(R"({"metadata":{"name":"web-1","namespace":"ns"},"spec":)" + spec + "}")
      .value();
}

const DnsConfig machine{{"192.168.0.1"}, {"lan"}, {"timeout:1"}};

DnsConfig dns(const std::string& spec, const List& cluster = {"10.96.0.10"}) {
  return pod_dns(pod(spec), cluster, "cluster.local", machine);
}

}  // namespace

TEST_CASE("resolv.conf is read") {
  const auto c = parse_resolv_conf(
      "# comment\nnameserver 1.1.1.1\nnameserver ::1 # no\nsearch old\nsearch a b\noptions ndots:2 rotate\n"
      "domain x\n\n");
  CHECK(c.servers == List{"1.1.1.1", "::1"});
  CHECK(c.searches == List{"a", "b"});
  CHECK(c.options == List{"ndots:2", "rotate"});
  CHECK(parse_resolv_conf("") == DnsConfig{});
}

TEST_CASE("DNS policies") {
  const List of_cluster{"ns.svc.cluster.local", "svc.cluster.local", "cluster.local", "lan"};
  const auto normal = dns("{}");
  CHECK(normal.servers == List{"10.96.0.10"});
  CHECK(normal.searches == of_cluster);
  CHECK(normal.options == List{"ndots:5"});
  CHECK(dns(R"({"dnsPolicy":"Default"})") == machine);
  CHECK(dns(R"({"dnsPolicy":"ClusterFirst","hostNetwork":true})") == machine);
  CHECK(dns(R"({"dnsPolicy":"ClusterFirstWithHostNet","hostNetwork":true})") == normal);
  CHECK(dns("{}", {}) == machine);
  CHECK(misses_cluster_dns(pod("{}"), {}));
  CHECK_FALSE(misses_cluster_dns(pod(R"({"dnsPolicy":"Default"})"), {}));
  const auto none = dns(R"({"dnsPolicy":"None","dnsConfig":{"nameservers":["1.2.3.4"],"searches":["my"],
    "options":[{"name":"ndots","value":"2"},{"name":"edns0"}]}})");
  CHECK(none == DnsConfig{{"1.2.3.4"}, {"my"}, {"ndots:2", "edns0"}});
  const auto both = dns(R"({"dnsConfig":{"nameservers":["10.96.0.10","a","b","c"],"searches":["lan","my"],
    "options":[{"name":"ndots","value":"2"}]}})");
  CHECK(both.servers == List{"10.96.0.10", "a", "b"});
  CHECK(both.searches.back() == "my");
  CHECK(both.searches.size() == 5);
  CHECK(both.options == List{"ndots:2"});
}

TEST_CASE("search domains are limited") {
  auto p = pod(R"({"dnsPolicy":"None","dnsConfig":{}})");
  for (int i = 0; i < 40; ++i)
    p.spec.dns_config->searches.push_back("domain" + std::to_string(i));
  CHECK(pod_dns(p, {}, "", machine).searches.size() == 32);
  p.spec.dns_config->searches = {std::string(1500, 'a'), std::string(547, 'b'), "c"};
  CHECK(pod_dns(p, {}, "", machine).searches.size() == 2);
  p.spec.dns_config->searches[1] += "b";
  CHECK(pod_dns(p, {}, "", machine).searches.size() == 1);
}

TEST_CASE("names of a pod") {
  struct Case {
    const char *spec, *hostname, *domain;
  };
  const Case cases[] = {
      {"{}", "web-1", ""},
      {R"({"hostname":"h"})", "h", ""},
      {R"({"hostname":"h","subdomain":"sub"})", "h", "sub.ns.svc.cluster.local"},
      {R"({"subdomain":"sub","setHostnameAsFQDN":true})", "web-1.sub.ns.svc.cluster.local",
       "sub.ns.svc.cluster.local"},
      {R"({"hostNetwork":true})", "machine", ""},
      {R"({"hostnameOverride":"other"})", "other", ""},
  };
  for (const auto& c : cases) {
    INFO(c.spec);
    const auto names = pod_names(pod(c.spec), "cluster.local", "machine");
    CHECK(names.hostname == c.hostname);
    CHECK(names.domain == c.domain);
  }
  auto p = pod("{}");
  p.metadata.name = std::string(62, 'a') + ".bcd";
  CHECK(pod_names(p, "cluster.local", "machine").hostname == std::string(62, 'a'));
}

TEST_CASE("the hosts file") {
  const auto text = [](const std::string& spec) {
    const auto p = pod(spec);
    return hosts_file(p, {"10.0.0.1", "fd00::1"}, pod_names(p, "cluster.local", "machine"), "127.0.0.1 me\n");
  };
  CHECK(text("{}").ends_with("fe00::2\tip6-allrouters\n10.0.0.1\tweb-1\nfd00::1\tweb-1\n"));
  CHECK(text(R"({"hostname":"h","subdomain":"s"})").find("10.0.0.1\th.s.ns.svc.cluster.local\th\n") !=
        std::string::npos);
  CHECK(text(R"({"hostAliases":[{"ip":"1.2.3.4","hostnames":["a","b"]}]})")
            .ends_with("\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n"));
  CHECK(text(R"({"hostNetwork":true})") == "# Kubernetes-managed hosts file (host network).\n127.0.0.1 me\n");
}

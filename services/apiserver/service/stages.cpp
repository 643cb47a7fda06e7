#include "apiserver/service/stages.hpp"
#include <unistd.h>
#include "api/decode.hpp"
#include "apiserver/admission/plugins.hpp"
#include "apiserver/service/connects.hpp"
#include "apiserver/service/escalation_plugin.hpp"
#include "apiserver/service/service_hook.hpp"
#include "apiserver/service/virtual_creates.hpp"
#include "apiserver/service_account/discovery.hpp"
#include "base/log.hpp"
#include "base/random.hpp"

/// How the stages are put together. What they do while they run is in service.cpp.
namespace apiserver {
namespace {

std::string address_of(const Settings& s) {
  const bool v6 = s.advertise_address.find(':') != std::string::npos;
  return (v6 ? "[" + s.advertise_address + "]" : s.advertise_address) + ":" + std::to_string(s.port);
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] ? name : "localhost";
}

std::shared_ptr<const authorization::Authorizer> make_authorizer(
    const Settings& s, const std::shared_ptr<authorization::RbacPolicy>& policy,
    const std::shared_ptr<authorization::NodeGraph>& graph) {
  std::vector<std::shared_ptr<const authorization::Authorizer>> parts;
  for (const auto& mode : s.authorization_modes) {
    if (mode == "Node") parts.push_back(std::make_shared<authorization::NodeAuthorizer>(graph));
    if (mode == "RBAC") parts.push_back(std::make_shared<authorization::RbacAuthorizer>(policy));
    if (mode == "AlwaysAllow") parts.push_back(authorization::always_allow());
    if (mode == "AlwaysDeny") parts.push_back(authorization::always_deny());
  }
  return std::make_shared<authorization::UnionAuthorizer>(std::move(parts));
}

authentication::Options authentication_options(const Settings& s) {
  authentication::Options options;
  options.anonymous = s.anonymous;
  return options;
}

std::optional<service_account::TokenIssuer> make_issuer(const Settings& s) {
  if (!s.signing_key) return std::nullopt;
  service_account::IssuerOptions options;
  options.issuer = s.issuers.front();
  options.api_audiences = s.api_audiences;
  options.max_expiration = s.max_token_expiration;
  options.extend_expiration = s.extend_token_expiration;
  return service_account::TokenIssuer(std::move(options), *s.signing_key);
}

admission::Chain make_admission(const Settings& s, const authorization::Authorizer& authorizer,
                                const authorization::RbacAuthorizer& rbac) {
  auto chain = admission::Chain::make(s.admission).value();
  chain.append(std::make_shared<EscalationPlugin>(authorizer, rbac));
  chain.append(admission::certificate_requester());
  return chain;
}

registry::Registry::Parts registry_parts(Stages& s) {
  registry::Registry::Parts parts;
  parts.store = s.store;
  parts.caches = &s.caches;
  parts.feed = &s.feed;
  parts.admission = &s.admission;
  parts.leases = &s.leases;
  parts.now = [&clock = s.clock] { return clock.now(); };
  parts.uid = &base::random_uuid;
  parts.name_suffix = &base::random_name_suffix;
  return parts;
}

std::uint64_t random_below(std::uint64_t n) {
  std::uint64_t value = 0;
  const auto bytes = base::random_bytes(sizeof value);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&value));
  return n == 0 ? 0 : value % n;  // The bias of a modulus does not matter here: it only spreads choices.
}

registry::Registry::Parts hooked_parts(Stages& s) {
  auto parts = registry_parts(s);
  allocation::Options options{s.settings.ip_ranges, s.settings.port_range, &random_below};
  const std::shared_ptr<allocation::Reservations> reservations(&s.reservations, [](auto*) {});
  auto allocator = std::make_shared<allocation::ServiceAllocator>(std::move(options), reservations);
  parts.hooks[{"", "services"}] = std::make_shared<ServiceHook>(std::move(allocator));
  return parts;
}

bootstrap::Config bootstrap_config(const Settings& s) {
  bootstrap::Config config;
  config.self.host = host_name();
  config.self.name = bootstrap::server_name(config.self.host, s.port);
  config.self.holder = config.self.name + "_" + base::random_uuid();
  config.self.address = s.advertise_address;
  config.self.port = s.port;
  for (const auto& range : s.ip_ranges)
    config.service_cidrs.push_back(range.text());
  config.service_ip = s.ip_ranges.front().at(0);
  config.client_ca = s.client_ca;
  config.request_header = s.request_header;
  return config;
}

OtherPaths::Parts path_parts(Stages& s) {
  OtherPaths::Parts parts;
  parts.blocking = s.runtime.blocking_pool();
  parts.health = &s.health;
  parts.metrics = &s.runtime.metrics();
  parts.resources = s.settings.served.builtin();
  parts.address = address_of(s.settings);
  parts.openid_configuration =
      service_account::openid_configuration(s.settings.issuers.front(), s.settings.jwks_uri, parts.address,
                                            s.settings.token_keys)
          .value();
  parts.jwks = service_account::jwks(s.settings.token_keys);
  return parts;
}

/// Discovery and OpenAPI with what is served of the definitions, and by other servers, now.
void publish(Stages& s) {
  struct Kept {
    std::vector<custom_resources::DefinitionPtr> definitions;
    std::shared_ptr<const aggregation::Aggregator::Offered> offered;
  };
  auto kept = std::make_shared<const Kept>(Kept{s.catalog.all(), s.aggregator.offered()});
  OtherPaths::More more;
  for (const auto& definition : kept->definitions)
    for (const auto* r : definition->resources())
      more.defined.push_back(r);
  for (const auto& r : kept->offered->resources)
    more.remote.push_back(&r);
  more.remote_versions = kept->offered->group_versions;
  more.keep = std::move(kept);
  s.paths.publish(std::move(more));
}

aggregation::Aggregator::Parts aggregator_parts(Stages& s) {
  aggregation::Aggregator::Parts parts;
  parts.registry = &s.registry;
  parts.caches = &s.caches;
  parts.executor = s.runtime.executor();
  parts.front_proxy = {s.settings.proxy_client_certificate, s.settings.proxy_client_key};
  for (const auto* r : s.settings.served.builtin())
    parts.builtin.insert(r->group_version());
  parts.defined = [&s] {
    std::set<api::GroupVersion> out;
    for (const auto& definition : s.catalog.all())
      for (const auto* r : definition->resources())
        out.insert(r->group_version());
    return out;
  };
  parts.user = server_user();
  parts.now = [&clock = s.clock] { return clock.now(); };
  parts.on_change = [&s] { publish(s); };
  return parts;
}

CacheFollower::Sink api_service_sink(Stages& s) {
  CacheFollower::Sink sink;
  sink.put = [&s](const cache::Entry& entry, const cache::EntryPtr&) { s.aggregator.put(entry); };
  sink.remove = [&s](const cache::Entry& last) { s.aggregator.removed(std::string(last.name())); };
  return sink;
}

/// Tells the aggregator that something availability depends on has changed.
CacheFollower::Sink availability_sink(Stages& s) {
  CacheFollower::Sink sink;
  sink.put = [&s](const cache::Entry&, const cache::EntryPtr&) { s.aggregator.endpoints_changed(); };
  sink.remove = [&s](const cache::Entry&) { s.aggregator.endpoints_changed(); };
  return sink;
}

custom_resources::Controller::Parts definition_parts(Stages& s) {
  custom_resources::Controller::Parts parts;
  parts.registry = &s.registry;
  parts.feed = &s.feed;
  parts.catalog = &s.catalog;
  parts.webhooks = {s.runtime.executor(), &s.caches, &base::random_uuid};
  parts.user = server_user();
  parts.now = [&clock = s.clock] { return clock.now(); };
  parts.on_change = [&s] {
    publish(s);
    s.aggregator.look_again();
  };
  return parts;
}

CacheFollower::Sink definition_sink(Stages& s) {
  CacheFollower::Sink sink;
  sink.put = [&s](const cache::Entry& entry, const cache::EntryPtr&) { s.definitions.put(entry); };
  sink.remove = [&s](const cache::Entry& last) { s.definitions.removed(std::string(last.name())); };
  return sink;
}

proxy::Options proxy_options(const Settings& s) {
  proxy::Options options;
  options.tls = s.kubelet_tls;
  options.address_types = s.kubelet_address_types;
  return options;
}

request::Parts handler_parts(Stages& s) {
  request::Parts parts;
  parts.registry = &s.registry;
  parts.authenticator = &s.authenticator;
  parts.authorizer = s.authorizer.get();
  parts.served = s.settings.served;
  parts.custom = &s.catalog;
  parts.elsewhere = [&s](http::Exchange& exchange, std::string group, std::string version,
                         const authentication::UserInfo& user) {
    return s.aggregator.serve(exchange, std::move(group), std::move(version), user);
  };
  parts.other_paths = [&s](http::Exchange& exchange, const request::RequestInfo&, const http::Query& query) {
    return s.paths.serve(exchange, query);
  };
  parts.connects = connects(s.registry, s.settings.kubelet_tls ? &s.nodes : nullptr, s.proxy);
  VirtualCreateParts creates{&s.authenticator,
                             s.authorizer.get(),
                             &s.admission,
                             &s.registry,
                             s.issuer ? &*s.issuer : nullptr,
                             [&clock = s.clock] { return clock.now(); }};
  parts.virtual_creates = virtual_creates(creates);
  parts.metrics = &s.runtime.metrics();
  parts.now = [&clock = s.clock] { return clock.now(); };
  parts.uid = &base::random_uuid;
  parts.max_requests_inflight = s.settings.max_requests_inflight;
  parts.max_mutating_requests_inflight = s.settings.max_mutating_requests_inflight;
  parts.min_request_timeout = s.settings.min_request_timeout;
  return parts;
}

}  // namespace

Stages::Stages(base::Runtime& r, Settings given, std::shared_ptr<storage::Store> where,
               std::shared_ptr<storage::Store> feed_store, const base::Clock& c)
    : runtime(r),
      settings(std::move(given)),
      store(std::move(where)),
      clock(c),
      strand(r.make_strand()),
      feed(std::move(feed_store), caches, r.make_lane()),
      authorizer(make_authorizer(settings, policy, graph)),
      tokens({settings.issuers, settings.token_keys, settings.api_audiences}, caches),
      authenticator(authentication_options(settings), &tokens),
      issuer(make_issuer(settings)),
      admission(make_admission(settings, *authorizer, rbac)),
      leases(store, std::chrono::duration_cast<std::chrono::seconds>(settings.event_ttl), clock),
      plain(registry_parts(*this)),
      reservations(store, plain),
      registry(hooked_parts(*this)),
      writer(registry),
      catalog(caches, feed),
      monitor(store),
      bootstrap(strand, bootstrap_config(settings), caches, writer, clock),
      aggregation(strand, caches, writer),
      policy_feed(caches, policy, graph, strand, [this] { aggregation.changed(); }),
      repair(feed, caches, reservations),
      compactor(store, settings.compaction_interval),
      paths(path_parts(*this)),
      aggregator(strand, aggregator_parts(*this)),
      api_services_follower(caches, *caches.find("apiregistration.k8s.io", "apiservices"), strand,
                            api_service_sink(*this)),
      slices_follower(caches, *caches.find("discovery.k8s.io", "endpointslices"), strand,
                      availability_sink(*this)),
      services_follower(caches, *caches.find("", "services"), strand, availability_sink(*this)),
      definitions(strand, definition_parts(*this)),
      definitions_follower(caches, *caches.find("apiextensions.k8s.io", "customresourcedefinitions"), strand,
                           definition_sink(*this)),
      nodes(r.executor(), proxy_options(settings), caches),
      proxy(r.executor(), proxy_options(settings), caches, &any_of),
      handler(handler_parts(*this)),
      tasks(strand, "apiserver") {
  const base::metrics::Labels build{
      {"major", "1"},          {"minor", "35"},    {"git_version", std::string(git_version)},
      {"git_commit", ""},      {"build_date", ""}, {"compiler", "c++ " __VERSION__},
      {"platform", platform()}};
  r.metrics().gauge("kubernetes_build_info", "A constant 1, with the version in its labels.", build).set(1);
  add_health_checks(health, {&monitor, &caches, &policy_feed, &bootstrap, &stopping});
}

}  // namespace apiserver

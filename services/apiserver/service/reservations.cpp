#include "apiserver/service/reservations.hpp"
#include <charconv>
#include "apiserver/service/object_writer.hpp"
#include "base/log.hpp"

namespace apiserver {
namespace {

using allocation::Reserved;
using api::NamespacedName;
using api::Object;
using api::StatusOr;

constexpr std::string_view group = "networking.k8s.io", resource = "ipaddresses";
/// Below the registry, so that its watch carries these changes too, and no resource of that name exists.
constexpr std::string_view port_prefix = "/registry/ranges/servicenodeports/";
constexpr int tries_max = 3;

registry::Call address_call(const std::string& ip) {
  return server_call(group, "v1", resource, "", ip);
}

Object address_object(const std::string& ip, const NamespacedName& owner) {
  const char* family = ip.find(':') == std::string::npos ? "IPv4" : "IPv6";
  return {
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "IPAddress"},
      {"metadata", Object{{"name", ip},
                          {"labels", Object{{"ipaddress.kubernetes.io/ip-family", family},
                                            {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}}}},
      {"spec", Object{{"parentRef", Object{{"group", ""},
                                           {"resource", "services"},
                                           {"namespace", owner.namespace_},
                                           {"name", owner.name}}}}}};
}

NamespacedName owner_of(const Object& address) {
  const auto at = [&](std::string_view member) {
    return std::string(api::get_string(address, {"spec", "parentRef", member}));
  };
  // An address that a person reserved for something else is nobody's Service.
  if (at("resource") != "services" || !at("group").empty()) return {};
  return {at("namespace"), at("name")};
}

std::string port_key(std::int64_t port) {
  return std::string(port_prefix) + std::to_string(port);
}

storage::Operation put_operation(std::string key, std::string value) {
  storage::Operation operation;
  operation.put.key = std::move(key);
  operation.put.value = std::move(value);
  return operation;
}

storage::Operation range_operation(std::string key) {
  storage::Operation operation;
  operation.kind = storage::Operation::Kind::range;
  operation.range.key = std::move(key);
  return operation;
}

}  // namespace

bool StoredReservations::seems_taken(const std::string& ip) const {
  return registry_.caches().find(group, resource)->find(ip) != nullptr;
}

bool StoredReservations::seems_taken(std::int64_t port) const {
  std::lock_guard lock(mutex_);
  return ports_.contains(port);
}

void StoredReservations::note_port(std::int64_t port, bool taken) {
  std::lock_guard lock(mutex_);
  if (taken)
    ports_.insert(port);
  else
    ports_.erase(port);
}

base::Awaitable<StatusOr<Reserved>> StoredReservations::take_ip(std::string ip, NamespacedName owner) {
  for (int i = 0; i < tries_max; ++i) {
    auto call = address_call(ip);
    auto object = address_object(ip, owner);
    const auto created = co_await registry_.create(std::move(call), std::move(object));
    if (created) co_return Reserved::now;
    if (created.error().reason != "AlreadyExists") co_return created.error();
    const auto* info = api::find_resource(group, "v1", resource);
    const auto present = co_await registry_.find(info, "", ip);
    if (present) co_return owner_of((*present)->parse()) == owner ? Reserved::before : Reserved::another;
    if (present.error().code != 404) co_return present.error();  // Else given up in between: once more.
  }
  co_return Reserved::another;
}

base::Awaitable<void> StoredReservations::give_ip(std::string ip, NamespacedName owner) {
  const auto* info = api::find_resource(group, "v1", resource);
  const auto present = co_await registry_.find(info, "", ip);
  if (!present) co_return;
  if (owner_of((*present)->parse()) != owner) co_return;
  auto call = address_call(ip);
  registry::DeleteOptions options;
  options.uid = std::string((*present)->uid());
  const auto removed = co_await registry_.remove(std::move(call), std::move(options));
  if (!removed && removed.error().code != 404 && removed.error().code != 409)
    base::log::warning("an address stays reserved until the next repair",
                       {{"ip", ip}, {"owner", owner.text()}, {"error", removed.error().message}});
}

base::Awaitable<StatusOr<Reserved>> StoredReservations::take_port(std::int64_t port, NamespacedName owner) {
  storage::TxnRequest txn;
  storage::Compare absent;
  absent.key = port_key(port);
  absent.target = storage::Compare::Target::create_revision;
  txn.compares.push_back(std::move(absent));
  txn.success.push_back(put_operation(port_key(port), owner.text()));
  txn.failure.push_back(range_operation(port_key(port)));
  const auto done = co_await store_->txn(std::move(txn));
  if (!done) co_return registry::store_error(done.error());
  note_port(port, true);
  if (done->succeeded) co_return Reserved::now;
  const auto& found = done->responses.at(0).range.kvs;
  const bool own = !found.empty() && *found[0].value == owner.text();
  co_return own ? Reserved::before : Reserved::another;
}

base::Awaitable<void> StoredReservations::give_port(std::int64_t port, NamespacedName owner) {
  storage::TxnRequest txn;
  storage::Compare same;
  same.key = port_key(port);
  same.target = storage::Compare::Target::value;
  same.value = owner.text();
  txn.compares.push_back(std::move(same));
  storage::Operation remove;
  remove.kind = storage::Operation::Kind::remove;
  remove.remove.key = port_key(port);
  txn.success.push_back(std::move(remove));
  const auto done = co_await store_->txn(std::move(txn));
  if (done && done->succeeded) note_port(port, false);
  if (!done)
    base::log::warning("a port stays reserved until the next repair",
                       {{"port", port}, {"owner", owner.text()}, {"error", done.error()}});
}

base::Awaitable<StatusOr<allocation::Holdings>> StoredReservations::all() {
  allocation::Holdings holdings;
  for (const auto& address : registry_.caches().list(group, resource, ""))
    if (auto owner = owner_of(*address); !owner.name.empty())
      holdings.ips.emplace(std::string(api::name_of(*address)), std::move(owner));
  storage::RangeRequest request;
  request.key = port_prefix;
  request.range_end = storage::prefix_end(std::string(port_prefix));
  const auto found = co_await store_->range(std::move(request));
  if (!found) co_return registry::store_error(found.error());
  std::set<std::int64_t> ports;
  for (const auto& kv : found->kvs) {
    const auto digits = std::string_view(kv.key).substr(port_prefix.size());
    std::int64_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size()) continue;
    holdings.ports.emplace(port, NamespacedName::parse(*kv.value));
    ports.insert(port);
  }
  std::lock_guard lock(mutex_);
  ports_ = std::move(ports);
  co_return holdings;
}

}  // namespace apiserver

#include <algorithm>
#include <charconv>
#include "apiserver/registry/continue_token.hpp"
#include "apiserver/registry/conversion.hpp"
#include "apiserver/registry/registry.hpp"

namespace apiserver::registry {
namespace {

using api::StatusError;
using api::StatusOr;
using cache::EntryPtr;
constexpr std::int64_t store_page = 500;

StatusOr<storage::Revision> parse_version(std::string_view text) {
  storage::Revision revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error != std::errc() || end != text.data() + text.size() || revision < 0)
    return StatusError::bad_request("Invalid value: \"" + std::string(text) +
                                    "\": resourceVersion must be a number");
  return StatusOr<storage::Revision>(boost::system::in_place_value, revision);
}

StatusError too_large(storage::Revision wanted, storage::Revision current) {
  auto status = StatusError::timeout("Too large resource version: " + std::to_string(wanted) +
                                     ", current: " + std::to_string(current));
  status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
  status.retry_after_seconds = 1;
  return status;
}

std::string first_key(const cache::Selection& selection) {
  return selection.ns().empty() ? std::string() : selection.ns() + "/";
}

/// The page that starts at `from`.
ListAnswer page_of(const cache::Snapshot& snapshot, storage::Revision revision, const ListRequest& request,
                   const std::string& from) {
  ListAnswer answer;
  answer.revision = revision;
  const std::string scope = first_key(request.selection);
  const auto limit = static_cast<std::size_t>(request.limit);
  snapshot.scan(std::max(from, scope), [&](const EntryPtr& entry) {
    if (!scope.empty() && !entry->key().starts_with(scope)) return false;
    if (!request.selection.matches(*entry)) return true;
    if (limit > 0 && answer.entries.size() == limit) {
      if (answer.continue_token.empty())
        answer.continue_token = ContinueToken{revision, std::string(entry->key())}.encode();
      ++answer.remaining;
      return !request.selective;
    }
    answer.entries.push_back(entry);
    return true;
  });
  if (request.selective) answer.remaining = 0;
  return answer;
}

}  // namespace

std::string object_key(std::string_view ns, std::string_view name) {
  std::string key(ns);
  if (!ns.empty()) key += '/';
  return key.append(name);
}

std::string store_key(const api::ResourceInfo& resource, std::string_view ns, std::string_view name) {
  return cache::storage_prefix(resource.group, resource.resource) + object_key(ns, name);
}

base::Awaitable<StatusOr<void>> Registry::reach(std::string resource_version) {
  if (resource_version == "0") co_return StatusOr<void>();
  storage::Revision wanted = 0;
  if (!resource_version.empty()) {
    auto parsed = parse_version(resource_version);
    if (!parsed) co_return parsed.error();
    wanted = *parsed;
    if (parts_.caches->progress().revision() >= wanted) co_return StatusOr<void>();
  }
  auto caught_up = co_await parts_.feed->catch_up();
  if (!caught_up) co_return store_error(caught_up.error());
  const auto current = parts_.caches->progress().revision();
  if (wanted > current) co_return too_large(wanted, current);
  co_return StatusOr<void>();
}

base::Awaitable<StatusOr<EntryPtr>> Registry::find(const api::ResourceInfo* resource, std::string ns,
                                                   std::string name) {
  auto reached = co_await reach(std::string());
  if (!reached) co_return reached.error();
  auto entry = cache_of(*resource)->find(object_key(ns, name));
  if (!entry) co_return StatusError::not_found(resource->group_resource(), name);
  co_return entry;
}

base::Awaitable<StatusOr<Answer>> Registry::get(Call call, std::string resource_version) {
  auto reached = co_await reach(std::move(resource_version));
  if (!reached) co_return reached.error();
  const auto entry = cache_of(*call.resource)->find(object_key(call.ns, call.name));
  if (!entry) co_return StatusError::not_found(call.resource->group_resource(), call.name);
  auto json = co_await to_show(call, entry);
  if (!json) co_return json.error();
  Answer answer;
  answer.json = std::move(*json);
  co_return answer;
}

base::Awaitable<StatusOr<EntryPtr>> Registry::read_store(const Call& call) {
  storage::RangeRequest request;
  const std::string key = object_key(call.ns, call.name);
  request.key = cache::storage_prefix(call.resource->group, call.resource->resource) + key;
  auto response = co_await parts_.store->range(std::move(request));
  if (!response) co_return store_error(response.error());
  if (response->kvs.empty()) co_return EntryPtr();
  const auto& kv = response->kvs[0];
  auto entry = call.resource->extension ? cache_of(*call.resource)->entry(key, *kv.value, kv.mod_revision)
                                        : cache::Entry::make(key, *kv.value, kv.mod_revision, {});
  if (!entry) co_return StatusError::internal(entry.error().message);
  co_return std::move(*entry);
}

base::Awaitable<StatusOr<ListAnswer>> Registry::list(Call call, ListRequest request) {
  auto listed = co_await read_list(call, request);
  if (!listed || !call.resource->extension) co_return listed;
  auto entries = co_await shown(call, std::move(listed->entries));
  if (!entries) co_return entries.error();
  listed->entries = std::move(*entries);
  co_return listed;
}

base::Awaitable<StatusOr<ListAnswer>> Registry::read_list(const Call& call, const ListRequest& request) {
  auto* cache = cache_of(*call.resource);
  if (!request.continue_token.empty()) {
    auto token = ContinueToken::parse(request.continue_token);
    if (!token) co_return token.error();
    const auto view = cache->view();
    // Nothing happened since the first page: the present state is that moment's.
    const bool unchanged =
        view.revision <= token->revision && parts_.caches->progress().revision() >= token->revision;
    if (unchanged) co_return page_of(view.snapshot, token->revision, request, token->from);
    co_return co_await list_store(call, request, token->revision, token->from);
  }
  const bool exact = request.resource_version_match == "Exact" ||
                     (request.resource_version_match.empty() && request.limit > 0 &&
                      !request.resource_version.empty() && request.resource_version != "0");
  if (exact) {
    auto revision = parse_version(request.resource_version);
    if (!revision) co_return revision.error();
    const auto view = cache->view();
    if (view.revision <= *revision && parts_.caches->progress().revision() >= *revision)
      co_return page_of(view.snapshot, *revision, request, std::string());
    co_return co_await list_store(call, request, *revision, std::string());
  }
  auto reached = co_await reach(request.resource_version);
  if (!reached) co_return reached.error();
  // The order matters: all up to `progress` is in the view, and the view is never ahead of the larger of the
  // two.
  const auto progress = parts_.caches->progress().revision();
  const auto view = cache->view();
  co_return page_of(view.snapshot, std::max(progress, view.revision), request, std::string());
}

base::Awaitable<StatusOr<ListAnswer>> Registry::list_store(const Call& call, const ListRequest& request,
                                                           storage::Revision revision, std::string from) {
  auto* cache = cache_of(*call.resource);
  ListAnswer answer;
  answer.revision = revision;
  storage::RangeRequest range;
  const std::string scope = cache->prefix() + first_key(request.selection);
  range.key = std::max(cache->prefix() + from, scope);
  range.range_end = storage::prefix_end(scope);
  range.limit = store_page;
  range.revision = revision;
  while (true) {
    auto response = co_await parts_.store->range(range);
    if (!response && response.error().code == base::Errc::invalid_argument)
      co_return too_large(revision, parts_.caches->progress().revision());
    if (!response) co_return store_error(response.error());
    for (const auto& kv : response->kvs) {
      auto entry = cache->entry(kv.key.substr(cache->prefix().size()), *kv.value, kv.mod_revision);
      if (!entry || !request.selection.matches(**entry)) continue;
      if (request.limit > 0 && answer.entries.size() == static_cast<std::size_t>(request.limit)) {
        answer.continue_token = ContinueToken{revision, std::string((*entry)->key())}.encode();
        co_return answer;
      }
      answer.entries.push_back(std::move(*entry));
    }
    if (!response->more || response->kvs.empty()) co_return answer;
    range.key = response->kvs.back().key + '\0';
  }
}

base::Awaitable<StatusOr<Watching>> Registry::watch(Call call, WatchRequest request,
                                                    base::Executor executor) {
  auto* cache = cache_of(*call.resource);
  auto reached = co_await reach(request.resource_version);
  if (!reached) co_return reached.error();
  // Taken before the state is: the state holds at least this much.
  Watching out;
  out.revision = parts_.caches->progress().revision();
  const bool initial = request.send_initial_events.value_or(false);
  const bool any = request.resource_version.empty() || request.resource_version == "0";
  storage::Revision from = 0;
  if (!any && !initial) {
    auto parsed = parse_version(request.resource_version);
    if (!parsed) co_return parsed.error();
    out.revision = from = *parsed;
  } else if (request.send_initial_events && !initial) {
    from = out.revision;
  }
  out.watcher = std::make_shared<cache::Watcher>(executor, std::move(request.selection));
  auto started = cache->watch(out.watcher, from, initial);
  if (!started) co_return StatusError::expired(started.error().message);
  co_return out;
}

void Registry::unwatch(const Call& call, const std::shared_ptr<cache::Watcher>& watcher) {
  cache_of(*call.resource)->unwatch(watcher);
}

}  // namespace apiserver::registry

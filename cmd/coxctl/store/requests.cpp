#include "coxctl/store/requests.hpp"
#include "coxctl/store/text.hpp"

namespace coxctl::store {
namespace {

base::Error wrong(std::string message) {
  return {base::Errc::invalid_argument, std::move(message)};
}

}  // namespace

base::Result<std::int64_t> parse_lease(const std::string& text) {
  auto id = parse_hex_id(text, "lease ID");
  if (!id) return id.error();
  return static_cast<std::int64_t>(*id);
}

void GetFlags::add_to(base::Flags& flags) {
  flags.add("prefix", &prefix, "All keys that begin with KEY; an empty KEY means all.");
  flags.add("from-key", &from_key, "All keys from KEY on, compared byte by byte.");
  flags.add("limit", &limit, "At most so many; 0: all.");
  flags.add("rev", &revision, "As the keys were at this revision; 0: now.");
  flags.add("order", &order, "ASCEND or DESCEND.");
  flags.add("sort-by", &sort_by, "CREATE, KEY, MODIFY, VALUE or VERSION.");
  flags.add("keys-only", &keys_only, "Without the values.");
  flags.add("count-only", &count_only, "Only how many there are.");
  flags.add("consistency", &consistency,
            "l: what a majority agrees on now (linearizable); s: what the member asked has, perhaps older "
            "(serializable), also without a majority.");
  flags.add("min-mod-rev", &min_mod, "Only keys written at this revision or later.");
  flags.add("max-mod-rev", &max_mod, "Only keys written at this revision or earlier.");
  flags.add("min-create-rev", &min_create, "Only keys created at this revision or later.");
  flags.add("max-create-rev", &max_create, "Only keys created at this revision or earlier.");
}

base::Result<wire::RangeRequest> GetFlags::request(const std::vector<std::string>& arguments) const {
  if (keys_only && count_only) return wrong("--keys-only and --count-only exclude each other");
  if (limit < 0 || revision < 0) return wrong("--limit and --rev cannot be below 0");
  if (max_mod > 0 && min_mod > max_mod) return wrong("--min-mod-rev is above --max-mod-rev");
  if (max_create > 0 && min_create > max_create) return wrong("--min-create-rev is above --max-create-rev");
  const auto range = key_range(arguments, prefix, from_key);
  if (!range) return range.error();
  const auto by_order = sort_order(order);
  if (!by_order) return by_order.error();
  const auto by_target = sort_target(sort_by);
  if (!by_target) return by_target.error();
  const auto stale = serializable(consistency);
  if (!stale) return stale.error();
  wire::RangeRequest request;
  request.key = range->key;
  request.range_end = range->end;
  request.limit = limit;
  request.revision = revision;
  // A target alone sorts upwards; keys come in their order anyway.
  const bool by_other = *by_target != wire::SortTarget::key && *by_order == wire::SortOrder::none;
  request.sort_order = by_other ? wire::SortOrder::ascend : *by_order;
  request.sort_target = *by_target;
  request.serializable = *stale;
  request.keys_only = keys_only;
  request.count_only = count_only;
  request.min_mod_revision = min_mod;
  request.max_mod_revision = max_mod;
  request.min_create_revision = min_create;
  request.max_create_revision = max_create;
  return request;
}

void PutFlags::add_to(base::Flags& flags) {
  flags.add("lease", &lease, "Lease (in hexadecimal) the key ends with; 0: none.");
  flags.add("prev-kv", &prev_kv, "Show the pair there was before.");
  flags.add("ignore-value", &ignore_value, "Keep the value; the key must be there.");
  flags.add("ignore-lease", &ignore_lease, "Keep the lease; the key must be there.");
}

base::Result<wire::PutRequest> PutFlags::request(const std::vector<std::string>& arguments) const {
  if (ignore_value && arguments.size() > 1) return wrong("a VALUE does not go with --ignore-value");
  const auto id = parse_lease(lease);
  if (!id) return id.error();
  if (ignore_lease && *id != 0) return wrong("--lease does not go with --ignore-lease");
  wire::PutRequest request;
  request.key = arguments.at(0);
  if (arguments.size() > 1) request.value = arguments[1];
  request.lease = *id;
  request.prev_kv = prev_kv;
  request.ignore_value = ignore_value;
  request.ignore_lease = ignore_lease;
  return request;
}

void DelFlags::add_to(base::Flags& flags) {
  flags.add("prefix", &prefix, "All keys that begin with KEY; an empty KEY means all.");
  flags.add("from-key", &from_key, "All keys from KEY on, compared byte by byte.");
  flags.add("prev-kv", &prev_kv, "Show the pairs that were deleted.");
  flags.add("range", &range, "Delete [KEY, RANGE_END) at once, without two seconds to think it over.");
}

base::Result<wire::DeleteRangeRequest> DelFlags::request(const std::vector<std::string>& arguments) const {
  const auto keys = key_range(arguments, prefix, from_key);
  if (!keys) return keys.error();
  wire::DeleteRangeRequest request;
  request.key = keys->key;
  request.range_end = keys->end;
  request.prev_kv = prev_kv;
  return request;
}

}  // namespace coxctl::store

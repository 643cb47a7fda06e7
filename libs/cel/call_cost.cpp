#include "cel/call_cost.hpp"
#include <algorithm>
#include <cmath>
#include "cel/function.hpp"
#include "cel/run_cost.hpp"

namespace cel {

namespace {

using Call = const CallContext&;
using Estimate = std::optional<CallEstimate>;

constexpr CostEstimate one_unit{1, 1};
constexpr std::uint64_t unlimited = UINT64_MAX;

/// The size a node has, or is found to have by where it comes from.
SizeEstimate size_of(Call c, const CostNode& n) {
  if (n.size) return *n.size;
  if (c.sizes && !n.path.empty())
    if (const auto s = c.sizes->size(n.path)) return *s;
  return unbounded_estimate;
}

CostEstimate traversal(const SizeEstimate& size) {
  return size * traversal_factor;
}

/// The node that stands for the items of a list.
std::optional<CostNode> items_of(const CostNode& list) {
  if (list.type->parameters.empty()) return std::nullopt;
  CostNode out{list.path, list.type->parameters[0], nullptr, std::nullopt};
  if (!out.path.empty()) out.path.push_back("@items");
  return out;
}

bool is_text(const Type& t) {
  return t.kind == TypeKind::string || t.kind == TypeKind::bytes;
}

Estimate fixed(Call, std::uint64_t units) {
  return CallEstimate{{units, units}, std::nullopt};
}

/// sum, max, indexOf, ...: each item is compared, texts by their length. On strings: gone through once.
Estimate list_comparison(Call c) {
  if (!c.target) return std::nullopt;
  const auto item = items_of(*c.target);
  if (!item) return CallEstimate{traversal(size_of(c, *c.target)), std::nullopt};
  CostEstimate each = one_unit;
  if (is_text(*item->type)) each = each + traversal(size_of(c, *item));
  return CallEstimate{size_of(c, *c.target) * each, std::nullopt};
}

Estimate first_argument(Call c) {
  if (c.args.empty()) return std::nullopt;
  return CallEstimate{traversal(size_of(c, c.args[0])), std::nullopt};
}

Estimate url(Call c) {
  if (c.args.size() != 1) return std::nullopt;
  const SizeEstimate size = size_of(c, c.args[0]);
  return CallEstimate{traversal(size), size};
}

Estimate same_size(Call c) {
  if (!c.target) return std::nullopt;
  const SizeEstimate size = size_of(c, *c.target);
  return CallEstimate{traversal(size), size};
}

std::uint64_t divided_up(std::uint64_t a, std::uint64_t b) {
  const double q = std::ceil(static_cast<double>(a) / static_cast<double>(b));
  return q >= 0x1p64 ? unlimited : static_cast<std::uint64_t>(q);
}

Estimate replace(Call c) {
  if (!c.target || c.args.size() < 2) return std::nullopt;
  const SizeEstimate size = size_of(c, *c.target), from = size_of(c, c.args[0]), to = size_of(c, c.args[1]);
  SizeEstimate count, kept;
  // An empty text is found around every code point.
  if (from.min == 0) {
    count.max = size.max == unlimited ? unlimited : size.max + 1;
    kept.max = size.max;
  } else if (to.max <= from.min) {
    kept.max = size.max;
  } else {
    count.max = divided_up(size.max, from.min);
  }
  if (from.max == 0) {
    count.min = size.min == unlimited ? unlimited : size.min + 1;
    kept.min = size.min;
  } else if (from.max <= to.min) {
    kept.min = size.min;
  } else {
    count.min = divided_up(size.min, from.max);
  }
  return CallEstimate{size * (2 * traversal_factor), count * to + kept};
}

Estimate split(Call c) {
  if (!c.target) return std::nullopt;
  const SizeEstimate size = size_of(c, *c.target);
  std::uint64_t most = size.max;
  if (c.args.size() > 1) {
    const Expr& limit = *c.args[1].expr;
    if (limit.kind == ExprKind::literal && limit.literal.kind == Literal::Kind::integer)
      most = static_cast<std::uint64_t>(limit.literal.integer);
  }
  return CallEstimate{size * (2 * traversal_factor), SizeEstimate{0, most}};
}

Estimate join(Call c) {
  if (!c.target) return std::nullopt;
  const SizeEstimate items = size_of(c, *c.target);
  SizeEstimate size;
  if (const auto item = items_of(*c.target)) size = items * size_of(c, *item);
  if (!c.args.empty()) {
    const SizeEstimate separators{items.min > 0 ? items.min - 1 : 0, items.max > 0 ? items.max - 1 : 0};
    size = size + size_of(c, c.args[0]) * separators;
  }
  return CallEstimate{traversal(size), size};
}

CostEstimate matching(const SizeEstimate& text, const SizeEstimate& pattern) {
  return traversal(text + one_unit) * (pattern * regex_length_factor);
}

Estimate find(Call c) {
  if (!c.target || c.args.empty()) return std::nullopt;
  const SizeEstimate size = size_of(c, *c.target);
  return CallEstimate{matching(size, size_of(c, c.args[0])), SizeEstimate{0, size.max}};
}

Estimate ip(Call c) {
  return c.overload.id == "cidr_ip" ? fixed(c, 1) : first_argument(c);
}

Estimate is_canonical(Call c) {
  if (c.args.empty()) return std::nullopt;
  return CallEstimate{size_of(c, c.args[0]) * (2 * traversal_factor), std::nullopt};
}

constexpr SizeEstimate address_size{4, 16};

Estimate contains_ip(Call c) {
  if (c.args.empty()) return std::nullopt;
  CostEstimate cost = traversal(address_size + address_size);
  if (c.overload.id == "cidr_contains_ip_string") cost = cost + traversal(size_of(c, c.args[0]));
  return CallEstimate{cost, std::nullopt};
}

Estimate contains_cidr(Call c) {
  if (c.args.empty()) return std::nullopt;
  CostEstimate cost = traversal(address_size + address_size) + traversal(address_size) + one_unit;
  if (c.overload.id == "cidr_contains_cidr_string") cost = cost + traversal(size_of(c, c.args[0]));
  return CallEstimate{cost, std::nullopt};
}

Estimate validate(Call c) {
  constexpr double regex_size_max = 128;
  if (c.args.empty()) return std::nullopt;
  return CallEstimate{traversal(size_of(c, c.args[0])) * (regex_size_max * regex_length_factor),
                      std::nullopt};
}

Estimate selector(Call c) {
  if (c.args.size() != 1) return std::nullopt;
  constexpr CostEstimate list{10, 10};
  const SizeEstimate size = size_of(c, c.args[0]);
  return CallEstimate{list + traversal(size) + size * 0.5 * 50.0, std::nullopt};
}

/// Values of the libraries are compared at once.
Estimate equals(Call c) {
  if (c.args.size() != 2 || !same(*c.args[0].type, *c.args[1].type)) return std::nullopt;
  const Type& t = *c.args[0].type;
  if (t.kind == TypeKind::opaque && (t.name == "net.IP" || t.name == "net.CIDR")) return fixed(c, 1);
  if (t.kind != TypeKind::object || t.schema) return std::nullopt;
  if (t.name == "kubernetes.NamedFormat") return CallEstimate{traversal({1, 64}), std::nullopt};
  if (t.name == "kubernetes.URL")
    return CallEstimate{traversal({1, c.args[1].size ? c.args[1].size->max : 1}), std::nullopt};
  return fixed(c, 1);
}

/// A new list of that size, each item handled `factor` times.
Estimate new_list(const SizeEstimate& size, double factor) {
  constexpr CostEstimate call_and_list{11, 11};
  return CallEstimate{size * factor + call_and_list, size};
}

std::uint64_t literal_or(const CostNode& n, std::uint64_t otherwise) {
  if (!n.expr || n.expr->kind != ExprKind::literal || n.expr->literal.kind != Literal::Kind::integer)
    return otherwise;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(n.expr->literal.integer, 0));
}

Estimate slice(Call c) {
  if (!c.target || c.args.size() != 2) return std::nullopt;
  const std::uint64_t start = literal_or(c.args[0], 0),
                      end = literal_or(c.args[1], size_of(c, *c.target).max);
  return new_list({end - start, end - start}, 1);
}

Estimate range(Call c) {
  const std::uint64_t size = literal_or(c.args[0], unlimited);
  return new_list({size, size}, 1);
}

Estimate reverse(Call c) {
  return c.target ? new_list(size_of(c, *c.target), 1) : std::nullopt;
}

Estimate flatten(Call c) {
  if (!c.target) return std::nullopt;
  const std::uint64_t depth = c.args.empty() ? 1 : literal_or(c.args[0], unlimited);
  return new_list(size_of(c, *c.target), static_cast<double>(depth));
}

Estimate each_with_each(Call c, const CostNode& list, const Type& item) {
  const SizeEstimate size = size_of(c, list);
  return new_list(size * size, is_text(item) ? 2 + traversal_factor : 2);
}
Estimate distinct(Call c) {
  return c.target ? each_with_each(c, *c.target, types::dyn) : std::nullopt;
}
Estimate sort(Call c) {
  return c.target ? each_with_each(c, *c.target, *c.overload.parameters[0]->parameters[0]) : std::nullopt;
}
Estimate sort_by(Call c) {
  return each_with_each(c, c.args[0], *c.overload.parameters[1]->parameters[0]);
}

Estimate sets(Call c) {
  const double factor = c.overload.id == "list_sets_equivalent_list" ? 2 : 1;
  return CallEstimate{size_of(c, c.args[0]) * size_of(c, c.args[1]) * factor + one_unit, std::nullopt};
}

Estimate nominal(Call c) {
  return fixed(c, 1);
}
Estimate authorization(Call c) {
  return fixed(c, 350'000);
}

struct Named {
  std::string_view name;
  Estimate (*estimate)(Call);
};

constexpr Named by_extension[] = {
    {"list_slice", slice},
    {"list_flatten", flatten},
    {"list_flatten_int", flatten},
    {"lists_range", range},
    {"list_reverse", reverse},
    {"list_distinct", distinct},
    {"list_sets_contains_list", sets},
    {"list_sets_intersects_list", sets},
    {"list_sets_equivalent_list", sets},
};

constexpr Named by_function[] = {
    {"check", authorization},
    {"serviceAccount", nominal},
    {"path", nominal},
    {"group", nominal},
    {"resource", nominal},
    {"subresource", nominal},
    {"namespace", nominal},
    {"name", nominal},
    {"allowed", nominal},
    {"reason", nominal},
    {"error", nominal},
    {"errored", nominal},
    {"fieldSelector", selector},
    {"labelSelector", selector},
    {"isSorted", list_comparison},
    {"sum", list_comparison},
    {"max", list_comparison},
    {"min", list_comparison},
    {"indexOf", list_comparison},
    {"lastIndexOf", list_comparison},
    {"url", url},
    {"lowerAscii", same_size},
    {"upperAscii", same_size},
    {"substring", same_size},
    {"trim", same_size},
    {"replace", replace},
    {"split", split},
    {"join", join},
    {"find", find},
    {"findAll", find},
    {"cidr", first_argument},
    {"isIP", first_argument},
    {"isCIDR", first_argument},
    {"ip", ip},
    {"ip.isCanonical", is_canonical},
    {"masked", nominal},
    {"prefixLength", nominal},
    {"family", nominal},
    {"isUnspecified", nominal},
    {"isLoopback", nominal},
    {"isLinkLocalMulticast", nominal},
    {"isLinkLocalUnicast", nominal},
    {"isGlobalUnicast", nominal},
    {"containsIP", contains_ip},
    {"containsCIDR", contains_cidr},
    {"quantity", first_argument},
    {"isQuantity", first_argument},
    {"semver", first_argument},
    {"isSemver", first_argument},
    {"validate", validate},
    {"format.named", nominal},
    {"_==_", equals},
};

const Named* lookup(std::span<const Named> table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Named& n) { return n.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

std::optional<CallEstimate> estimate_library_call(const CallContext& c) {
  const std::string& id = c.overload.id;
  if (id.starts_with("list_") && id.ends_with("_sort")) return sort(c);
  if (id.ends_with("_sortByAssociatedKeys")) return sort_by(c);
  const Named* n = lookup(by_extension, id);
  if (!n) n = lookup(by_function, c.function.name);
  return n ? n->estimate(c) : std::nullopt;
}

CallEstimate estimate_standard_call(const CallContext& c) {
  const std::string& id = c.overload.id;
  const auto argument = [&](std::size_t i) { return size_or_unbounded(c.args[i]); };
  if (id == "string_format" && c.target) return {traversal(size_or_unbounded(*c.target)), std::nullopt};
  if (id == "string_to_bytes")
    return {traversal(argument(0)), SizeEstimate{argument(0).min, argument(0).max * 4}};
  if (id == "bytes_to_string")
    return {traversal(argument(0)), SizeEstimate{argument(0).min / 4, argument(0).max}};
  if (id == "strings_quote")
    return {traversal(argument(0)), SizeEstimate{argument(0).min + 2, argument(0).max * 2 + 2}};
  if (id == "starts_with_string" || id == "ends_with_string") return {traversal(argument(0)), std::nullopt};
  if (id == "in_list") return {argument(1) * 1.0, std::nullopt};
  if (id == "matches_string" && c.target)
    return {matching(size_or_unbounded(*c.target), argument(0)), std::nullopt};
  if (id == "contains_string" && c.target)
    return {traversal(size_or_unbounded(*c.target)) * traversal(argument(0)), std::nullopt};
  const bool order = id.starts_with("less") || id.starts_with("greater");
  const bool texts = id.ends_with("_string") || id.ends_with("_bytes");
  if (id == "equals" || id == "not_equals" || (order && texts)) {
    const std::uint64_t smaller = std::min(argument(0).max, argument(1).max);
    return {traversal({smaller > 0 ? 1U : 0U, smaller}), std::nullopt};
  }
  return {one_unit, std::nullopt};
}

}  // namespace cel

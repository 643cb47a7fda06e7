#include "cel/run_cost.hpp"
#include <algorithm>
#include <cmath>
#include "cel/collections.hpp"
#include "cel/named_format.hpp"

namespace cel {

namespace {

using Args = std::span<const Value>;

std::uint64_t scaled(std::uint64_t size, double factor) {
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(size) * factor));
}
std::uint64_t traversed(const Value& v) {
  return scaled(cost_size(v), traversal_factor);
}

std::uint64_t one(Evaluation&, Args, const Value&) {
  return 1;
}
std::uint64_t authorization(Evaluation&, Args, const Value&) {
  return 350'000;
}
std::uint64_t first_argument(Evaluation&, Args a, const Value&) {
  return traversed(a[0]);
}
std::uint64_t first_argument_twice(Evaluation&, Args a, const Value&) {
  return scaled(cost_size(a[0]), 2 * traversal_factor);
}
std::uint64_t result_twice(Evaluation&, Args, const Value& result) {
  return scaled(cost_size(result), 2 * traversal_factor);
}
std::uint64_t both_arguments(Evaluation&, Args a, const Value&) {
  return scaled(cost_size(a[0]) + cost_size(a[1]), traversal_factor);
}
std::uint64_t smaller_argument(Evaluation&, Args a, const Value&) {
  return scaled(std::min(cost_size(a[0]), cost_size(a[1])), traversal_factor);
}
std::uint64_t product(Evaluation&, Args a, const Value&) {
  return traversed(a[0]) * traversed(a[1]);
}
std::uint64_t items_of_second(Evaluation&, Args a, const Value&) {
  return cost_size(a[1]);
}

/// A text gone through by a pattern of that length. One more, for even an empty text is tried.
std::uint64_t matching(std::uint64_t text, std::uint64_t pattern) {
  return static_cast<std::uint64_t>(std::ceil((1.0 + static_cast<double>(text)) * traversal_factor)) *
         scaled(pattern, regex_length_factor);
}
std::uint64_t regex(Evaluation&, Args a, const Value&) {
  return matching(cost_size(a[0]), cost_size(a[1]));
}
std::uint64_t format_check(Evaluation&, Args a, const Value&) {
  const auto* f = a[0].as<NamedFormat>();
  return f ? matching(cost_size(a[1]), f->regex_size) : 1;
}

std::uint64_t selector(Evaluation&, Args a, const Value&) {
  const std::uint64_t size = cost_size(a[1]);
  return 10 + scaled(size, traversal_factor) + scaled(scaled(size, 0.5), 50);
}

/// Everything within, each text by its bytes.
std::uint64_t whole_tree(Evaluation& e, const Value& v) {
  switch (v.kind()) {
    case Kind::string:
    case Kind::bytes:
      return static_cast<std::uint64_t>(static_cast<double>(v.as_text().size()) * traversal_factor);
    case Kind::list: {
      std::uint64_t sum = 0;
      for (const Value& item : list_items(e, v))
        sum += whole_tree(e, item);
      return sum;
    }
    case Kind::map: {
      std::uint64_t sum = 0;
      for (const Value& key : map_keys(e, v))
        sum += whole_tree(e, key) + whole_tree(e, map_find(e, v, key).value_or(Value()));
      return sum;
    }
    default:
      return 1;
  }
}
std::uint64_t tree(Evaluation& e, Args a, const Value&) {
  return whole_tree(e, a[0]);
}

std::uint64_t contains_ip(Evaluation&, Args a, const Value&) {
  const std::uint64_t cost = scaled(2 * cost_size(a[0]), traversal_factor);
  return a[1].is(Kind::string) ? cost + traversed(a[1]) : cost;
}
std::uint64_t contains_cidr(Evaluation&, Args a, const Value&) {
  const std::uint64_t cost = scaled(2 * cost_size(a[0]), traversal_factor) + traversed(a[0]) + 1;
  return a[1].is(Kind::string) ? cost + traversed(a[1]) : cost;
}
std::uint64_t ip(Evaluation&, Args a, const Value&) {
  return a[0].is(Kind::string) ? traversed(a[0]) : 1;
}

/// A new list of so many items.
std::uint64_t new_list(double items) {
  constexpr double most = 1e18;
  return 11 + static_cast<std::uint64_t>(std::min(items, most));
}
std::uint64_t result_list(Evaluation&, Args, const Value& result) {
  return new_list(static_cast<double>(cost_size(result)));
}
std::uint64_t flattened(Evaluation&, Args a, const Value&) {
  const double depth = a.size() > 1 ? static_cast<double>(a[1].as_integer()) : 1;
  return new_list(static_cast<double>(cost_size(a[0])) * std::max(depth, 0.0));
}
std::uint64_t each_with_each(Evaluation& e, const Value& list) {
  const auto size = static_cast<double>(cost_size(list));
  double factor = 2;
  if (size > 0) {
    const Value first = list_item(e, list, 0);
    if (first.is(Kind::string) || first.is(Kind::bytes)) factor += traversal_factor;
  }
  return new_list(size * size * factor);
}
std::uint64_t sorted(Evaluation& e, Args a, const Value&) {
  return each_with_each(e, a[0]);
}
std::uint64_t sorted_by(Evaluation& e, Args a, const Value&) {
  return each_with_each(e, a[1]);
}
template <int factor>
std::uint64_t sets(Evaluation&, Args a, const Value&) {
  return 1 + cost_size(a[0]) * cost_size(a[1]) * factor;
}

struct Named {
  std::string_view name;
  RunCost cost;
};

RunCost find(std::span<const Named> costs, std::string_view name) {
  const auto found = std::find_if(costs.begin(), costs.end(), [&](const Named& n) { return n.name == name; });
  return found == costs.end() ? nullptr : found->cost;
}

/// Extensions of cel-go: by overload, before anything else.
constexpr Named by_extension[] = {
    {"list_slice", result_list},
    {"list_flatten", flattened},
    {"list_flatten_int", flattened},
    {"lists_range", result_list},
    {"list_reverse", result_list},
    {"list_distinct", sorted},
    {"list_sets_contains_list", sets<1>},
    {"list_sets_intersects_list", sets<1>},
    {"list_sets_equivalent_list", sets<2>},
};

/// Kubernetes': by the function's name.
constexpr Named by_function[] = {
    {"check", authorization},
    {"fieldSelector", selector},
    {"labelSelector", selector},
    {"isSorted", tree},
    {"sum", tree},
    {"max", tree},
    {"min", tree},
    {"indexOf", tree},
    {"lastIndexOf", tree},
    {"url", first_argument},
    {"lowerAscii", first_argument},
    {"upperAscii", first_argument},
    {"substring", first_argument},
    {"trim", first_argument},
    {"replace", first_argument_twice},
    {"split", first_argument_twice},
    {"join", result_twice},
    {"find", regex},
    {"findAll", regex},
    {"cidr", first_argument},
    {"isIP", first_argument},
    {"isCIDR", first_argument},
    {"ip", ip},
    {"ip.isCanonical", first_argument_twice},
    {"containsIP", contains_ip},
    {"containsCIDR", contains_cidr},
    {"quantity", first_argument},
    {"isQuantity", first_argument},
    {"semver", first_argument},
    {"isSemver", first_argument},
    {"validate", format_check},
};

/// The language's own.
constexpr Named by_overload[] = {
    {"starts_with_string", first_argument}, {"ends_with_string", first_argument},
    {"string_to_bytes", first_argument},    {"bytes_to_string", first_argument},
    {"strings_quote", first_argument},      {"string_format", first_argument},
    {"in_list", items_of_second},           {"add_string", both_arguments},
    {"add_bytes", both_arguments},          {"matches_string", regex},
    {"contains_string", product},
};

bool compares_texts(std::string_view overload) {
  const bool ordering = overload.starts_with("less") || overload.starts_with("greater");
  return ordering && (overload.ends_with("_string") || overload.ends_with("_bytes"));
}

}  // namespace

RunCost run_cost(std::string_view function, std::string_view overload) noexcept {
  if (const RunCost c = find(by_extension, overload)) return c;
  if (overload.starts_with("list_") && overload.ends_with("_sort")) return sorted;
  if (overload.ends_with("_sortByAssociatedKeys")) return sorted_by;
  if (const RunCost c = find(by_function, function)) return c;
  if (const RunCost c = find(by_overload, overload)) return c;
  return compares_texts(overload) ? smaller_argument : one;
}

std::uint64_t equality_cost(const Value& a, const Value& b) noexcept {
  if (a.is(Kind::opaque)) return 1;
  return scaled(std::min(cost_size(a), cost_size(b)), traversal_factor);
}

}  // namespace cel

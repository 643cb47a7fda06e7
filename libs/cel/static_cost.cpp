#include "cel/static_cost.hpp"
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include "cel/call_cost.hpp"
#include "cel/function.hpp"
#include "cel/run_cost.hpp"
#include "cel/utf8.hpp"

namespace cel {

namespace {

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}
std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}
std::uint64_t multiply(std::uint64_t a, double factor) {
  const double product = std::ceil(static_cast<double>(a) * factor);
  return product >= 0x1p64 ? UINT64_MAX : static_cast<std::uint64_t>(product);
}

}  // namespace

CostEstimate operator+(const CostEstimate& a, const CostEstimate& b) noexcept {
  return {add(a.min, b.min), add(a.max, b.max)};
}
CostEstimate operator*(const CostEstimate& a, const CostEstimate& b) noexcept {
  return {multiply(a.min, b.min), multiply(a.max, b.max)};
}
CostEstimate operator*(const CostEstimate& a, double factor) noexcept {
  return {multiply(a.min, factor), multiply(a.max, factor)};
}
CostEstimate united(const CostEstimate& a, const CostEstimate& b) noexcept {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}

namespace {

constexpr CostEstimate nothing{0, 0}, unit{1, 1}, list_creation{10, 10}, map_creation{30, 30},
    object_creation{40, 40};
/// Before the first item: united with anything it is that.
constexpr SizeEstimate no_items{UINT64_MAX, 0};

using Path = std::vector<std::string>;

enum class Container : std::uint8_t { other, list, map };

/// Sizes of what a collection holds.
struct EntrySize {
  Container container = Container::other;
  SizeEstimate key, value;
};

bool is_scalar(const Type& t) {
  switch (t.kind) {
    case TypeKind::boolean:
    case TypeKind::floating:
    case TypeKind::duration:
    case TypeKind::integer:
    case TypeKind::timestamp:
    case TypeKind::uinteger:
      return true;
    default:
      return is_optional(t) && is_scalar(*t.parameters[0]);
  }
}

class Coster {
 public:
  explicit Coster(const SizeEstimator* sizes) : sizes_(sizes) {}

  CostEstimate cost(const Expr& e) {
    switch (e.kind) {
      case ExprKind::literal:
        return nothing;
      case ExprKind::ident:
        paths_[&e] = path_of(e);
        return unit;
      case ExprKind::select:
        return cost_select(e);
      case ExprKind::call:
        return cost_call(e);
      case ExprKind::list:
        return cost_list(e);
      case ExprKind::map:
        return cost_map(e);
      case ExprKind::structure:
        return object_creation;
      case ExprKind::comprehension:
        return is_binding(*e.comprehension) ? cost_binding(e, *e.comprehension)
                                            : cost_fold(e, *e.comprehension);
    }
    return nothing;
  }

 private:
  struct Local {
    std::string name;
    Path path;
    std::optional<SizeEstimate> size;
    std::optional<EntrySize> entry_size;
  };

  const Local* local(const std::string& name) const {
    for (std::size_t i = locals_.size(); i-- > 0;)
      if (locals_[i].name == name) return &locals_[i];
    return nullptr;
  }

  Path path_of(const Expr& e) const {
    if (e.kind == ExprKind::ident) {
      if (const Local* l = local(e.name)) return l->path;
      if (!paths_.contains(&e)) return {e.name};
    }
    const auto found = paths_.find(&e);
    return found == paths_.end() ? Path() : found->second;
  }
  static Path extended(Path path, std::string step) {
    path.push_back(std::move(step));
    return path;
  }

  std::optional<SizeEstimate> size_of(const Expr& e) {
    if (const auto found = sizes_found_.find(&e); found != sizes_found_.end()) return found->second;
    if (const auto size = size_written(e)) return size;
    if (const Path path = path_of(e); sizes_ && !path.empty())
      if (const auto size = sizes_->size(path)) {
        sizes_found_[&e] = *size;
        return size;
      }
    if (e.type && is_scalar(*e.type)) return unit;
    if (e.kind == ExprKind::ident)
      if (const Local* l = local(e.name)) return l->size;
    return std::nullopt;
  }
  SizeEstimate size_or_unbounded(const Expr& e) { return size_of(e).value_or(unbounded_estimate); }

  static std::optional<SizeEstimate> size_written(const Expr& e) {
    std::uint64_t size = 1;
    if (e.kind == ExprKind::list) {
      size = e.args.size();
    } else if (e.kind == ExprKind::map) {
      size = e.args.size() / 2;
    } else if (e.kind != ExprKind::literal) {
      return std::nullopt;
    } else if (e.literal.kind == Literal::Kind::string) {
      size = utf8::count(e.literal.text);
    } else if (e.literal.kind == Literal::Kind::bytes) {
      size = e.literal.text.size();
    }
    return SizeEstimate{size, size};
  }

  std::optional<EntrySize> entry_size_of(const Expr& e) const {
    if (const auto found = entry_sizes_.find(&e); found != entry_sizes_.end()) return found->second;
    if (e.kind == ExprKind::ident)
      if (const Local* l = local(e.name)) return l->entry_size;
    return std::nullopt;
  }
  static std::optional<EntrySize> joined(const std::optional<EntrySize>& a,
                                         const std::optional<EntrySize>& b) {
    if (!a || !b) return std::nullopt;
    return EntrySize{a->container, united(a->key, b->key), united(a->value, b->value)};
  }
  void set_entry_size(const Expr& e, const std::optional<EntrySize>& size) {
    if (size) entry_sizes_[&e] = *size;
  }

  CostEstimate cost_select(const Expr& e) {
    const CostEstimate operand = cost(*e.operand);
    if (e.test_only) return operand;
    paths_[&e] = extended(path_of(*e.operand), e.name);
    const TypeKind k = e.operand->type->kind;
    const bool counts = k == TypeKind::map || k == TypeKind::object || k == TypeKind::parameter;
    return counts ? operand + unit : operand;
  }

  CostNode node(const Expr& e) {
    Path path = path_of(e);
    if (!path.empty() && path[0] == accumulator_name) path.clear();
    return {std::move(path), e.type, &e, size_of(e)};
  }

  CostEstimate cost_call(const Expr& e) {
    if (e.name == "dyn" && e.args.size() == 1) return cost_dyn(e);
    std::vector<CostNode> args;
    std::vector<CostEstimate> costs;
    for (const Expr* a : e.args) {
      costs.push_back(cost(*a));
      args.push_back(node(*a));
    }
    if (e.overloads.empty()) return nothing;
    CostEstimate target_cost;
    std::optional<CostNode> target;
    if (e.operand) {
      target_cost = cost(*e.operand);
      target = node(*e.operand);
    }
    CostEstimate function_cost{UINT64_MAX, 0};
    std::optional<SizeEstimate> result_size;
    for (const Overload* o : e.overloads) {
      const CallEstimate estimate = estimate_overload(e, *o, target ? &*target : nullptr, args, costs);
      function_cost = united(function_cost, estimate.cost);
      if (estimate.result_size)
        result_size = result_size ? united(*result_size, *estimate.result_size) : *estimate.result_size;
      if (o->id == "index_list" || o->id == "index_map") {
        const auto entry = entry_size_of(*e.args[0]);
        result_size = entry ? std::optional(entry->value) : std::nullopt;
        paths_[&e] = extended(path_of(*e.args[0]), o->id == "index_list" ? "@items" : "@values");
      }
      if (!result_size) result_size = size_of(e);
    }
    if (result_size) sizes_found_[&e] = *result_size;
    return target_cost + function_cost;
  }

  CostEstimate cost_dyn(const Expr& e) {
    const CostEstimate argument = cost(*e.args[0]);
    if (const auto size = size_of(*e.args[0])) sizes_found_[&e] = *size;
    set_entry_size(e, entry_size_of(*e.args[0]));
    return argument + unit;
  }

  CallEstimate estimate_overload(const Expr& e, const Overload& o, const CostNode* target,
                                 const std::vector<CostNode>& args, const std::vector<CostEstimate>& costs) {
    CostEstimate all;
    for (const CostEstimate& c : costs)
      all = all + c;
    const CallContext context{*o.function, o, target, args, sizes_};
    if (const auto library = estimate_library_call(context))
      return {library->cost + all, library->result_size};
    if (o.id == "logical_and" || o.id == "logical_or")
      return {{costs[0].min, add(costs[0].max, costs[1].max)}, std::nullopt};
    if (o.id == "conditional") {
      set_entry_size(e, joined(entry_size_of(*e.args[1]), entry_size_of(*e.args[2])));
      return {costs[0] + united(costs[1], costs[2]),
              united(cel::size_or_unbounded(args[1]), cel::size_or_unbounded(args[2]))};
    }
    if (o.id == "add_list" || o.id == "add_string" || o.id == "add_bytes") {
      const SizeEstimate size = cel::size_or_unbounded(args[0]) + cel::size_or_unbounded(args[1]);
      set_entry_size(e, joined(entry_size_of(*e.args[0]), entry_size_of(*e.args[1])));
      return {(o.id == "add_list" ? unit : size * traversal_factor) + all, size};
    }
    const CallEstimate standard = estimate_standard_call(context);
    return {standard.cost + all, standard.result_size};
  }

  CostEstimate cost_list(const Expr& e) {
    CostEstimate sum;
    SizeEstimate item = e.args.empty() ? nothing : no_items;
    for (const Expr* a : e.args) {
      sum = sum + cost(*a);
      item = united(item, size_or_unbounded(*a));
    }
    set_entry_size(e, EntrySize{Container::list, unit, item});
    return sum + list_creation;
  }

  CostEstimate cost_map(const Expr& e) {
    CostEstimate sum;
    SizeEstimate key = e.args.empty() ? nothing : no_items, value = key;
    for (std::size_t i = 0; i < e.args.size(); i += 2) {
      sum = sum + cost(*e.args[i]);
      sum = sum + cost(*e.args[i + 1]);
      key = united(key, size_or_unbounded(*e.args[i]));
      value = united(value, size_or_unbounded(*e.args[i + 1]));
    }
    set_entry_size(e, EntrySize{Container::map, key, value});
    return sum + map_creation;
  }

  static bool is_binding(const Comprehension& c) {
    return c.range->kind == ExprKind::list && c.range->args.empty() &&
           c.condition->kind == ExprKind::literal && c.condition->literal.kind == Literal::Kind::boolean &&
           !c.condition->literal.boolean && c.accumulator != accumulator_name;
  }

  CostEstimate cost_binding(const Expr& e, const Comprehension& c) {
    CostEstimate sum = cost(*c.range);
    sum = sum + cost(*c.initial);
    push_value(c.accumulator, *c.initial);
    sum = sum + cost(*c.result);
    const auto size = size_of(*c.result);
    const auto entry = entry_size_of(*c.result);
    locals_.pop_back();
    if (size) sizes_found_[&e] = *size;
    set_entry_size(e, entry);
    return sum;
  }

  void push_value(const std::string& name, const Expr& value) {
    locals_.push_back({name, path_of(value), size_of(value), entry_size_of(value)});
  }

  /// The variables of a fold over `range`.
  void push_iteration(const Comprehension& c) {
    const auto entry = entry_size_of(*c.range);
    const TypeKind kind = c.range->type->kind;
    const bool list = entry ? entry->container == Container::list : kind == TypeKind::list;
    const Path path = path_of(*c.range);
    const auto key = entry ? std::optional(entry->key) : std::nullopt;
    const auto value = entry ? std::optional(entry->value) : std::nullopt;
    if (c.second_variable.empty()) {
      locals_.push_back(
          {c.variable, extended(path, list ? "@items" : "@keys"), list ? value : key, std::nullopt});
      return;
    }
    locals_.push_back({c.variable, extended(path, list ? "@indices" : "@keys"), key, std::nullopt});
    locals_.push_back({c.second_variable, extended(path, list ? "@items" : "@values"), value, std::nullopt});
  }

  CostEstimate cost_fold(const Expr& e, const Comprehension& c) {
    CostEstimate sum = cost(*c.range);
    sum = sum + cost(*c.initial);
    push_value(c.accumulator, *c.initial);
    push_iteration(c);
    const CostEstimate condition = cost(*c.condition);
    const CostEstimate step = cost(*c.step);
    locals_.resize(locals_.size() - (c.second_variable.empty() ? 1 : 2));
    sum = sum + cost(*c.result);
    locals_.pop_back();
    const SizeEstimate count = size_or_unbounded(*c.range);
    sum = sum + count * (step + condition);
    if (c.initial->kind == ExprKind::literal) {
      if (const auto size = size_of(*c.initial)) sizes_found_[&e] = *size;
    } else if (c.initial->kind == ExprKind::list || c.initial->kind == ExprKind::map) {
      sizes_found_[&e] = count;
      set_entry_size(e, entry_size_of(*c.step));
    }
    return sum;
  }

  const SizeEstimator* sizes_;
  std::vector<Local> locals_;
  std::unordered_map<const Expr*, Path> paths_;
  std::unordered_map<const Expr*, SizeEstimate> sizes_found_;
  std::unordered_map<const Expr*, EntrySize> entry_sizes_;
};

}  // namespace

CostEstimate estimate_cost(const Ast& checked, const SizeEstimator* sizes) {
  return Coster(sizes).cost(*checked.root);
}

}  // namespace cel

#include "api/quantity.hpp"
#include "cel/function.hpp"

/// Kubernetes' quantity functions.
namespace cel {

namespace {

using Args = std::span<const Value>;

struct QuantityValue {
  static const OpaqueType type;
  api::Quantity quantity;
};

bool same(const void* a, const void* b) {
  return static_cast<const QuantityValue*>(a)->quantity == static_cast<const QuantityValue*>(b)->quantity;
}
std::string text(const void* data) {
  return static_cast<const QuantityValue*>(data)->quantity.text();
}

const OpaqueType QuantityValue::type{"kubernetes.Quantity", same, text};

Value make(Evaluation& e, const api::Quantity& q) {
  return Value::opaque(&QuantityValue::type, e.arena.make(QuantityValue{q}));
}

Value quantity(Evaluation& e, Args a) {
  const auto q = api::Quantity::parse(a[0].as_text());
  return q ? make(e, *q) : e.fail(q.error().message);
}
Value is_quantity(Evaluation&, Args a) {
  return Value::boolean(api::Quantity::parse(a[0].as_text()).has_value());
}

/// `use` on the quantities that all arguments are.
template <class Use>
Value with(Evaluation& e, Args a, const Use& use) {
  const auto* x = a[0].as<QuantityValue>();
  const auto* y = a.size() > 1 ? a[1].as<QuantityValue>() : x;
  return x && y ? use(x->quantity, y->quantity) : e.no_overload();
}

using Q = const api::Quantity&;

Value sign(Evaluation& e, Args a) {
  return with(e, a, [](Q q, Q) { return Value::integer(q.sign()); });
}
Value is_greater_than(Evaluation& e, Args a) {
  return with(e, a, [](Q x, Q y) { return Value::boolean(x > y); });
}
Value is_less_than(Evaluation& e, Args a) {
  return with(e, a, [](Q x, Q y) { return Value::boolean(x < y); });
}
Value compare_to(Evaluation& e, Args a) {
  return with(e, a, [](Q x, Q y) { return Value::integer(x < y ? -1 : x > y ? 1 : 0); });
}
Value as_approximate_float(Evaluation& e, Args a) {
  return with(e, a, [](Q q, Q) { return Value::floating(q.as_double()); });
}

/// Values beyond 2^63-1 saturate, and are no integers then.
bool whole(Q q) {
  return q.value() != INT64_MAX && q.value() != INT64_MIN && q == api::Quantity::from_value(q.value());
}
Value is_integer(Evaluation& e, Args a) {
  return with(e, a, [](Q q, Q) { return Value::boolean(whole(q)); });
}
Value as_integer(Evaluation& e, Args a) {
  return with(e, a, [&](Q q, Q) {
    return whole(q) ? Value::integer(q.value()) : e.fail_static("cannot convert value to integer");
  });
}

Value add(Evaluation& e, Args a) {
  return with(e, a, [&](api::Quantity x, Q y) { return make(e, x += y); });
}
Value sub(Evaluation& e, Args a) {
  return with(e, a, [&](api::Quantity x, Q y) { return make(e, x -= y); });
}
Value add_int(Evaluation& e, Args a) {
  return with(e, a.first(1),
              [&](api::Quantity x, Q) { return make(e, x += api::Quantity::from_value(a[1].as_integer())); });
}
Value sub_int(Evaluation& e, Args a) {
  return with(e, a.first(1),
              [&](api::Quantity x, Q) { return make(e, x -= api::Quantity::from_value(a[1].as_integer())); });
}

}  // namespace

void add_quantities(FunctionTable& t) {
  t.add("string_to_quantity", "quantity(string): kubernetes.Quantity", quantity);
  t.add("is_quantity_string", "isQuantity(string): bool", is_quantity);
  t.add("quantity_sign", "sign(kubernetes.Quantity): int", sign);
  const std::string member = "kubernetes.Quantity -> ";
  t.add("quantity_is_greater_than", member + "isGreaterThan(kubernetes.Quantity): bool", is_greater_than);
  t.add("quantity_is_less_than", member + "isLessThan(kubernetes.Quantity): bool", is_less_than);
  t.add("quantity_compare_to", member + "compareTo(kubernetes.Quantity): int", compare_to);
  t.add("quantity_get_float", member + "asApproximateFloat(): double", as_approximate_float);
  t.add("quantity_get_int", member + "asInteger(): int", as_integer);
  t.add("quantity_is_integer", member + "isInteger(): bool", is_integer);
  t.add("quantity_add", member + "add(kubernetes.Quantity): kubernetes.Quantity", add);
  t.add("quantity_add_int", member + "add(int): kubernetes.Quantity", add_int);
  t.add("quantity_sub", member + "sub(kubernetes.Quantity): kubernetes.Quantity", sub);
  t.add("quantity_sub_int", member + "sub(int): kubernetes.Quantity", sub_int);
}

}  // namespace cel

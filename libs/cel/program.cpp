#include "cel/program.hpp"
#include <set>
#include "cel/checker.hpp"
#include "cel/parser.hpp"
#include "cel/planner.hpp"

namespace cel {

struct Program::Impl {
  std::shared_ptr<const Environment> environment;
  TypePool types;
  const Type* type = nullptr;
  std::unique_ptr<const Plan> plan;
  std::set<std::string, std::less<>> used;
  CostEstimate estimate;
};

namespace {

void collect_names(const Expr& e, const Environment& environment, std::set<std::string, std::less<>>& out) {
  if (e.variable >= 0) out.insert(environment.variables()[static_cast<std::size_t>(e.variable)].name);
  if (e.operand) collect_names(*e.operand, environment, out);
  for (const Expr* a : e.args)
    collect_names(*a, environment, out);
  if (const Comprehension* c = e.comprehension.get())
    for (const Expr* part : {c->range, c->initial, c->condition, c->step, c->result})
      collect_names(*part, environment, out);
}

}  // namespace

base::Result<Program> compile(std::string_view source, std::shared_ptr<const Environment> environment,
                              const SizeEstimator* sizes) {
  std::vector<Issue> issues;
  auto impl = std::make_shared<Program::Impl>();
  const auto ast = parse(source, issues);
  if (ast) check(*ast, *environment, impl->types, issues);
  if (issues.empty()) validate_literals(*ast, issues);
  if (!issues.empty()) return base::Error(base::Errc::invalid_argument, render(source, std::move(issues)));
  impl->type = ast->root->type;
  impl->estimate = estimate_cost(*ast, sizes);
  collect_names(*ast->root, *environment, impl->used);
  std::string problem;
  impl->plan = plan(*ast, problem);
  if (!impl->plan) return base::Error(base::Errc::invalid_argument, std::move(problem));
  impl->environment = std::move(environment);
  return Program(std::move(impl));
}

const Type& Program::type() const noexcept {
  return *impl_->type;
}
bool Program::uses(std::string_view variable) const noexcept {
  return impl_->used.contains(variable);
}
const CostEstimate& Program::estimate() const noexcept {
  return impl_->estimate;
}
std::size_t Program::local_count() const noexcept {
  return impl_->plan->local_count;
}

base::Result<Value> Program::run(Evaluation& e) const {
  Value v;
  try {
    v = impl_->plan->root->evaluate(e);
  } catch (const std::bad_alloc&) {
    return base::Error(base::Errc::resource_exhausted, "operation cancelled: memory limit exceeded");
  }
  if (e.stopped())
    return base::Error(base::Errc::resource_exhausted, std::string(e.cancelled().failure().message));
  if (v.is_error()) return base::Error(base::Errc::invalid_argument, std::string(v.failure().message));
  return v;
}

base::Result<bool> Program::evaluate_bool(std::span<const Value> variables, std::uint64_t* cost,
                                          std::uint64_t cost_limit) const {
  const auto truth = evaluate(
      variables, [](const Value& v) { return v.is(Kind::boolean) ? static_cast<int>(v.as_boolean()) : -1; },
      cost, cost_limit);
  if (!truth) return truth.error();
  if (*truth < 0) return base::Error(base::Errc::invalid_argument, "cel expression must evaluate to a bool");
  return *truth == 1;
}

base::Result<std::string> Program::evaluate_string(std::span<const Value> variables, std::uint64_t* cost,
                                                   std::uint64_t cost_limit) const {
  const auto text = evaluate(
      variables,
      [](const Value& v) {
        return v.is(Kind::string) ? std::optional<std::string>(v.as_text()) : std::nullopt;
      },
      cost, cost_limit);
  if (!text) return text.error();
  if (!*text) return base::Error(base::Errc::invalid_argument, "cel expression must evaluate to a string");
  return std::move(**text);
}

}  // namespace cel

#include "cel/rule.hpp"

namespace cel {

namespace {

std::string text(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

/// A string as Go's %q writes it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    static constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"", letters = "abfnrtv\\\"";
    const auto i = plain.find(c);
    if (i == std::string_view::npos) {
      out += c;
    } else {
      out += {'\\', letters[i]};
    }
  }
  return out + "\"";
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t\n\v\f\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n\v\f\r") - first + 1);
}

const json::object* child_schema(const json::object& schema, std::string_view key) noexcept {
  const json::value* v = schema.if_contains(key);
  return v ? v->if_object() : nullptr;
}

std::string Rule::go_text() const {
  // Pointers are printed as such; which address does not matter.
  const std::string reason_text = reason ? "(*apiextensions.FieldValueErrorReason)(0xc000000000)"
                                         : "(*apiextensions.FieldValueErrorReason)(nil)";
  return "apiextensions.ValidationRule{Rule:" + quoted(rule) + ", Message:" + quoted(message) +
         ", MessageExpression:" + quoted(message_expression) + ", Reason:" + reason_text +
         ", FieldPath:" + quoted(field_path) +
         ", OptionalOldSelf:" + (optional_old_self ? "(*bool)(0xc000000000)" : "(*bool)(nil)") + "}";
}

std::vector<Rule> read_rules(const json::object& schema) {
  std::vector<Rule> out;
  const json::value* rules = schema.if_contains("x-kubernetes-validations");
  if (!rules || !rules->is_array()) return out;
  for (const auto& entry : rules->get_array()) {
    const json::object* o = entry.if_object();
    if (!o) continue;
    Rule r{
        text(*o, "rule"), text(*o, "message"), text(*o, "messageExpression"), text(*o, "fieldPath"), {}, {}};
    if (const auto* reason = o->if_contains("reason"); reason && reason->is_string())
      r.reason = std::string(reason->get_string());
    if (const auto* optional = o->if_contains("optionalOldSelf"); optional && optional->is_bool())
      r.optional_old_self = optional->get_bool();
    out.push_back(std::move(r));
  }
  return out;
}

namespace {

/// Sizes by the schema of self, whatever the variable is called (upstream's rule).
class SchemaSizes final : public SizeEstimator {
 public:
  explicit SchemaSizes(const Schema& root) : root_(root) {}

  std::optional<SizeEstimate> size(std::span<const std::string> path) const override {
    const Schema* at = &root_;
    for (const std::string& step : path.subspan(1)) {
      if (!at) return std::nullopt;  // within a key
      if (step == "@items" || step == "@values") {
        if (!at->element) return std::nullopt;
        at = at->element;
      } else if (step == "@keys") {
        if (at->form != Form::map) return std::nullopt;
        at = nullptr;
      } else {
        const Property* p = at->property_escaped(step);
        if (!p || !p->schema->exposed) return std::nullopt;
        at = p->schema;
      }
    }
    return SizeEstimate{0, at ? static_cast<std::uint64_t>(at->elements_max) : 0};
  }

 private:
  const Schema& root_;
};

class RuleCompiler {
 public:
  RuleCompiler(const json::object& schema, const Schema& node, std::shared_ptr<const SchemaTree> tree)
      : schema_(schema), node_(node), tree_(std::move(tree)), sizes_(node) {}

  CompiledRule compile_rule(Rule rule) {
    CompiledRule out;
    out.rule = std::move(rule);
    if (trimmed(out.rule.rule).empty()) return out;
    const auto environment = environment_for(out.rule);
    auto program = checked(out.rule.rule, environment, types::boolean, "",
                           "cel expression must evaluate to a bool", out.problem);
    if (!program) return out;
    out.uses_old_self = program->uses("oldSelf");
    out.program = std::move(program);
    if (!out.rule.message_expression.empty())
      out.message = checked(out.rule.message_expression, environment, types::string, "messageExpression ",
                            "messageExpression must evaluate to a string", out.message_problem);
    std::string ignored;
    if (!out.rule.field_path.empty())
      out.field_path = resolve_field_path(out.rule.field_path, schema_, ignored).value_or("");
    return out;
  }

 private:
  std::shared_ptr<const Environment> environment_for(const Rule& rule) {
    const bool optional = rule.optional_old_self.value_or(false);
    auto& environment = optional ? optional_ : plain_;
    if (!environment) {
      auto made = std::make_shared<Environment>();
      made->own(tree_);
      made->declare("self", &node_, "selfType");
      made->declare("oldSelf", &node_, "selfType", optional);
      environment = std::move(made);
    }
    return environment;
  }

  std::optional<Program> checked(const std::string& source,
                                 const std::shared_ptr<const Environment>& environment, const Type& type,
                                 const std::string& what, const std::string& wrong_type,
                                 std::string& problem) {
    auto program = compile(source, environment, &sizes_);
    if (!program) {
      const std::string& message = program.error().message;
      const bool compiles = !message.starts_with("ERROR: ");
      problem = (compiles && what.empty() ? "program " : what) +
                (compiles ? "instantiation failed: " : "compilation failed: ") + message;
      return std::nullopt;
    }
    if (program->type().kind != type.kind) {
      problem = wrong_type;
      return std::nullopt;
    }
    return std::move(*program);
  }

  const json::object& schema_;
  const Schema& node_;
  std::shared_ptr<const SchemaTree> tree_;
  SchemaSizes sizes_;
  std::shared_ptr<const Environment> plain_, optional_;
};

}  // namespace

std::vector<CompiledRule> compile_rules(const json::object& schema, const Schema& node,
                                        std::shared_ptr<const SchemaTree> tree) {
  RuleCompiler compiler(schema, node, std::move(tree));
  std::vector<CompiledRule> out;
  for (Rule& r : read_rules(schema))
    out.push_back(compiler.compile_rule(std::move(r)));
  return out;
}

}  // namespace cel

#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>
#include "cel/program.hpp"
#include "cel/schema.hpp"

/// One entry of x-kubernetes-validations, and what comes of compiling it.
namespace cel {

struct Rule {
  std::string rule, message, message_expression, field_path;
  std::optional<std::string> reason;
  std::optional<bool> optional_old_self;

  /// As Go prints the entry, for messages.
  std::string go_text() const;
};

/// Those of one schema node (JSONSchemaProps); what is of a wrong type counts as absent.
std::vector<Rule> read_rules(const json::object& schema);

struct CompiledRule {
  Rule rule;
  std::optional<Program> program;  ///< Absent: it does not compile, or there is nothing to compile.
  std::string problem;             ///< Upstream's words for why.
  bool uses_old_self = false;
  std::optional<Program> message;
  std::string message_problem;
  std::string field_path;  ///< Of the value that is wrong, relative to the node's; "" for the node's own.
};

/// Compiles the rules of a node: `schema` as it was written, `node` as expressions see it.
std::vector<CompiledRule> compile_rules(const json::object& schema, const Schema& node,
                                        std::shared_ptr<const SchemaTree> tree);

/// A rule's fieldPath in the form of errors ("spec.list['a']" becomes "spec.list[a]"); empty, with `problem`
/// set, if it leads nowhere in the schema.
std::optional<std::string> resolve_field_path(std::string_view path, const json::object& schema,
                                              std::string& problem);

std::string_view trimmed(std::string_view text) noexcept;

/// The parts of a schema, null where they are not.
const json::object* child_schema(const json::object& schema, std::string_view key) noexcept;

}  // namespace cel

#pragma once
#include <deque>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>
#include "cel/evaluation.hpp"
#include "cel/type.hpp"

/// Functions and operators: what the checker may choose among and what the evaluator runs.
namespace cel {

struct Function;

/// What a call cost, beyond its arguments.
using RunCost = std::uint64_t (*)(Evaluation&, std::span<const Value> args, const Value& result);

/// One form of a function.
struct Overload {
  std::string id;  ///< cel-go's: costs are told by it.
  const Function* function = nullptr;
  bool member = false;  ///< Called as a.f(b); the target is the first parameter.
  std::vector<const Type*> parameters;
  const Type* result = nullptr;
  Native native = nullptr;  ///< Null: the evaluator knows it (&&, ?:, ==, indexing, or).

  /// The arguments are of the parameters' kinds; what lists and maps hold is not looked at.
  bool accepts(std::span<const Value> args) const noexcept;

 private:
  friend class FunctionTable;
  std::vector<std::uint32_t> kinds_;  ///< Bit 1 << Kind, a parameter each.
};

struct Function {
  std::string name;
  std::deque<Overload> overloads;
};

/// Written once, then only read.
class FunctionTable {
 public:
  /// `signature`: "size(string): int", or "string -> charAt(int): string" for members; types as parse_type
  /// reads them.
  void add(std::string_view id, std::string_view signature, Native native);
  const Function* find(std::string_view name) const noexcept;

 private:
  std::map<std::string, Function, std::less<>> functions_;
  TypePool types_;
};

/// Everything Kubernetes 1.35 has: the standard functions and operators, optionals, and the libraries.
const FunctionTable& kubernetes_functions();

// One a file; kubernetes_functions calls them all.
void add_arithmetic(FunctionTable& table);
void add_comparisons(FunctionTable& table);
void add_conversions(FunctionTable& table);
void add_times(FunctionTable& table);
void add_standard_strings(FunctionTable& table);  ///< size, contains, startsWith, endsWith, matches
void add_optionals(FunctionTable& table);
void add_strings(FunctionTable& table);  ///< charAt, split, ...
void add_string_format(FunctionTable& table);
void add_regex(FunctionTable& table);
void add_lists(FunctionTable& table);            ///< Kubernetes': sum, min, isSorted, ...
void add_list_extensions(FunctionTable& table);  ///< cel-go's: slice, sort, distinct, ...
void add_sets(FunctionTable& table);
void add_urls(FunctionTable& table);
void add_addresses(FunctionTable& table);  ///< IP and CIDR
void add_quantities(FunctionTable& table);
void add_semvers(FunctionTable& table);
void add_named_formats(FunctionTable& table);
void add_authorizer(FunctionTable& table);

}  // namespace cel

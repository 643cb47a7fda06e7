#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Types as the checker sees them.
namespace cel {

struct Schema;

enum class TypeKind : std::uint8_t {
  dyn,
  error,  ///< Of an expression that was reported already; goes with everything.
  null,
  boolean,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  duration,
  timestamp,
  list,       ///< parameters: element.
  map,        ///< parameters: key, value.
  type,       ///< parameters: the type it is, or none.
  object,     ///< Fields of `schema`; without one, a Kubernetes type of that name without fields.
  opaque,     ///< Named, with parameters: optional_type, net.IP.
  parameter,  ///< A variable: of a declaration ("A"), or made while checking.
};

/// Immutable. Lives in a TypePool or for the whole process.
struct Type {
  TypeKind kind = TypeKind::dyn;
  std::string name;
  std::vector<const Type*> parameters;
  const Schema* schema = nullptr;
  int variable = -1;         ///< Parameters the checker made: their number.
  std::uint32_t weight = 1;  ///< Nodes written out as a tree; bounded by TypePool.
};

/// Those without parameters.
namespace types {
extern const Type dyn, error, null, boolean, integer, uinteger, floating, string, bytes, duration, timestamp,
    type;
}

inline constexpr std::string_view optional_type_name = "optional_type";
inline bool is_optional(const Type& t) noexcept {
  return t.kind == TypeKind::opaque && t.name == optional_type_name;
}

/// Makes types and owns them. Types may refer to those of another pool that lives longer.
class TypePool {
 public:
  const Type* list(const Type* element);
  const Type* map(const Type* key, const Type* value);
  const Type* optional(const Type* value);
  const Type* type_of(const Type* t);
  const Type* object(std::string name, const Schema* schema = nullptr);
  const Type* opaque(std::string name, std::vector<const Type*> parameters = {});
  const Type* parameter(std::string name);
  const Type* variable(int number);
  /// True once a type outgrew `weight_max`, which only expressions made for that do; dyn took its place.
  bool overgrown() const noexcept { return overgrown_; }

 private:
  static constexpr std::uint32_t weight_max = 10'000;
  const Type* add(Type t);
  std::deque<Type> types_;
  bool overgrown_ = false;
};

/// Equal in structure and names.
bool same(const Type& a, const Type& b) noexcept;
/// "list(int)", "map(string, dyn)", as cel-go's messages have it.
std::string format(const Type& t);
/// "(int, string)", or "string.(int)" where the first is the target of a member call.
std::string format_arguments(std::span<const Type* const> arguments, bool member);

/// Reads "list(A)", "map(string, optional(int))", "kubernetes.URL": the form declarations of functions use.
/// Single capitals are parameters. Asserts that the text is well-formed.
const Type* parse_type(std::string_view text, TypePool& pool);

}  // namespace cel

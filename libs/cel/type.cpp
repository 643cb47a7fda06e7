#include "cel/type.hpp"
#include "base/assert.hpp"

namespace cel {

namespace types {
const Type dyn{TypeKind::dyn, "dyn"}, error{TypeKind::error, "!error!"}, null{TypeKind::null, "null"},
    boolean{TypeKind::boolean, "bool"}, integer{TypeKind::integer, "int"},
    uinteger{TypeKind::uinteger, "uint"}, floating{TypeKind::floating, "double"},
    string{TypeKind::string, "string"}, bytes{TypeKind::bytes, "bytes"},
    duration{TypeKind::duration, "duration"}, timestamp{TypeKind::timestamp, "timestamp"},
    type{TypeKind::type, "type"};
}  // namespace types

const Type* TypePool::add(Type t) {
  std::uint64_t weight = 1;
  for (const Type* p : t.parameters)
    weight += p->weight;
  if (weight > weight_max) {
    overgrown_ = true;
    return &types::dyn;
  }
  t.weight = static_cast<std::uint32_t>(weight);
  return &types_.emplace_back(std::move(t));
}

const Type* TypePool::list(const Type* element) {
  return add({TypeKind::list, "list", {element}});
}
const Type* TypePool::map(const Type* key, const Type* value) {
  return add({TypeKind::map, "map", {key, value}});
}
const Type* TypePool::optional(const Type* value) {
  return add({TypeKind::opaque, std::string(optional_type_name), {value}});
}
const Type* TypePool::type_of(const Type* t) {
  return add({TypeKind::type, "type", {t}});
}
const Type* TypePool::object(std::string name, const Schema* schema) {
  return add({TypeKind::object, std::move(name), {}, schema});
}
const Type* TypePool::opaque(std::string name, std::vector<const Type*> parameters) {
  return add({TypeKind::opaque, std::move(name), std::move(parameters)});
}
const Type* TypePool::parameter(std::string name) {
  return add({TypeKind::parameter, std::move(name)});
}
const Type* TypePool::variable(int number) {
  return add({TypeKind::parameter, "_var" + std::to_string(number), {}, nullptr, number});
}

bool same(const Type& a, const Type& b) noexcept {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.weight != b.weight || a.name != b.name) return false;
  if (a.parameters.size() != b.parameters.size()) return false;
  for (std::size_t i = 0; i < a.parameters.size(); ++i)
    if (!same(*a.parameters[i], *b.parameters[i])) return false;
  return true;
}

std::string format(const Type& t) {
  if (t.parameters.empty()) return t.name;
  std::string out = t.name + "(";
  for (std::size_t i = 0; i < t.parameters.size(); ++i)
    out += (i ? ", " : "") + format(*t.parameters[i]);
  return out + ")";
}

std::string format_arguments(std::span<const Type* const> arguments, bool member) {
  std::string out;
  if (member) {
    out = format(*arguments[0]) + ".";
    arguments = arguments.subspan(1);
  }
  out += "(";
  for (std::size_t i = 0; i < arguments.size(); ++i)
    out += (i ? ", " : "") + format(*arguments[i]);
  return out + ")";
}

namespace {

const Type* simple_type(std::string_view name) {
  for (const Type* t :
       {&types::dyn, &types::null, &types::boolean, &types::integer, &types::uinteger, &types::floating,
        &types::string, &types::bytes, &types::duration, &types::timestamp, &types::type})
    if (t->name == name) return t;
  return nullptr;
}

struct TypeReader {
  std::string_view text;
  TypePool& pool;

  const Type* read() {
    const auto end = text.find_first_of("(,)");
    const std::string name(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
    std::vector<const Type*> inner;
    if (text.starts_with('(')) inner = read_list();
    return make(name, std::move(inner));
  }

  std::vector<const Type*> read_list() {
    std::vector<const Type*> out;
    do {
      text.remove_prefix(1);
      while (text.starts_with(' '))
        text.remove_prefix(1);
      out.push_back(read());
    } while (text.starts_with(','));
    COX_ASSERT(text.starts_with(')'), "a type's parameters end");
    text.remove_prefix(1);
    return out;
  }

  const Type* make(const std::string& name, std::vector<const Type*> inner) {
    if (name == "list") return pool.list(inner.at(0));
    if (name == "map") return pool.map(inner.at(0), inner.at(1));
    if (name == "optional") return pool.optional(inner.at(0));
    if (name == "type" && !inner.empty()) return pool.type_of(inner[0]);
    if (const Type* t = simple_type(name)) return t;
    if (name.size() == 1) return pool.parameter(name);
    return name.starts_with("net.") ? pool.opaque(name) : pool.object(name);
  }
};

}  // namespace

const Type* parse_type(std::string_view text, TypePool& pool) {
  TypeReader reader{text, pool};
  const Type* t = reader.read();
  COX_ASSERT(reader.text.empty(), "nothing follows a type");
  return t;
}

}  // namespace cel

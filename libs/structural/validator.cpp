#include <re2/re2.h>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <limits>
#include <map>
#include "api/decode.hpp"
#include "structural/values.hpp"

/// Upstream's validator of JSON schemas (kube-openapi), with its order, its words and its choice of which
/// failures of anyOf and oneOf to tell.
namespace structural {
namespace {

using api::field::Error;
using api::field::Reason;

struct Number {
  bool integral;  ///< It was written as one.
  std::int64_t integer;
  double real;
};

Number number_of(const json::value& v) {
  if (v.is_int64()) return {true, v.get_int64(), static_cast<double>(v.get_int64())};
  return {false, 0, v.is_uint64() ? static_cast<double>(v.get_uint64()) : v.get_double()};
}

bool is_whole(double d) {
  return std::isfinite(d) && std::fabs(d) < 9007199254740992.0 && std::trunc(d) == d;
}

std::string_view type_of(const json::value& v) {
  if (v.is_null()) return "null";
  if (v.is_bool()) return "boolean";
  if (v.is_string()) return "string";
  if (v.is_array()) return "array";
  if (v.is_object()) return "object";
  return v.is_int64() ? "integer" : "number";
}

std::string_view format_of(const json::value& v) {
  if (v.is_int64()) return "int64";
  return v.is_number() ? "float64" : "";
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

/// The format if it means something for values of that type, as upstream leaves out the others.
std::string format_for(const Schema& s) {
  const auto& f = s.values.format;
  if (f.empty() || s.extensions.int_or_string) return {};
  if (s.type.empty() || s.type == "string") return is_known_format(f) ? f : std::string();
  if (s.type == "integer") return f == "int32" || f == "int64" ? f : std::string();
  if (s.type == "number") return f == "float" || f == "double" ? f : std::string();
  return {};
}

/// What one schema says of one value. `matches` counts what was fine: of several alternatives that all fail,
/// the one that came closest is told.
struct Outcome {
  std::vector<Error> errors;
  int matches = 0;
  bool valid() const { return errors.empty(); }
  void add(Error e) {
    const auto same = [&](const Error& other) { return other.path == e.path && other.text() == e.text(); };
    if (std::none_of(errors.begin(), errors.end(), same)) errors.push_back(std::move(e));
  }
  void merge(Outcome other) {
    for (auto& e : other.errors)
      add(std::move(e));
    matches += other.matches;
  }
};

}  // namespace

struct Validator::Patterns {
  std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>> compiled;
};

namespace {

using Compiled = std::map<std::string, std::unique_ptr<re2::RE2>, std::less<>>;

void collect(const Schema& schema, Compiled& out) {
  any_node(schema, [&](const Schema& s) {
    const auto& p = s.values.pattern;
    if (!p.empty() && !out.contains(p)) out.emplace(p, std::make_unique<re2::RE2>(p, re2::RE2::Quiet));
    return false;
  });
}

/// Where in an object a value is: as the messages say it, which is also the error's path below `base`.
std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

class Run {
 public:
  Run(const Compiled& patterns, const Path& base) : patterns_(patterns), base_(base) {}

  /// `old`: what the value was, null if that cannot be told; only with `ratchet`.
  Outcome value(const json::value& v, const Schema& s, const std::string& path, const json::value* old,
                bool ratchet = false) {
    auto out = all(v, s, path, old);
    if (ratchet && !out.valid() && old && api::deep_equal(v, *old)) out.errors.clear();
    return out;
  }

 private:
  Outcome all(const json::value& v, const Schema& s, const std::string& path, const json::value* old) {
    Outcome out;
    const auto format = format_for(s);
    const bool typed = !s.type.empty() || s.extensions.int_or_string || !format.empty();
    if (v.is_null()) {
      type(v, s, format, path, out);
      enumeration(v, s, path, out);
      return out;
    }
    if (typed) {
      type(v, s, format, path, out);
      ++out.matches;
    }
    out.merge(combinations(v, s, path));
    ++out.matches;
    if (v.is_string()) {
      text(v, s, path, out);
      if (!format.empty() && is_known_format(format) && !is_format(format, v.get_string()))
        fail(Reason::type_invalid, path, v, " in body must be of type " + format + ": " + json::serialize(v),
             out);
      out.matches += is_known_format(format) ? 2 : 1;
    }
    if (v.is_number()) {
      number(v, s, format, path, out);
      out.matches += 2;
    }
    if (v.is_array()) {
      list(v.get_array(), s, path, old, out);
      out.matches += 2;
    }
    enumeration(v, s, path, out);
    ++out.matches;
    if (v.is_object()) {
      object(v.get_object(), s, path, old, out);
      ++out.matches;
    }
    ++out.matches;
    return out;
  }

  Path at(const std::string& path) const {
    if (path.empty()) return base_;
    if (path.front() == '[' || base_.text().empty()) return Path(base_.text() + path);
    return base_.child(path);
  }

  /// `what`: the message after the path.
  void fail(Reason reason, const std::string& path, json::value bad, const std::string& what, Outcome& out) {
    out.add({reason, at(path).text(), std::move(bad), path + what, false});
  }

  void type(const json::value& v, const Schema& s, const std::string& format, const std::string& path,
            Outcome& out) {
    std::vector<std::string_view> types;
    if (s.extensions.int_or_string)
      types = {"integer", "string"};
    else if (!s.type.empty())
      types = {s.type};
    const auto has = [&](std::string_view t) {
      return std::find(types.begin(), types.end(), t) != types.end();
    };
    const auto wanted = [&] {
      std::string text;
      for (const auto t : types)
        text.append(text.empty() ? "" : ",").append(t);
      return text;
    };
    const auto mismatch = [&](const std::string& must, std::string_view is) {
      fail(Reason::type_invalid, path, json::string(is),
           " in body must be of type " + must + ": \"" + std::string(is) + "\"", out);
    };
    if (v.is_null()) {
      if (!types.empty() && !s.nullable)
        mismatch(wanted(), "null");
      else
        ++out.matches;
      return;
    }
    const auto is = type_of(v);
    const bool whole = is == "number" && is_whole(number_of(v).real) && has("integer");
    const bool wider = is == "integer" && has("number");
    const bool textual = v.is_string() || v.is_array();
    if (!textual && !format.empty() && !has(is) && !whole && !wider) return mismatch(format, format_of(v));
    const bool numeric = has("number") || has("integer");
    if (!numeric && !format.empty() && textual) {
      ++out.matches;
      return;
    }
    if (!has(is) && !whole && !wider) return mismatch(wanted(), is);
    ++out.matches;
  }

  Outcome combinations(const json::value& v, const Schema& s, const std::string& path) {
    Outcome out;
    const auto& w = s.values;
    if (!w.any_of.empty()) any_of(v, w.any_of, path, out);
    if (!w.one_of.empty()) one_of(v, w.one_of, path, out);
    if (!w.all_of.empty()) all_of(v, w.all_of, path, out);
    if (w.not_ && value(v, *w.not_, path, nullptr).valid())
      composite(path, " must not validate the schema (not)", out);
    ++out.matches;
    return out;
  }

  /// Upstream's composite failures name the path in quotes and are about the whole object.
  void composite(const std::string& path, const std::string& what, Outcome& out) {
    out.add({Reason::invalid, base_.text(), "", "\"" + path + "\"" + what, false});
  }

  void any_of(const json::value& v, const std::vector<SchemaPtr>& list, const std::string& path,
              Outcome& out) {
    std::optional<Outcome> best;
    for (const auto& s : list) {
      auto one = value(v, *s, path, nullptr);
      if (one.valid()) return out.merge(std::move(one));
      if (!best || one.matches > best->matches) best = std::move(one);
    }
    composite(path, " must validate at least one schema (anyOf)", out);
    out.merge(std::move(*best));
  }

  void one_of(const json::value& v, const std::vector<SchemaPtr>& list, const std::string& path,
              Outcome& out) {
    std::optional<Outcome> best, first;
    int good = 0;
    for (const auto& s : list) {
      auto one = value(v, *s, path, nullptr);
      if (one.valid()) {
        ++good;
        best.reset();
        if (!first) first = std::move(one);
      } else if (good == 0 && (!best || one.matches > best->matches)) {
        best = std::move(one);
      }
    }
    if (good == 1) return out.merge(std::move(*first));
    const std::string found =
        good == 0 ? "Found none valid" : "Found " + std::to_string(good) + " valid alternatives";
    composite(path, " must validate one and only one schema (oneOf). " + found, out);
    if (best) out.merge(std::move(*best));
  }

  void all_of(const json::value& v, const std::vector<SchemaPtr>& list, const std::string& path,
              Outcome& out) {
    std::size_t good = 0;
    for (const auto& s : list) {
      auto one = value(v, *s, path, nullptr);
      good += one.valid();
      out.merge(std::move(one));
    }
    if (good != list.size())
      composite(path,
                std::string(" must validate all the schemas (allOf)") + (good == 0 ? ". None validated" : ""),
                out);
  }

  /// The first that is wrong.
  void text(const json::value& v, const Schema& s, const std::string& path, Outcome& out) {
    const auto& w = s.values;
    const std::string_view t = v.get_string();
    const auto size = static_cast<std::int64_t>(code_points(t));
    if (w.max_length && size > *w.max_length) {
      out.add({Reason::too_long, at(path).text(), "",
               "may not be more than " + std::to_string(*w.max_length) + " bytes", false});
    } else if (w.min_length && size < *w.min_length) {
      fail(Reason::invalid, path, v,
           " in body should be at least " + std::to_string(*w.min_length) + " chars long", out);
    } else if (!w.pattern.empty()) {
      const auto& re = *patterns_.find(w.pattern)->second;
      if (!re.ok())
        fail(Reason::invalid, path, v,
             " in body should match '" + w.pattern + ", but pattern is invalid: " + re.error() + "'", out);
      else if (!re2::RE2::PartialMatch(re2::StringPiece(t.data(), t.size()), re))
        fail(Reason::invalid, path, v, " in body should match '" + w.pattern + "'", out);
    }
  }

  static bool in_range(const Number& n, const std::string& format) {
    if (format == "int32") {
      const auto min = std::numeric_limits<std::int32_t>::min(),
                 max = std::numeric_limits<std::int32_t>::max();
      return n.integral ? n.integer >= min && n.integer <= max
                        : n.real >= min && n.real <= max && is_whole(n.real);
    }
    return format != "float" || std::fabs(n.real) <= std::numeric_limits<float>::max();
  }

  void number(const json::value& v, const Schema& s, const std::string& format, const std::string& path,
              Outcome& out) {
    const auto& w = s.values;
    const auto n = number_of(v);
    if (!in_range(n, format))
      out.add({Reason::invalid, base_.text(), "",
               "Checked value must be of type " + s.type + " with format " + format + " in " + path, false});
    // Bounds of integers are compared and told as integers.
    const auto shown = [&](double bound) {
      return n.integral ? std::to_string(static_cast<std::int64_t>(bound)) : number_text(bound);
    };
    const auto compare = [&](double bound) {
      if (!n.integral) return n.real < bound ? -1 : n.real > bound ? 1 : 0;
      const auto whole = static_cast<std::int64_t>(bound);
      return n.integer < whole ? -1 : n.integer > whole ? 1 : 0;
    };
    if (w.multiple_of) multiple(v, n, *w.multiple_of, path, out);
    if (w.minimum && (compare(*w.minimum) < 0 || (w.exclusive_minimum && compare(*w.minimum) == 0)))
      fail(Reason::invalid, path, v,
           std::string(" in body should be greater than ") + (w.exclusive_minimum ? "" : "or equal to ") +
               shown(*w.minimum),
           out);
    if (w.maximum && (compare(*w.maximum) > 0 || (w.exclusive_maximum && compare(*w.maximum) == 0)))
      fail(Reason::invalid, path, v,
           std::string(" in body should be less than ") + (w.exclusive_maximum ? "" : "or equal to ") +
               shown(*w.maximum),
           out);
  }

  void multiple(const json::value& v, const Number& n, double factor, const std::string& path, Outcome& out) {
    if (factor <= 0 || (n.integral && static_cast<std::int64_t>(factor) <= 0)) {
      const auto text = n.integral ? std::to_string(static_cast<std::int64_t>(factor)) : number_text(factor);
      out.add({Reason::invalid, at(path).text(), v,
               "factor MultipleOf declared for " + path + " must be positive: " + text, false});
      return;
    }
    const bool fits = n.integral ? n.integer % static_cast<std::int64_t>(factor) == 0
                                 : is_whole(factor < 1 ? 1 / factor * n.real : n.real / factor);
    const auto text = n.integral ? std::to_string(static_cast<std::int64_t>(factor)) : number_text(factor);
    if (!fits) fail(Reason::invalid, path, v, " in body should be a multiple of " + text, out);
  }

  void too_many(const std::string& path, std::size_t actual, std::int64_t max, Outcome& out) {
    Errors one;
    one.too_many(at(path), actual, static_cast<std::size_t>(std::max<std::int64_t>(max, 0)));
    for (const auto& e : one)
      out.add(e);
  }

  void list(const json::array& a, const Schema& s, const std::string& path, const json::value* old,
            Outcome& out) {
    const auto& w = s.values;
    const auto size = static_cast<std::int64_t>(a.size());
    for (std::size_t i = 0; s.items && i < a.size(); ++i) {
      const auto* before = old ? old_item(*old, a[i], s, i) : nullptr;
      out.merge(value(a[i], *s.items, path + "[" + std::to_string(i) + "]", before, before != nullptr));
    }
    if (w.min_items && size < *w.min_items)
      fail(Reason::invalid, path, size,
           " in body should have at least " + std::to_string(*w.min_items) + " items", out);
    if (w.max_items && size > *w.max_items) too_many(path, a.size(), *w.max_items, out);
  }

  /// The item of the old list that this one was, where the list type tells: by its keys, or by being equal in
  /// a set.
  static const json::value* old_item(const json::value& old, const json::value& item, const Schema& s,
                                     std::size_t) {
    if (!old.is_array() || s.extensions.list_type != "map" || !item.is_object()) return nullptr;
    for (const auto& candidate : old.get_array()) {
      if (!candidate.is_object()) continue;
      const auto& keys = s.extensions.list_map_keys;
      const bool same = std::all_of(keys.begin(), keys.end(), [&](const auto& key) {
        const auto *a = item.get_object().if_contains(key), *b = candidate.get_object().if_contains(key);
        return (!a && !b) || (a && b && api::deep_equal(*a, *b));
      });
      if (same) return &candidate;
    }
    return nullptr;
  }

  static const json::value* old_member(const json::value* old, const Schema& s, std::string_view name) {
    if (!old || !old->is_object() || s.extensions.map_type == "atomic") return nullptr;
    return old->get_object().if_contains(name);
  }

  void object(const json::object& o, const Schema& s, const std::string& path, const json::value* old,
              Outcome& out) {
    const auto& w = s.values;
    const auto size = static_cast<std::int64_t>(o.size());
    if (w.min_properties && size < *w.min_properties)
      fail(Reason::invalid, path, size,
           " in body should have at least " + std::to_string(*w.min_properties) + " properties", out);
    if (w.max_properties && size > *w.max_properties) too_many(path, o.size(), *w.max_properties, out);
    for (const auto& [name, v] : o) {
      const bool regular = s.properties.contains(name);
      if (s.has_additional && !s.additional_allowed && !regular)
        fail(Reason::invalid, path, json::string(name),
             "." + std::string(name) + " in body is a forbidden property", out);
      if (regular || !s.additional) continue;
      const auto* before = old_member(old, s, name);
      out.merge(value(v, *s.additional, below(path, name), before, before != nullptr));
    }
    for (const auto& [name, child] : s.properties) {
      const auto* v = o.if_contains(name);
      if (!v) continue;
      const bool type_meta = path.empty() && (name == "kind" || name == "apiVersion");
      const auto* before = type_meta ? nullptr : old_member(old, s, name);
      out.merge(value(*v, *child, below(path, name), before, before != nullptr));
    }
    for (const auto& name : w.required)
      if (!o.contains(name)) out.add({Reason::required, at(below(path, name)).text(), nullptr, "", false});
  }

  void enumeration(const json::value& v, const Schema& s, const std::string& path, Outcome& out) {
    const auto& list = s.values.enumeration;
    if (list.empty()) return;
    const auto same = [&](const json::value& e) {
      if (e.is_number() && v.is_number()) return number_of(e).real == number_of(v).real;
      return api::deep_equal(e, v);
    };
    if (!v.is_null() && std::any_of(list.begin(), list.end(), same)) return;
    std::string supported;
    for (const auto& e : list) {
      const std::string text = e.is_string() ? std::string(e.get_string()) : api::encode(e);
      supported += (supported.empty() ? "supported values: " : ", ") + json::serialize(json::string(text));
    }
    out.add({Reason::not_supported, at(path).text(), v, std::move(supported), false});
  }

  const Compiled& patterns_;
  const Path base_;
};

}  // namespace

Validator::Validator(SchemaPtr schema) : schema_(std::move(schema)) {
  auto patterns = std::make_unique<Patterns>();
  collect(*schema_, patterns->compiled);
  patterns_ = std::move(patterns);
}
Validator::~Validator() = default;
Validator::Validator(Validator&&) noexcept = default;
Validator& Validator::operator=(Validator&&) noexcept = default;

void Validator::validate(const json::value& value, const Path& path, Errors& errors) const {
  for (auto& e : Run(patterns_->compiled, path).value(value, *schema_, "", nullptr).errors)
    errors.add(std::move(e));
}

void Validator::validate_update(const json::value& value, const json::value* old, const Path& path,
                                Errors& errors) const {
  for (auto& e : Run(patterns_->compiled, path).value(value, *schema_, "", old, old != nullptr).errors)
    errors.add(std::move(e));
}

}  // namespace structural

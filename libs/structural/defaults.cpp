#include "structural/structure.hpp"
#include "structural/values.hpp"

namespace structural {
namespace {

bool replaceable(const json::value& v, const Schema* s) {
  return v.is_null() && s && !s->nullable;
}

/// A default that is in metadata (or kind, apiVersion) of an embedded resource, put where it would be.
json::value surrounded(const std::vector<std::string>& steps, const json::value& inner) {
  json::value v = inner;
  for (auto it = steps.rbegin(); it != steps.rend(); ++it) {
    json::value outer;
    if (*it == "[]")
      outer = json::array{std::move(v)};
    else
      outer = json::object{{*it, std::move(v)}};
    v = std::move(outer);
  }
  auto& root = v.is_object() ? v.get_object() : v.emplace_object();
  if (!root.contains("apiVersion")) root["apiVersion"] = "validation/v1";
  if (!root.contains("kind")) root["kind"] = "Validation";
  return v;
}

std::string joined(const Errors& errors) {
  std::string out;
  for (const auto& e : errors)
    out += (out.empty() ? "" : ", ") + e.text();
  return errors.size() > 1 ? "[" + out + "]" : out;
}

class DefaultChecker {
 public:
  DefaultChecker(bool pruned, Errors& errors) : pruned_(pruned), errors_(errors) {}

  /// `root` and `steps`: the embedded resource this is in, and the way from it.
  void node(const SchemaPtr& s, const Path& path, bool is_resource, const Schema* root,
            std::vector<std::string> steps, bool inside_metadata) {
    const bool resource = is_resource || s->extensions.embedded_resource;
    if (resource) {
      root = s.get();
      steps.clear();
      inside_metadata = false;
    }
    if (s->default_value) own(s, path.child("default"), resource, root, steps, inside_metadata);
    if (s->items) {
      steps.emplace_back("[]");
      node(s->items, path.child("items"), false, root, steps, inside_metadata);
      steps.pop_back();
    }
    for (const auto& [name, child] : s->properties) {
      const bool meta = resource && (name == "metadata" || name == "apiVersion" || name == "kind");
      steps.push_back(name);
      node(child, path.child("properties").key(name), false, root, steps, inside_metadata || meta);
      steps.pop_back();
    }
  }

 private:
  void own(const SchemaPtr& s, const Path& path, bool resource, const Schema* root,
           const std::vector<std::string>& steps, bool inside_metadata) {
    const auto& value = *s->default_value;
    Errors metadata;
    if (inside_metadata) {
      check_embedded(surrounded(steps, value), *root, true, Path(), metadata);
      if (!metadata.empty())
        return errors_.invalid(path, value, "must result in valid metadata: " + joined(metadata));
    } else {
      json::value copy = value;
      if (pruned_ && prune_silently(copy, *s, resource))
        errors_.invalid(path, value, "must not have unknown fields");
      check_embedded(value, *s, resource, path, metadata);
      for (const auto& e : metadata)
        errors_.add(e);
      if (!metadata.empty()) return;
    }
    Validator(s).validate(value, path, errors_);
  }

  const bool pruned_;
  Errors& errors_;
};

}  // namespace

void drop_nulls(json::value& value, const Schema& s) {
  if (auto* o = value.if_object()) {
    for (auto it = o->begin(); it != o->end();) {
      const auto* of_member = s.member(it->key());
      if (of_member && replaceable(it->value(), of_member) && !of_member->default_value) {
        it = o->stable_erase(it);
        continue;
      }
      if (of_member) drop_nulls(it->value(), *of_member);
      ++it;
    }
  } else if (auto* a = value.if_array(); a && s.items) {
    for (auto& e : *a)
      drop_nulls(e, *s.items);
  }
}

void set_defaults(json::value& value, const Schema& s) {
  if (auto* o = value.if_object()) {
    for (const auto& [name, of_member] : s.properties) {
      if (!of_member->default_value) continue;
      auto* present = o->if_contains(name);
      if (!present)
        (*o)[name] = *of_member->default_value;
      else if (replaceable(*present, of_member.get()))
        *present = *of_member->default_value;
    }
    for (auto& [name, v] : *o) {
      const auto* of_member = s.member(name);
      if (!of_member) continue;
      if (replaceable(v, of_member) && !s.properties.contains(name) && of_member->default_value)
        v = *of_member->default_value;
      set_defaults(v, *of_member);
    }
  } else if (auto* a = value.if_array(); a && s.items) {
    for (auto& e : *a) {
      if (replaceable(e, s.items.get()) && s.items->default_value) e = *s.items->default_value;
      set_defaults(e, *s.items);
    }
  }
}

bool has_defaults(const Schema& schema) {
  return any_node(schema, [](const Schema& s) { return s.default_value.has_value(); });
}

void check_defaults(const Schema& schema, const Path& path, bool pruned, Errors& errors) {
  DefaultChecker checker(pruned, errors);
  // The root is not owned by this; it lives as long as the check.
  checker.node(SchemaPtr(SchemaPtr(), &schema), path, true, &schema, {}, false);
}

}  // namespace structural

#include <algorithm>
#include "structural/values.hpp"

namespace structural {
namespace {

constexpr std::size_t paths_max = 1000;

bool is_meta(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

class Pruner {
 public:
  explicit Pruner(bool tell) : tell_(tell) {}
  std::vector<std::string> gone;
  bool any = false;

  void prune(json::value& value, const Schema* s, bool is_resource) {
    const bool keep = s && s->extensions.preserve_unknown_fields;
    if (auto* o = value.if_object())
      object(*o, s, is_resource || (s && s->extensions.embedded_resource), keep);
    else if (auto* a = value.if_array())
      array(*a, s, keep);
  }

 private:
  void object(json::object& o, const Schema* s, bool is_resource, bool keep) {
    for (auto it = o.begin(); it != o.end();) {
      const std::string_view name = it->key();
      if (s && is_resource && is_meta(name)) {
        ++it;
        continue;
      }
      const bool known = s && (s->properties.contains(name) || s->has_additional);
      if (known) {
        // What is under `additionalProperties: true` has no schema, and what is in there goes.
        Step step(*this, name);
        prune(it->value(), s->member(name), false);
        ++it;
      } else if (keep) {
        ++it;
      } else {
        if (!is_meta(name) || !path_.empty()) record(name);
        any = true;
        it = o.stable_erase(it);
      }
    }
  }

  void array(json::array& a, const Schema* s, bool keep) {
    const Schema* items = s ? s->items.get() : nullptr;
    for (std::size_t i = 0; i < a.size(); ++i) {
      Step step(*this, i);
      if (keep)
        skip(a[i], items);
      else
        prune(a[i], items, false);
    }
  }

  /// Below a list whose unknown fields stay: items are followed only as far as they have a schema.
  void skip(json::value& value, const Schema* s) {
    if (!s) return;
    if (auto* o = value.if_object())
      object(*o, s, s->extensions.embedded_resource, true);
    else if (auto* a = value.if_array())
      array(*a, s, true);
  }

  struct Step {
    Step(Pruner& p, std::string_view name) : pruner(p), size(p.path_.size()) {
      if (p.tell_) p.path_.append(size ? "." : "").append(name);
    }
    Step(Pruner& p, std::size_t i) : pruner(p), size(p.path_.size()) {
      if (p.tell_) p.path_ += "[" + std::to_string(i) + "]";
    }
    ~Step() { pruner.path_.resize(size); }
    Pruner& pruner;
    std::size_t size;
  };

  void record(std::string_view name) {
    if (tell_ && gone.size() < paths_max)
      gone.push_back(path_ + (path_.empty() ? "" : ".") + std::string(name));
  }

  const bool tell_;
  std::string path_;
};

}  // namespace

std::vector<std::string> prune(json::value& value, const Schema& schema, bool is_resource) {
  Pruner pruner(true);
  pruner.prune(value, &schema, is_resource);
  std::sort(pruner.gone.begin(), pruner.gone.end());
  return std::move(pruner.gone);
}

bool prune_silently(json::value& value, const Schema& schema, bool is_resource) {
  Pruner pruner(false);
  pruner.prune(value, &schema, is_resource);
  return pruner.any;
}

}  // namespace structural

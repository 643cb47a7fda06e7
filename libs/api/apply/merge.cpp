#include <map>
#include <optional>
#include <set>
#include "api/apply/typed.hpp"

namespace api::apply {
namespace {

using Form = Shape::Form;
using Merged = std::optional<json::value>;

/// A list's items by their elements. One that comes twice (in the live object only) stands for null.
struct Indexed {
  std::vector<PathElement> order;
  std::map<PathElement, const json::value*> items;
};

class Merger {
 public:
  std::string error;

  Merged merge(const Shape& shape, const json::value* live, const json::value* config) {
    const auto form = shape.form(config ? *config : *live);
    if (form == Form::list) {
      const auto *l = live ? live->if_array() : nullptr, *r = config ? config->if_array() : nullptr;
      const bool empty = (!l || l->empty()) && (!r || r->empty());
      if (!empty && !shape.is_atomic(form)) return lists(shape, l, r);
    }
    if (form == Form::map) {
      const auto *l = live ? live->if_object() : nullptr, *r = config ? config->if_object() : nullptr;
      const bool empty = (!l || l->empty()) && (!r || r->empty());
      if (!empty && !shape.is_atomic(form)) return maps(shape, l, r);
    }
    return config ? *config : *live;
  }

  Merged maps(const Shape& shape, const Object* live, const Object* config) {
    Object out;
    const auto member = [&](std::string_view name, const json::value* l, const json::value* r) {
      const auto place = shape.member(name);
      auto merged = place ? merge(*place, l, r) : Merged(r ? *r : *l);
      if (merged) out[name] = std::move(*merged);
    };
    if (live)
      for (const auto& [name, value] : *live)
        member(name, &value, config ? config->if_contains(name) : nullptr);
    if (config)
      for (const auto& [name, value] : *config)
        if (!live || !live->contains(name)) member(name, nullptr, &value);
    if (out.empty()) return std::nullopt;
    return Merged(std::move(out));
  }

 private:
  Indexed index(const Shape& shape, const json::array* list, bool allow_duplicates) {
    static const json::value null;
    Indexed out;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const auto& item = (*list)[i];
      auto element = shape.element_of(item);
      if (!element) {
        fail("element " + std::to_string(i) + ": " + element.error().message);
        continue;
      }
      const auto [at, fresh] = out.items.emplace(*element, &item);
      if (!fresh && !allow_duplicates) {
        fail("duplicate entries for key " + element->message());
        continue;
      }
      if (!fresh) at->second = &null;
      out.order.push_back(std::move(*element));
    }
    return out;
  }

  void fail(std::string why) {
    if (error.empty()) error = std::move(why);
  }

  /// Walks both lists at once. What both have comes in the config's order; what only the live one has stays
  /// where it stood between its neighbours.
  Merged lists(const Shape& shape, const json::array* live, const json::array* config) {
    const auto left = index(shape, live, true), right = index(shape, config, false);
    if (!error.empty()) return std::nullopt;
    std::vector<const PathElement*> shared;
    for (const auto& element : right.order)
      if (left.items.contains(element)) shared.push_back(&element);
    std::size_t next = 0;
    const auto next_shared = [&] { return next < shared.size() ? shared[next] : nullptr; };
    std::set<PathElement> done;
    json::array out;
    const auto find = [](const Indexed& in, const PathElement& element) {
      const auto at = in.items.find(element);
      return at == in.items.end() ? nullptr : at->second;
    };
    const auto take = [&](const json::value* l, const json::value* r) {
      if (auto merged = merge(shape.element(), l, r)) out.push_back(std::move(*merged));
    };
    for (std::size_t l = 0, r = 0; l < left.order.size() || r < right.order.size();) {
      if (l < left.order.size() && r < right.order.size()) {
        const auto& element = left.order[l];
        if (element == right.order[r]) {
          done.insert(element);
          take(find(left, element), find(right, element));
          ++l;
          ++r;
          ++next;
          continue;
        }
        if (right.items.contains(element) && next_shared() && !(*next_shared() == element)) {
          ++l;  // Shared, but another one comes first.
          continue;
        }
      }
      if (l < left.order.size()) {
        const auto& element = left.order[l];
        if (!right.items.contains(element)) {
          take(&(*live)[l], nullptr);
          ++l;
          continue;
        }
        if (done.contains(element)) ++l;
      }
      if (r < right.order.size()) {
        const auto& element = right.order[r];
        done.insert(element);
        take(find(left, element), find(right, element));
        ++r;
        if (next_shared() && *next_shared() == element) ++next;
      }
    }
    if (out.empty()) return std::nullopt;
    return Merged(std::move(out));
  }
};

}  // namespace

base::Result<Object> merge(const Object& live, const Object& config, const Shape& shape) {
  Merger merger;
  auto merged = merger.maps(shape, &live, &config);
  if (!merger.error.empty()) return base::Error(base::Errc::invalid_argument, merger.error);
  return merged ? std::move(merged->get_object()) : Object();
}

}  // namespace api::apply

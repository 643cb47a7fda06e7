#include <map>
#include "api/apply/typed.hpp"

namespace api::apply {
namespace {

using Form = Shape::Form;
using Values = std::vector<const json::value*>;

/// What the comparison says of one place itself, beside what it says of the places below it.
struct Marks {
  bool added = false, modified = false, removed = false;
};

class Comparer {
 public:
  std::string error;

  /// Either side null: absent there. `below` takes what is found below this place.
  Marks compare(const Shape& shape, const json::value* before, const json::value* after, Comparison& below) {
    Marks marks;
    bool leaf = false;
    if (!after) {
      leaf = as(shape.form(*before), shape, before, after, below, marks);
    } else {
      const auto form = shape.form(*after);
      if (before && shape.form(*before) != form) as(shape.form(*before), shape, before, after, below, marks);
      leaf = as(form, shape, before, after, below, marks);
    }
    if (!leaf && !before) marks.added = true;
    if (!leaf && !after) marks.removed = true;
    return marks;
  }

  /// `both`: neither side's object is absent.
  void members(const Shape& shape, const Object* before, const Object* after, bool both, Comparison& below) {
    if (after && (!before || before->empty())) below.added.reserve(after->size());
    if (after)
      for (const auto& [name, value] : *after)
        member(shape, name, before ? before->if_contains(name) : nullptr, &value, both, below);
    if (before)
      for (const auto& [name, value] : *before)
        if (!after || !after->contains(name)) member(shape, name, &value, nullptr, both, below);
    below.added.sort();
    below.modified.sort();
    below.removed.sort();
  }

 private:
  /// True: a leaf, with nothing below it.
  bool as(Form form, const Shape& shape, const json::value* before, const json::value* after,
          Comparison& below, Marks& marks) {
    if (form == Form::list) {
      const auto *l = before ? before->if_array() : nullptr, *r = after ? after->if_array() : nullptr;
      const bool empty = (!l || l->empty()) && (!r || r->empty());
      if (!empty && !shape.is_atomic(form)) {
        if (!l || !r || *l != *r) items(shape, l, r, below);
        return false;
      }
    }
    if (form == Form::map) {
      const auto *l = before ? before->if_object() : nullptr, *r = after ? after->if_object() : nullptr;
      const bool empty = (!l || l->empty()) && (!r || r->empty());
      if (!empty && !shape.is_atomic(form)) {
        members(shape, l, r, before && after, below);
        return false;
      }
    }
    if (!before)
      marks.added = true;
    else if (!after)
      marks.removed = true;
    else if (!deep_equal(*before, *after))
      marks.modified = true;
    return true;
  }

  static void attach(PathElement element, const Marks& marks, Comparison& found, Comparison& to) {
    if (marks.added || !found.added.empty()) to.added.append(element, marks.added, std::move(found.added));
    if (marks.removed || !found.removed.empty())
      to.removed.append(element, marks.removed, std::move(found.removed));
    if (marks.modified || !found.modified.empty())
      to.modified.append(std::move(element), marks.modified, std::move(found.modified));
  }

  void member(const Shape& shape, std::string_view name, const json::value* before, const json::value* after,
              bool both, Comparison& below) {
    // A null says that it is there, without a value.
    static const json::value nothing;
    const auto place = shape.member(name);
    if (!place) return;  // Unknown: validated where that matters.
    if (both && !before && place->is_always_there() && place->form(*after) != Form::scalar) before = &nothing;
    if (both && !after && place->is_always_there() && place->form(*before) != Form::scalar) after = &nothing;
    Comparison found;
    const auto marks = compare(*place, before, after, found);
    if (marks.added || marks.modified || marks.removed || !found.same())
      attach(PathElement::field(name), marks, found, below);
  }

  struct Sides {
    Values before, after;
  };
  using Items = std::map<PathElement, Sides>;

  void collect(const Shape& shape, const json::array& list, Values Sides::*side, Items& items) {
    std::size_t i = 0;
    for (const auto& item : list) {
      auto element = shape.element_of(item);
      if (element)
        (items[std::move(*element)].*side).push_back(&item);
      else if (error.empty())
        error = "element " + std::to_string(i) + ": " + element.error().message;
      ++i;
    }
  }

  void items(const Shape& shape, const json::array* before, const json::array* after, Comparison& below) {
    Items all;
    static const json::array none;
    collect(shape, before ? *before : none, &Sides::before, all);
    collect(shape, after ? *after : none, &Sides::after, all);
    for (auto& [element, sides] : all)
      item(shape.element(), element, sides, below);
    below.added.sort();
    below.modified.sort();
    below.removed.sort();
  }

  static bool same(const Values& a, const Values& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!deep_equal(*a[i], *b[i])) return false;
    return true;
  }

  /// Items that share an element are compared as one value.
  void item(const Shape& shape, const PathElement& element, const Sides& sides, Comparison& below) {
    const auto& [before, after] = sides;
    Comparison found;
    Marks marks;
    if (before.size() <= 1 && after.size() <= 1) {
      marks = compare(shape, before.empty() ? nullptr : before[0], after.empty() ? nullptr : after[0], found);
    } else if (before.size() >= 2 && after.size() >= 2) {
      marks.modified = !same(before, after);
    } else if (before.size() >= 2) {
      if (!after.empty()) marks = compare(shape, nullptr, after[0], found);
      marks.removed = true;
    } else {
      if (!before.empty()) marks = compare(shape, before[0], nullptr, found);
      marks.added = true;
    }
    if (marks.added || marks.modified || marks.removed || !found.same()) attach(element, marks, found, below);
  }
};

}  // namespace

base::Result<Comparison> compare(const Object& before, const Object& after, const Shape& shape) {
  Comparer comparer;
  Comparison out;
  comparer.members(shape, &before, &after, true, out);
  if (!comparer.error.empty()) return base::Error(base::Errc::invalid_argument, comparer.error);
  return out;
}

}  // namespace api::apply

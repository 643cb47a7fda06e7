#include "apiserver/cache/selection.hpp"
#include <algorithm>

namespace apiserver::cache {

base::Result<Selection> Selection::make(std::string ns, std::string name, api::LabelSelector labels,
                                        const api::FieldSelector& fields,
                                        std::span<const kinds::SelectableField> known) {
  Selection s;
  s.ns_ = std::move(ns);
  s.name_ = std::move(name);
  s.labels_ = std::move(labels);
  for (const auto& term : fields.terms()) {
    // Demanded outright, name and namespace narrow the search as the path does.
    if (term.field == "metadata.name" && term.equals && (s.name_.empty() || s.name_ == term.value)) {
      s.name_ = term.value;
    } else if (term.field == "metadata.namespace" && term.equals && (s.ns_.empty() || s.ns_ == term.value)) {
      s.ns_ = term.value;
    } else if (term.field == "metadata.name") {
      s.terms_.push_back({name_field, term.equals, term.value});
    } else if (term.field == "metadata.namespace") {
      s.terms_.push_back({ns_field, term.equals, term.value});
    } else {
      const auto at =
          std::find_if(known.begin(), known.end(), [&](const auto& f) { return f.label == term.field; });
      if (at == known.end())
        return base::Error(base::Errc::invalid_argument, "field label not supported: " + term.field);
      s.terms_.push_back({static_cast<std::size_t>(at - known.begin()), term.equals, term.value});
    }
  }
  return s;
}

bool Selection::matches(const Entry& entry) const {
  if (!ns_.empty() && entry.ns() != ns_) return false;
  if (!name_.empty() && entry.name() != name_) return false;
  for (const auto& t : terms_) {
    const auto value = t.field == name_field ? entry.name()
                       : t.field == ns_field ? entry.ns()
                                             : entry.field(t.field);
    if ((value == t.value) != t.equals) return false;
  }
  return entry.matches(labels_);
}

std::string_view Selection::required(std::size_t index) const noexcept {
  for (const auto& t : terms_)
    if (t.field == index && t.equals) return t.value;
  return {};
}

}  // namespace apiserver::cache

#pragma once
#include <string>
#include "apiserver/cache/entry.hpp"

namespace apiserver::cache {

/// Which objects of a resource a list or watch wants.
class Selection {
 public:
  /// `ns` and `name` empty: any. Errors: invalid_argument for a field this resource cannot be selected by
  /// ("field label not supported: spec.color").
  static base::Result<Selection> make(std::string ns, std::string name, api::LabelSelector labels,
                                      const api::FieldSelector& fields,
                                      std::span<const kinds::SelectableField> known);

  bool matches(const Entry& entry) const;
  const std::string& ns() const noexcept { return ns_; }
  const std::string& name() const noexcept { return name_; }
  /// True if namespace alone decides.
  bool plain() const noexcept { return labels_.empty() && terms_.empty() && name_.empty(); }
  /// The value demanded of the selectable field at `index`; empty if none is.
  std::string_view required(std::size_t index) const noexcept;

 private:
  struct Term {
    std::size_t field;
    bool equals;
    std::string value;
  };
  static constexpr std::size_t name_field = ~std::size_t{0}, ns_field = name_field - 1;
  std::string ns_, name_;
  api::LabelSelector labels_;
  std::vector<Term> terms_;
};

}  // namespace apiserver::cache

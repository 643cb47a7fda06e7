#include "apiserver/custom_resources/conditions.hpp"
#include <algorithm>
#include <set>
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/custom_resource_definitions.hpp"
#include "base/encoding.hpp"
#include "pki/certificate.hpp"
#include "structural/structure.hpp"

namespace apiserver::custom_resources {
namespace {

namespace json = boost::json;
using kinds::at;
using kinds::definitions::Condition;

struct Taken {
  std::set<std::string> resources, kinds;
};

Taken taken_by(const std::vector<const Object*>& others) {
  Taken t;
  for (const auto* other : others) {
    const auto* names = api::get_object(*other, {"status", "acceptedNames"});
    if (!names) continue;
    for (const char* member : {"plural", "singular"})
      if (auto name = at(*names, {member}); !name.empty()) t.resources.insert(std::move(name));
    if (const auto* list = api::get_array(*names, {"shortNames"}))
      for (const auto& v : *list)
        if (v.is_string()) t.resources.emplace(v.get_string());
    for (const char* member : {"kind", "listKind"})
      if (auto name = at(*names, {member}); !name.empty()) t.kinds.insert(std::move(name));
  }
  return t;
}

std::string in_use(const std::string& name) {
  return "\"" + name + "\" is already in use";
}

/// The names of a definition as far as nobody else has them.
class Names {
 public:
  Names(const Object& requested, const Object& accepted, const Taken& taken)
      : requested_(requested), accepted_(accepted), taken_(taken), result_(accepted) {}

  /// Sets `condition` to what is in the way.
  Object choose(Condition& condition) {
    one("plural", "PluralConflict", taken_.resources, condition);
    one("singular", "SingularConflict", taken_.resources, condition);
    short_names(condition);
    one("kind", "KindConflict", taken_.kinds, condition);
    one("listKind", "ListKindConflict", taken_.kinds, condition);
    copy("categories");
    return std::move(result_);
  }

 private:
  void copy(const char* member) {
    if (const auto* v = requested_.if_contains(member))
      result_[member] = *v;
    else
      result_.erase(member);
  }

  void one(const char* member, const char* reason, const std::set<std::string>& taken, Condition& condition) {
    const auto name = at(requested_, {member});
    if (name != at(accepted_, {member}) && taken.contains(name))
      condition = {"NamesAccepted", "False", reason, in_use(name)};
    else
      copy(member);
  }

  void short_names(Condition& condition) {
    const auto* wanted = api::get_array(requested_, {"shortNames"});
    const auto* had = api::get_array(accepted_, {"shortNames"});
    std::vector<std::string> conflicts;
    for (std::size_t i = 0; wanted && i < wanted->size(); ++i) {
      const auto& v = (*wanted)[i];
      if (!v.is_string() || (had && std::find(had->begin(), had->end(), v) != had->end())) continue;
      if (taken_.resources.contains(std::string(v.get_string())))
        conflicts.push_back(in_use(std::string(v.get_string())));
    }
    if (conflicts.empty()) return copy("shortNames");
    auto text = kinds::join(conflicts);
    if (conflicts.size() > 1) {
      text.clear();
      for (const auto& c : conflicts)
        text += (text.empty() ? "[" : ", ") + c;
      text += "]";
    }
    condition = {"NamesAccepted", "False", "ShortNamesConflict", text};
  }

  const Object& requested_;
  const Object& accepted_;
  const Taken& taken_;
  Object result_;
};

bool update_names(Object& o, const std::vector<const Object*>& others, base::SystemTime now) {
  static const Object nothing;
  const auto* requested = api::get_object(o, {"spec", "names"});
  const auto* accepted = api::get_object(o, {"status", "acceptedNames"});
  Condition condition{"NamesAccepted", "True", "NoConflicts", "no conflicts found"};
  const auto taken = taken_by(others);
  auto names =
      Names(requested ? *requested : nothing, accepted ? *accepted : nothing, taken).choose(condition);
  const bool renamed = !accepted || !api::deep_equal(*accepted, names);
  api::ensure(o, {"status", "acceptedNames"}) = std::move(names);
  const bool said = kinds::definitions::set_condition(o, condition, now);
  return renamed || said;
}

bool is_bad_bundle(const Object& o) {
  const auto bundle = at(o, {"spec", "conversion", "webhook", "clientConfig", "caBundle"});
  if (bundle.empty()) return false;
  const auto pem = base::base64_decode(bundle);
  return !pem || !pki::Certificate::from_pem(*pem);
}

bool update_established(Object& o, base::SystemTime now) {
  if (kinds::definitions::is_true(o, "Established")) return false;
  if (!kinds::definitions::is_true(o, "NamesAccepted"))
    return kinds::definitions::set_condition(
        o, {"Established", "False", "NotAccepted", "not all names are accepted"}, now);
  if (is_bad_bundle(o))
    return kinds::definitions::set_condition(
        o, {"Established", "False", "InvalidCABundle", "The conversion webhook CABundle is invalid"}, now);
  return kinds::definitions::set_condition(
      o, {"Established", "True", "InitialNamesAccepted", "the initial names have been accepted"}, now);
}

std::string joined(const api::field::Errors& errors) {
  std::string out;
  for (const auto& e : errors)
    out += (out.empty() ? "" : ", ") + e.text();
  return errors.size() > 1 ? "[" + out + "]" : out;
}

/// What is not structural about it; nothing if all is.
std::optional<Condition> non_structural(const Object& o) {
  api::field::Errors errors;
  if (api::get_bool(o, {"spec", "preserveUnknownFields"}))
    errors.invalid(api::field::Path("spec").child("preserveUnknownFields"), true, "must be false");
  std::optional<Condition> failed;
  static const Object nothing;
  const auto* spec = api::get_object(o, {"spec"});
  kinds::each(
      spec ? *spec : nothing, "versions", api::field::Path("spec"),
      [&](const Object& version, const api::field::Path& path) {
        const auto* source = api::get_object(version, {"schema", "openAPIV3Schema"});
        if (!source || failed) return;
        const auto schema = structural::read(*source);
        if (const auto why = structural::unsupported(*schema))
          failed = {"NonStructuralSchema", "Unknown", "StructuralError",
                    "failed to check validation schema for version " + at(version, {"name"}) + ": " + *why};
        else
          structural::check_structural(*schema, path.child("schema").child("openAPIV3Schema"), errors);
      });
  if (failed) return failed;
  if (errors.empty()) return std::nullopt;
  return Condition{"NonStructuralSchema", "True", "Violations", joined(errors)};
}

}  // namespace

bool update_status(Object& o, const std::vector<const Object*>& others, base::SystemTime now) {
  bool changed = update_names(o, others, now);
  if (const auto wrong = non_structural(o)) {
    changed |= kinds::definitions::set_condition(o, *wrong, now);
  } else if (kinds::definitions::condition(o, "NonStructuralSchema")) {
    kinds::definitions::remove_condition(o, "NonStructuralSchema");
    changed = true;
  }
  if (const auto approval = kinds::definitions::approval_condition(o))
    changed |= kinds::definitions::set_condition(o, *approval, now);
  changed |= update_established(o, now);
  return changed;
}

}  // namespace apiserver::custom_resources

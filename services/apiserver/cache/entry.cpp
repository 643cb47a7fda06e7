#include "apiserver/cache/entry.hpp"
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

namespace apiserver::cache {
namespace {

namespace json = boost::json;
/// More than decoding admits (api::DecodeLimits), so that what was let in can be read.
json::parse_options deep() {
  json::parse_options options;
  options.max_depth = 256;
  return options;
}

constexpr std::string_view metadata_start = "\"metadata\":{", version_start = "\"resourceVersion\":\"";

}  // namespace

api::Object parse_object(std::string_view text) {
  return std::move(json::parse(json::string_view(text.data(), text.size()), {}, deep()).get_object());
}

std::string with_resource_version(std::string_view text, Revision revision) {
  // What is stored starts with kind and apiVersion, whose values hold no quotes, so the first hit is the
  // member.
  const auto at = text.find(metadata_start);
  if (at == std::string_view::npos) return std::string(text);
  const auto inside = at + metadata_start.size();
  auto rest = text.substr(inside);
  if (rest.starts_with(version_start)) {
    rest.remove_prefix(rest.find('"', version_start.size()) + 1);
    if (rest.starts_with(',')) rest.remove_prefix(1);
  }
  std::string out;
  const std::string number = std::to_string(revision);
  out.reserve(text.size() + version_start.size() + number.size() + 2);
  out.append(text.substr(0, inside)).append(version_start).append(number).append("\"");
  if (!rest.starts_with('}')) out += ',';
  return out.append(rest);
}

Entry::Slice Entry::keep(std::string_view text) {
  const Slice s{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())};
  text_ += text;
  return s;
}

base::Result<EntryPtr> Entry::make(std::string key, std::string_view stored, Revision revision,
                                   std::span<const kinds::SelectableField> fields) {
  unsigned char buffer[16 * 1024];
  json::monotonic_resource memory(buffer, sizeof buffer);
  boost::system::error_code error;
  const json::value document =
      json::parse(json::string_view(stored.data(), stored.size()), error, &memory, deep());
  if (error || !document.is_object())
    return base::Error(base::Errc::corrupt, "the value of " + key + " is not an object");
  const auto& object = document.get_object();
  auto entry = std::make_shared<Entry>();
  entry->json_ = http::make_bytes(with_resource_version(stored, revision));
  entry->revision_ = revision;
  const auto slash = key.find('/');
  entry->key_ = entry->keep(key);
  if (slash != std::string::npos) entry->ns_ = {0, static_cast<std::uint32_t>(slash)};
  const std::size_t name_at = slash == std::string::npos ? 0 : slash + 1;
  entry->name_ = {static_cast<std::uint32_t>(name_at), static_cast<std::uint32_t>(key.size() - name_at)};
  entry->uid_ = entry->keep(api::uid_of(object));
  entry->field_count_ = static_cast<std::uint32_t>(fields.size());
  for (const auto& f : fields)
    entry->slices_.push_back(entry->keep(f.value(object)));
  if (const auto* labels = api::labels_of(object)) {
    for (const auto& [name, value] : *labels) {
      entry->slices_.push_back(entry->keep(name));
      entry->slices_.push_back(
          entry->keep(value.is_string() ? std::string_view(value.get_string()) : std::string_view()));
    }
  }
  entry->slices_.shrink_to_fit();
  entry->text_.shrink_to_fit();
  return EntryPtr(std::move(entry));
}

EntryPtr Entry::at(Revision revision) const {
  auto copy = std::make_shared<Entry>(*this);
  copy->json_ = http::make_bytes(with_resource_version(*json_, revision));
  copy->revision_ = revision;
  return copy;
}

api::Object Entry::parse() const {
  return parse_object(*json_);
}

bool Entry::matches(const api::LabelSelector& selector) const {
  if (selector.empty()) return true;
  return selector.matches_with([this](std::string_view name) -> std::optional<std::string_view> {
    for (std::size_t i = field_count_; i + 1 < slices_.size(); i += 2)
      if (slice(slices_[i]) == name) return slice(slices_[i + 1]);
    return std::nullopt;
  });
}

}  // namespace apiserver::cache

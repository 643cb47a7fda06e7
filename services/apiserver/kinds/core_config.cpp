#include <boost/json/parse.hpp>
#include "api/names.hpp"
#include "apiserver/kinds/common.hpp"
#include "apiserver/kinds/groups.hpp"
#include "base/encoding.hpp"

namespace apiserver::kinds {
namespace {

/// One MiB of keys and values together, as upstream. Source: API reference, Secret and ConfigMap.
constexpr std::size_t data_bytes_max = 1024 * 1024;

std::size_t size_of(const Object& o, std::string_view member) {
  const auto* map = api::get_object(o, {member});
  return map ? map->size() : 0;
}

/// Checks keys and adds up the bytes of `member`'s values.
std::size_t check_data(const Object& o, std::string_view member, Errors& errors) {
  std::size_t bytes = 0;
  const auto* map = api::get_object(o, {member});
  if (!map) return 0;
  for (const auto& [key, value] : *map) {
    if (auto wrong = api::names::config_map_key(key))
      errors.invalid(Path(std::string(member)).key(key), json::value(key), *wrong);
    if (value.is_string()) bytes += value.get_string().size();
  }
  return bytes;
}

/// Data marked immutable stays as it is, and stays marked.
void check_immutable_data(const Object& o, const Object& old, std::initializer_list<std::string_view> members,
                          Errors& errors) {
  if (!api::get_bool(old, {"immutable"})) return;
  if (!api::get_bool(o, {"immutable"}))
    errors.forbidden(Path("immutable"), "field is immutable when `immutable` is set");
  for (auto m : members)
    if (!same(o, old, {m}))
      errors.forbidden(Path(std::string(m)), "field is immutable when `immutable` is set");
}

void validate_configmap(const Object& o, Errors& errors) {
  const auto bytes = check_data(o, "data", errors) + check_data(o, "binaryData", errors);
  const auto* data = api::get_object(o, {"data"});
  const auto* binary = api::get_object(o, {"binaryData"});
  if (data && binary)
    for (const auto& [key, value] : *binary)
      if (data->contains(key))
        errors.invalid(Path("data").key(key), json::value(key), "duplicate of key present in binaryData");
  if (bytes > data_bytes_max) errors.too_long(Path("[]"), "", data_bytes_max);
}

void prepare_secret(Object& o) {
  // stringData is write-only: folded into data, never stored.
  const auto* plain = api::get_object(o, {"stringData"});
  if (plain) {
    const Object values = *plain;
    auto& data = api::ensure_object(o, {"data"});
    for (const auto& [key, value] : values)
      if (value.is_string()) data[key] = base::base64_encode(value.get_string());
  }
  o.erase("stringData");
}

void default_secret(Object& o) {
  api::set_default(o, {"type"}, "Opaque");
  prepare_secret(o);
}

void require_key(const Object& o, std::string_view key, Errors& errors) {
  const auto* data = api::get_object(o, {"data"});
  if (!data || !data->contains(key)) errors.required(Path("data").key(key));
}

/// The value of that key is JSON.
void require_json(const Object& o, std::string_view key, Errors& errors) {
  require_key(o, key, errors);
  const auto value = base::base64_decode(api::get_string(o, {"data", key}));
  boost::system::error_code wrong;
  if (value && !value->empty()) (void)json::parse(*value, wrong);
  if (wrong) errors.invalid(Path("data").key(key), "<secret contents redacted>", "invalid JSON");
}

void validate_secret(const Object& o, Errors& errors) {
  const auto bytes = check_data(o, "data", errors);
  if (bytes > data_bytes_max / 3 * 4 + 4) errors.too_long(Path("data"), "", data_bytes_max);
  const auto type = api::get_string(o, {"type"});
  if (type == "kubernetes.io/service-account-token" &&
      api::get_string(o, {"metadata", "annotations", "kubernetes.io/service-account.name"}).empty())
    errors.required(Path("metadata").child("annotations").key("kubernetes.io/service-account.name"));
  if (type == "kubernetes.io/dockerconfigjson") require_json(o, ".dockerconfigjson", errors);
  if (type == "kubernetes.io/dockercfg") require_json(o, ".dockercfg", errors);
  if (type == "kubernetes.io/basic-auth") {
    const auto* data = api::get_object(o, {"data"});
    if (!data || (!data->contains("username") && !data->contains("password"))) {
      errors.required(Path("data").key("username"));
      errors.required(Path("data").key("password"));
    }
  }
  if (type == "kubernetes.io/ssh-auth") require_key(o, "ssh-privatekey", errors);
  if (type == "kubernetes.io/tls") {
    require_key(o, "tls.crt", errors);
    require_key(o, "tls.key", errors);
  }
}

void validate_secret_update(const Object& o, const Object& old, Errors& errors) {
  check_immutable(o, old, {"type"}, errors);
  check_immutable_data(o, old, {"data"}, errors);
}

const Column configmap_columns[] = {{"Name", "string", "name"}, {"Data", "string"}, {"Age"}};
const Column secret_columns[] = {{"Name", "string", "name"}, {"Type"}, {"Data", "string"}, {"Age"}};
const Column account_columns[] = {{"Name", "string", "name"}, {"Secrets", "string"}, {"Age"}};

const SelectableField secret_fields[] = {
    {"type", [](const Object& o) { return std::string(api::get_string(o, {"type"})); }}};

const KindRecord records[] = {
    {.group = "",
     .resource = "configmaps",
     .validate = validate_configmap,
     .validate_update =
         [](const Object& o, const Object& old, Errors& e) {
           check_immutable_data(o, old, {"data", "binaryData"}, e);
         },
     .table = {configmap_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)),
                         text(std::to_string(size_of(o, "data") + size_of(o, "binaryData"))),
                         text(age(o, now))};
               }}},
    {.group = "",
     .resource = "secrets",
     .defaults = default_secret,
     .validate = validate_secret,
     .validate_update = validate_secret_update,
     .table = {secret_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 return {text(name_cell(o)), text(std::string(api::get_string(o, {"type"}))),
                         text(std::to_string(size_of(o, "data"))), text(age(o, now))};
               }},
     .selectable_fields = secret_fields},
    {.group = "",
     .resource = "serviceaccounts",
     .table = {account_columns,
               [](const Object& o, base::SystemTime now) -> json::array {
                 const auto* secrets = api::get_array(o, {"secrets"});
                 return {text(name_cell(o)), text(std::to_string(secrets ? secrets->size() : 0)),
                         text(age(o, now))};
               }}},
};

}  // namespace

std::span<const KindRecord> core_config_records() {
  return records;
}

}  // namespace apiserver::kinds

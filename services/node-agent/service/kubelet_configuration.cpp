#include "node-agent/service/kubelet_configuration.hpp"
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include "base/yaml.hpp"

namespace node_agent {

namespace json = boost::json;
using base::Errc;
using base::Error;
using base::Result;

namespace {

Error wrong(const std::string& field, const std::string& why) {
  return {Errc::invalid_argument, field + ": " + why};
}

/// What is done with a field's value; `field` is its whole path.
using Setter = std::function<Result<void>(const std::string& field, const json::value&)>;
using Fields = std::map<std::string, Setter>;

/// Every member of `value` by its setter; one without is an error.
Result<void> read_object(const std::string& path, const json::value& value, const Fields& fields) {
  if (value.is_null()) return {};
  if (!value.is_object()) return wrong(path, "must be an object");
  for (const auto& [key, member] : value.get_object()) {
    const std::string name = key, field = path.empty() ? name : path + "." + name;
    const auto it = fields.find(name);
    if (it == fields.end()) return wrong(field, "unknown or not supported by this agent");
    if (auto done = it->second(field, member); !done) return done;
  }
  return {};
}

Setter object(Fields fields) {
  return [fields = std::move(fields)](const std::string& field, const json::value& v) {
    return read_object(field, v, fields);
  };
}

Setter text(std::string& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_string()) return wrong(field, "must be a string");
    target = std::string(v.get_string());
    return {};
  };
}

Setter number(int& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_int64() || v.get_int64() < 0 || v.get_int64() > std::numeric_limits<int>::max())
      return wrong(field, "must be a whole number that is not negative");
    target = static_cast<int>(v.get_int64());
    return {};
  };
}

Setter duration(std::chrono::nanoseconds& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_string()) return wrong(field, "must be a duration like \"10s\"");
    auto parsed = base::parse_duration(std::string_view(v.get_string()));
    if (!parsed) return wrong(field, parsed.error().message);
    target = *parsed;
    return {};
  };
}

Setter texts(std::vector<std::string>& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_array()) return wrong(field, "must be a list of strings");
    target.clear();
    for (const auto& element : v.get_array()) {
      if (!element.is_string()) return wrong(field, "must be a list of strings");
      target.emplace_back(element.get_string());
    }
    return {};
  };
}

/// Accepted with the one value that this agent has anyway.
Setter only(json::value allowed) {
  return [allowed = std::move(allowed)](const std::string& field, const json::value& v) -> Result<void> {
    if (v == allowed) return {};
    return wrong(field, "only " + json::serialize(allowed) + " is supported by this agent");
  };
}

/// A mapping from signals to values, as --eviction-hard has them in words.
Setter thresholds(std::vector<std::string>& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_object()) return wrong(field, "must be a mapping from signals to values");
    target.clear();
    for (const auto& [signal, value] : v.get_object()) {
      if (!value.is_string()) return wrong(field + "[" + std::string(signal) + "]", "must be a string");
      target.push_back(std::string(signal) + "<" + std::string(value.get_string()));
    }
    return {};
  };
}

Setter taints(std::vector<std::string>& target) {
  return [&target](const std::string& field, const json::value& v) -> Result<void> {
    if (!v.is_array()) return wrong(field, "must be a list of taints");
    target.clear();
    for (std::size_t i = 0; i < v.get_array().size(); ++i) {
      std::string key, value, effect;
      const Fields fields{{"key", text(key)}, {"value", text(value)}, {"effect", text(effect)}};
      auto read = read_object(field + "[" + std::to_string(i) + "]", v.get_array()[i], fields);
      if (!read) return read;
      target.push_back(key + (value.empty() ? "" : "=" + value) + ":" + effect);
    }
    return {};
  };
}

Fields fields_of(AgentOptions& o) {
  return {
      {"apiVersion", only("kubelet.config.k8s.io/v1beta1")},
      {"kind", only("KubeletConfiguration")},
      {"address", text(o.address)},
      {"port", number(o.port)},
      {"readOnlyPort", only(0)},
      {"tlsCertFile", text(o.tls_cert_file)},
      {"tlsPrivateKeyFile", text(o.tls_private_key_file)},
      {"authentication", object({{"anonymous", object({{"enabled", only(false)}})},
                                 {"webhook", object({{"enabled", only(false)}})},
                                 {"x509", object({{"clientCAFile", text(o.client_ca_file)}})}})},
      {"authorization", object({{"mode", only("Webhook")}})},
      {"clusterDomain", text(o.cluster_domain)},
      {"clusterDNS", texts(o.cluster_dns)},
      {"maxPods", number(o.max_pods)},
      {"registerWithTaints", taints(o.register_with_taints)},
      {"evictionHard", thresholds(o.eviction_hard)},
      {"nodeStatusUpdateFrequency", duration(o.node_status_update_frequency)},
      {"nodeStatusReportFrequency", duration(o.node_status_report_frequency)},
      {"containerLogMaxSize", text(o.container_log_max_size)},
      {"containerLogMaxFiles", number(o.container_log_max_files)},
  };
}

std::string find_config_file(int argc, const char* const* argv) {
  std::string found;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument == "--config" && i + 1 < argc) found = argv[i + 1];
    if (argument.starts_with("--config=")) found = argument.substr(9);
  }
  return found;
}

}  // namespace

Result<void> apply_kubelet_configuration(std::string_view text, AgentOptions& options) {
  auto document = base::parse_yaml(text);
  if (!document) return document.error();
  if (!document->is_object()) return Error(Errc::invalid_argument, "must be a KubeletConfiguration");
  for (const char* required : {"apiVersion", "kind"})
    if (!document->get_object().contains(required)) return wrong(required, "is required");
  return read_object("", *document, fields_of(options));
}

Result<void> load_configuration(int argc, const char* const* argv, AgentOptions& options) {
  const auto path = find_config_file(argc, argv);
  if (path.empty()) return {};
  std::ifstream in(path);
  std::stringstream text;
  if (in) text << in.rdbuf();
  if (!in) return Error(Errc::invalid_argument, "--config: cannot read \"" + path + "\"");
  auto applied = apply_kubelet_configuration(text.str(), options);
  if (!applied) return Error(Errc::invalid_argument, path + ": " + applied.error().message);
  options.config = path;
  return {};
}

}  // namespace node_agent

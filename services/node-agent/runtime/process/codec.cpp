#include "node-agent/runtime/process/codec.hpp"
#include <boost/json.hpp>

namespace node_agent::runtime {

namespace {

namespace json = boost::json;
using Strings = std::vector<std::string>;
using StringMap = std::map<std::string, std::string>;

std::int64_t ns_of(base::SystemTime t) {
  return t.time_since_epoch().count();
}

/// One object, read leniently: what is missing or of another type has its default.
class Reader {
 public:
  explicit Reader(const json::value& value) : object_(value.if_object()) {}

  std::string text(std::string_view key) const {
    const auto* v = find(key);
    const auto* s = v ? v->if_string() : nullptr;
    return s ? std::string(*s) : std::string();
  }
  std::int64_t number(std::string_view key, std::int64_t otherwise = 0) const {
    const auto* v = find(key);
    const auto* n = v ? v->if_int64() : nullptr;
    return n ? *n : otherwise;
  }
  bool flag(std::string_view key) const {
    const auto* v = find(key);
    const auto* b = v ? v->if_bool() : nullptr;
    return b && *b;
  }
  Strings texts(std::string_view key) const {
    Strings out;
    for (const auto& v : array(key))
      if (const auto* s = v.if_string()) out.emplace_back(*s);
    return out;
  }
  StringMap map(std::string_view key) const {
    StringMap out;
    const auto* v = find(key);
    if (const auto* o = v ? v->if_object() : nullptr)
      for (const auto& member : *o)
        if (const auto* s = member.value().if_string()) out.emplace(member.key(), *s);
    return out;
  }
  json::array array(std::string_view key) const {
    const auto* v = find(key);
    const auto* a = v ? v->if_array() : nullptr;
    return a ? *a : json::array();
  }
  Reader object(std::string_view key) const {
    const auto* v = find(key);
    return v ? Reader(*v) : Reader();
  }
  base::SystemTime time(std::string_view key) const {
    return base::SystemTime(std::chrono::nanoseconds(number(key)));
  }

 private:
  Reader() = default;
  const json::value* find(std::string_view key) const {
    return object_ ? object_->if_contains(key) : nullptr;
  }
  const json::object* object_ = nullptr;
};

json::array to_json(const Strings& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object to_json(const StringMap& map) {
  json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

json::object to_json(const PodSandboxConfig& c) {
  return {{"namespace", c.ns},
          {"name", c.name},
          {"uid", c.uid},
          {"attempt", c.attempt},
          {"hostname", c.hostname},
          {"logDirectory", c.log_directory},
          {"dnsServers", to_json(c.dns_servers)},
          {"dnsSearches", to_json(c.dns_searches)},
          {"dnsOptions", to_json(c.dns_options)},
          {"labels", to_json(c.labels)},
          {"annotations", to_json(c.annotations)},
          {"hostNetwork", c.host_network},
          {"hostPid", c.host_pid},
          {"hostIpc", c.host_ipc},
          {"shareProcessNamespace", c.share_process_namespace},
          {"cgroupParent", c.cgroup_parent}};
}

PodSandboxConfig sandbox_config(const Reader& r) {
  PodSandboxConfig out;
  out.ns = r.text("namespace");
  out.name = r.text("name");
  out.uid = r.text("uid");
  out.attempt = static_cast<int>(r.number("attempt"));
  out.hostname = r.text("hostname");
  out.log_directory = r.text("logDirectory");
  out.dns_servers = r.texts("dnsServers");
  out.dns_searches = r.texts("dnsSearches");
  out.dns_options = r.texts("dnsOptions");
  out.labels = r.map("labels");
  out.annotations = r.map("annotations");
  out.host_network = r.flag("hostNetwork");
  out.host_pid = r.flag("hostPid");
  out.host_ipc = r.flag("hostIpc");
  out.share_process_namespace = r.flag("shareProcessNamespace");
  out.cgroup_parent = r.text("cgroupParent");
  return out;
}

json::object to_json(const Resources& r) {
  return {{"cpuShares", r.cpu_shares},
          {"cpuQuotaUs", r.cpu_quota_us},
          {"cpuPeriodUs", r.cpu_period_us},
          {"memoryLimitBytes", r.memory_limit_bytes},
          {"oomScoreAdj", r.oom_score_adj}};
}

Resources resources(const Reader& r) {
  Resources out;
  out.cpu_shares = r.number("cpuShares");
  out.cpu_quota_us = r.number("cpuQuotaUs");
  out.cpu_period_us = r.number("cpuPeriodUs", out.cpu_period_us);
  out.memory_limit_bytes = r.number("memoryLimitBytes");
  out.oom_score_adj = static_cast<int>(r.number("oomScoreAdj"));
  return out;
}

json::object to_json(const ContainerConfig& c) {
  json::array envs, mounts;
  for (const auto& [name, value] : c.envs)
    envs.push_back(json::array{name, value});
  for (const auto& m : c.mounts)
    mounts.push_back(json::object{{"containerPath", m.container_path},
                                  {"hostPath", m.host_path},
                                  {"readonly", m.readonly},
                                  {"optional", m.optional}});
  return {{"name", c.name},
          {"attempt", c.attempt},
          {"image", c.image},
          {"command", to_json(c.command)},
          {"args", to_json(c.args)},
          {"workingDir", c.working_dir},
          {"envs", std::move(envs)},
          {"mounts", std::move(mounts)},
          {"labels", to_json(c.labels)},
          {"annotations", to_json(c.annotations)},
          {"logPath", c.log_path},
          {"stdin", c.stdin_},
          {"stdinOnce", c.stdin_once},
          {"tty", c.tty},
          {"resources", to_json(c.resources)},
          {"runAsUser", c.run_as_user},
          {"runAsGroup", c.run_as_group},
          {"specHash", c.spec_hash},
          {"stopSignal", c.stop_signal}};
}

ContainerConfig container_config(const Reader& r) {
  ContainerConfig out;
  out.name = r.text("name");
  out.attempt = static_cast<int>(r.number("attempt"));
  out.image = r.text("image");
  out.command = r.texts("command");
  out.args = r.texts("args");
  out.working_dir = r.text("workingDir");
  for (const auto& v : r.array("envs"))
    if (const auto* pair = v.if_array();
        pair && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string())
      out.envs.emplace_back((*pair)[0].get_string(), (*pair)[1].get_string());
  for (const auto& v : r.array("mounts")) {
    const Reader m(v);
    out.mounts.push_back(
        {m.text("containerPath"), m.text("hostPath"), m.flag("readonly"), m.flag("optional")});
  }
  out.labels = r.map("labels");
  out.annotations = r.map("annotations");
  out.log_path = r.text("logPath");
  out.stdin_ = r.flag("stdin");
  out.stdin_once = r.flag("stdinOnce");
  out.tty = r.flag("tty");
  out.resources = resources(r.object("resources"));
  out.run_as_user = r.number("runAsUser", -1);
  out.run_as_group = r.number("runAsGroup", -1);
  out.spec_hash = r.text("specHash");
  out.stop_signal = r.text("stopSignal");
  return out;
}

base::Result<json::value> parse(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error) return base::Error(base::Errc::corrupt, "config.json: " + error.message());
  return value;
}

}  // namespace

std::string encode(const PodSandbox& s) {
  const json::object out{{"id", s.id},
                         {"createdAt", ns_of(s.created_at)},
                         {"ips", to_json(s.ips)},
                         {"config", to_json(s.config)}};
  return json::serialize(out) + "\n";
}

std::string encode(const Container& c) {
  const json::object out{{"id", c.id},
                         {"sandboxId", c.sandbox_id},
                         {"createdAt", ns_of(c.created_at)},
                         {"imageRef", c.image_ref},
                         {"logPath", c.log_path},
                         {"config", to_json(c.config)}};
  return json::serialize(out) + "\n";
}

base::Result<PodSandbox> decode_sandbox(std::string_view text) {
  const auto value = parse(text);
  if (!value) return value.error();
  const Reader r(*value);
  PodSandbox out;
  out.id = r.text("id");
  out.created_at = r.time("createdAt");
  out.ips = r.texts("ips");
  out.config = sandbox_config(r.object("config"));
  if (out.id.empty()) return base::Error(base::Errc::corrupt, "config.json: no id");
  return out;
}

base::Result<Container> decode_container(std::string_view text) {
  const auto value = parse(text);
  if (!value) return value.error();
  const Reader r(*value);
  Container out;
  out.id = r.text("id");
  out.sandbox_id = r.text("sandboxId");
  out.created_at = r.time("createdAt");
  out.image_ref = r.text("imageRef");
  out.log_path = r.text("logPath");
  out.config = container_config(r.object("config"));
  if (out.id.empty() || out.sandbox_id.empty()) return base::Error(base::Errc::corrupt, "config.json: no id");
  return out;
}

}  // namespace node_agent::runtime

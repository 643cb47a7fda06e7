#include "client/kubeconfig.hpp"
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include "api/object.hpp"
#include "base/encoding.hpp"
#include "base/yaml.hpp"

namespace client {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

base::Error invalid(const std::string& path, const std::string& what) {
  return base::Error(base::Errc::invalid_argument, "kubeconfig " + path + ": " + what);
}

/// A parsed document and where it came from.
struct Document {
  std::string path;
  api::Object root;
};

/// The named entry of a list ("clusters" holds {name, cluster: {...}}), in the first document that has it.
struct Entry {
  const api::Object* body = nullptr;
  std::string path;
};

base::Result<Entry> find_entry(const std::vector<Document>& documents, std::string_view list,
                               std::string_view member, const std::string& name) {
  for (const auto& d : documents) {
    const auto* entries = api::get_array(d.root, {list});
    if (!entries) continue;
    for (const auto& e : *entries) {
      if (!e.is_object() || api::get_string(e.as_object(), {"name"}) != name) continue;
      const auto* body = api::get_object(e.as_object(), {member});
      if (!body)
        return invalid(d.path, std::string(list) + " \"" + name + "\" has no " + std::string(member));
      return Entry{body, d.path};
    }
  }
  return invalid(documents.front().path, std::string(list) + " has no entry named \"" + name + "\"");
}

std::string resolve(const Entry& e, std::string_view field) {
  const std::string file(api::get_string(*e.body, {field}));
  if (file.empty() || fs::path(file).is_absolute()) return file;
  return (fs::path(e.path).parent_path() / file).string();
}

base::Result<std::string> decode_data(const Entry& e, std::string_view field) {
  auto data = base::base64_decode(api::get_string(*e.body, {field}));
  if (!data) return invalid(e.path, std::string(field) + ": " + data.error().message);
  return data;
}

std::vector<std::string> split_servers(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    while (!part.empty() && (part.back() == ' ' || part.back() == '/'))
      part.pop_back();
    while (!part.empty() && part.front() == ' ')
      part.erase(0, 1);
    if (!part.empty()) out.push_back(part);
  }
  return out;
}

base::Result<void> read_cluster(const Entry& e, KubeconfigContext& out) {
  out.servers = split_servers(std::string(api::get_string(*e.body, {"server"})));
  if (out.servers.empty()) return invalid(e.path, "cluster.server is missing");
  auto ca = decode_data(e, "certificate-authority-data");
  if (!ca) return ca.error();
  out.ca_pem = std::move(*ca);
  out.ca_file = resolve(e, "certificate-authority");
  out.insecure_skip_verify = api::get_bool(*e.body, {"insecure-skip-tls-verify"});
  return {};
}

base::Result<void> read_user(const Entry& e, KubeconfigContext& out) {
  for (auto unsupported : {"exec", "auth-provider", "username"})
    if (e.body->contains(unsupported))
      return invalid(e.path, std::string("user.") + unsupported + " is not supported");
  auto certificate = decode_data(e, "client-certificate-data");
  if (!certificate) return certificate.error();
  auto key = decode_data(e, "client-key-data");
  if (!key) return key.error();
  out.certificate_pem = std::move(*certificate);
  out.key_pem = std::move(*key);
  out.certificate_file = resolve(e, "client-certificate");
  out.key_file = resolve(e, "client-key");
  out.token = std::string(api::get_string(*e.body, {"token"}));
  out.token_file = resolve(e, "tokenFile");
  return {};
}

base::Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return base::Error(base::Errc::invalid_argument, "cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> default_paths() {
  std::vector<std::string> out;
  if (const char* list = std::getenv("KUBECONFIG"); list && *list) {
    std::stringstream in(list);
    for (std::string part; std::getline(in, part, ':');)
      if (!part.empty() && fs::exists(part)) out.push_back(part);
    if (out.empty()) out.emplace_back(list);
    return out;
  }
  const char* home = std::getenv("HOME");
  out.push_back((fs::path(home ? home : "/") / ".kube" / "config").string());
  return out;
}

base::Result<std::shared_ptr<http::TlsContext>> make_tls(KubeconfigContext& c) {
  const bool inline_data = !c.ca_pem.empty() || !c.certificate_pem.empty() || !c.key_pem.empty();
  if (!inline_data && !c.insecure_skip_verify) {
    http::TlsFiles files{c.certificate_file, c.key_file, c.ca_file};
    return http::TlsContext::client(files);
  }
  const auto load = [](std::string& pem, const std::string& file) -> base::Result<void> {
    if (!pem.empty() || file.empty()) return {};
    auto text = read_file(file);
    if (!text) return text.error();
    pem = std::move(*text);
    return {};
  };
  if (auto r = load(c.ca_pem, c.ca_file); !r) return r.error();
  if (auto r = load(c.certificate_pem, c.certificate_file); !r) return r.error();
  if (auto r = load(c.key_pem, c.key_file); !r) return r.error();
  return http::TlsContext::client_from_pem(c.certificate_pem, c.key_pem, c.ca_pem, c.insecure_skip_verify);
}

}  // namespace

base::Result<KubeconfigContext> parse_kubeconfig(const std::vector<KubeconfigDocument>& documents) {
  std::vector<Document> parsed;
  std::string current, where;
  for (const auto& d : documents) {
    auto root = base::parse_yaml(d.text);
    if (!root) return invalid(d.path, root.error().message);
    if (!root->is_object()) return invalid(d.path, "not a mapping");
    parsed.push_back({d.path, std::move(root->as_object())});
    if (current.empty()) current = std::string(api::get_string(parsed.back().root, {"current-context"}));
  }
  if (parsed.empty()) return base::Error(base::Errc::invalid_argument, "no kubeconfig was given");
  if (current.empty()) return invalid(parsed.front().path, "current-context is not set");
  auto context = find_entry(parsed, "contexts", "context", current);
  if (!context) return context.error();
  KubeconfigContext out;
  out.user = std::string(api::get_string(*context->body, {"user"}));
  out.ns = std::string(api::get_string(*context->body, {"namespace"}));
  auto cluster =
      find_entry(parsed, "clusters", "cluster", std::string(api::get_string(*context->body, {"cluster"})));
  if (!cluster) return cluster.error();
  if (auto r = read_cluster(*cluster, out); !r) return r.error();
  if (out.user.empty()) return out;
  auto user = find_entry(parsed, "users", "user", out.user);
  if (!user) return user.error();
  if (auto r = read_user(*user, out); !r) return r.error();
  return out;
}

namespace {

base::Result<Config> load(const std::string& path, bool anonymous) {
  const auto paths = path.empty() ? default_paths() : std::vector<std::string>{path};
  std::vector<KubeconfigDocument> documents;
  for (const auto& p : paths) {
    auto text = read_file(p);
    if (!text) return std::move(text.error()).prepend("kubeconfig");
    documents.push_back({p, std::move(*text)});
  }
  auto context = parse_kubeconfig(documents);
  if (!context) return context.error();
  if (anonymous)
    for (auto* credential : {&context->certificate_file, &context->certificate_pem, &context->key_file,
                             &context->key_pem, &context->token, &context->token_file})
      credential->clear();
  Config config;
  config.servers = context->servers;
  config.bearer_token = context->token;
  config.token_file = context->token.empty() ? context->token_file : std::string();
  if (config.servers.front().starts_with("https://")) {
    auto tls = make_tls(*context);
    if (!tls) return std::move(tls.error()).prepend("kubeconfig " + paths.front());
    config.tls = std::move(*tls);
  }
  return config;
}

}  // namespace

base::Result<Config> load_kubeconfig(const std::string& path) {
  return load(path, false);
}

base::Result<Config> load_kubeconfig_anonymous(const std::string& path) {
  return load(path, true);
}

}  // namespace client

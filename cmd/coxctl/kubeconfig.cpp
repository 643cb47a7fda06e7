#include "kubeconfig.hpp"
#include <sstream>
#include "base/encoding.hpp"
#include "certificate_files.hpp"

namespace coxctl {
namespace {

namespace fs = std::filesystem;

struct Person {
  std::string file, certificate, user;
  bool all_servers;
};

std::vector<Person> people(int nodes) {
  std::vector<Person> out = {
      {"admin", "admin", "kubernetes-admin", false},
      {"scheduler", "scheduler", "system:kube-scheduler", true},
      {"controllers", "controller-manager", "system:kube-controller-manager", true},
  };
  for (int i = 1; i <= nodes; ++i) {
    const auto name = node_name(i);
    out.push_back({name, "nodes/" + name + "/client", "system:node:" + name, true});
  }
  return out;
}

std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& p : parts)
    out += (out.empty() ? "" : ",") + p;
  return out;
}

base::Result<Kubeconfig> config_of(const Person& person, const KubeconfigOptions& options) {
  Kubeconfig c;
  c.user = person.user;
  c.server = person.all_servers ? join(options.servers) : options.servers.front();
  const auto read = [&](const std::string& name, std::string& into) -> base::Result<void> {
    auto text = read_file(options.pki_dir / name);
    if (!text) return std::move(text.error()).prepend("run `coxctl certs init` first");
    into = std::move(*text);
    return {};
  };
  if (auto r = read("ca.crt", c.authority_pem); !r) return r.error();
  if (auto r = read(person.certificate + ".crt", c.certificate_pem); !r) return r.error();
  if (auto r = read(person.certificate + ".key", c.key_pem); !r) return r.error();
  return c;
}

}  // namespace

std::string render(const Kubeconfig& c) {
  const std::string context = c.user + "@" + c.cluster;
  std::ostringstream out;
  out << "apiVersion: v1\nkind: Config\n"
      << "clusters:\n- name: " << c.cluster << "\n  cluster:\n"
      << "    certificate-authority-data: " << base::base64_encode(c.authority_pem) << "\n"
      << "    server: " << c.server << "\n"
      << "contexts:\n- name: " << context << "\n  context:\n    cluster: " << c.cluster
      << "\n    user: " << c.user << "\ncurrent-context: " << context << "\npreferences: {}\n"
      << "users:\n- name: " << c.user << "\n  user:\n"
      << "    client-certificate-data: " << base::base64_encode(c.certificate_pem) << "\n"
      << "    client-key-data: " << base::base64_encode(c.key_pem) << "\n";
  return out.str();
}

base::Result<std::vector<fs::path>> write_kubeconfigs(const KubeconfigOptions& options) {
  if (options.servers.empty())
    return base::Error(base::Errc::invalid_argument, "--server names no API server");
  std::vector<fs::path> changed;
  for (const auto& person : people(options.nodes)) {
    const auto config = config_of(person, options);
    if (!config) return config.error();
    const auto path = options.out_dir / (person.file + ".kubeconfig");
    const auto text = render(*config);
    if (const auto old = read_file(path); old && *old == text) continue;
    if (auto r = write_file(path, text, true); !r) return r.error();
    changed.push_back(path);
  }
  return changed;
}

}  // namespace coxctl

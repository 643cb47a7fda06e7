#include "commands.hpp"
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include "base/flags.hpp"
#include "certificate_files.hpp"
#include "kubeconfig.hpp"
#include "store/run.hpp"

namespace coxctl {
namespace {

constexpr std::string_view usage =
    "Makes and checks what a Coxswain cluster's identities rest on, and looks after its store.\n\n"
    "Usage:\n"
    "  coxctl certs init    make the certificates and keys of a cluster, or renew what expires\n"
    "  coxctl certs store   make those of one more member of the store\n"
    "  coxctl certs check   show every certificate, its authority and how long it lasts\n"
    "  coxctl kubeconfig    write the kubeconfigs of the administrator and of each component\n"
    "  coxctl store ...     status, members, defragmentation, keys of the store: coxctl store --help\n\n"
    "  coxctl COMMAND --help explains the flags of a command.\n";

int fail(const base::Error& e, int code = 1) {
  std::cerr << "coxctl: " << e.message << "\n";
  return code;
}

void add_shape(base::Flags& flags, ClusterShape& shape) {
  flags.add("stores", &shape.stores, "How many raft-store members the cluster has.");
  flags.add("nodes", &shape.nodes, "How many nodes the cluster has.");
  flags.add("service-address", &shape.service_address,
            "Address of the kubernetes Service, for the API server.");
  flags.add("cluster-domain", &shape.cluster_domain, "DNS domain of the cluster.");
  flags.add("addresses", &shape.addresses, "Addresses every serving certificate is made for.");
  flags.add("apiserver-sans", &shape.extra_sans, "More names and addresses the API server is reached by.");
}

/// Parses; true if the command goes on, else `code` is what to exit with. `positional`: where arguments that
/// are no flags go; null: there may be none.
bool parse(base::Flags& flags, std::span<const char* const> arguments, int& code,
           std::vector<std::string>* positional = nullptr) {
  const auto rest = flags.parse(static_cast<int>(arguments.size()), arguments.data());
  code = 2;
  if (!rest) {
    std::cerr << "coxctl: " << rest.error().message << "\n";
    return false;
  }
  if (flags.help_requested()) {
    std::cout << flags.help();
    code = 0;
    return false;
  }
  if (positional) *positional = *rest;
  if (!positional && !rest->empty()) {
    std::cerr << "coxctl: unexpected argument \"" << rest->front() << "\"\n";
    return false;
  }
  return true;
}

bool valid_shape(const ClusterShape& shape) {
  const bool ok = shape.stores >= 1 && shape.stores <= 99 && shape.nodes >= 0 && shape.nodes <= 10'000;
  if (!ok) std::cerr << "coxctl: --stores must be from 1 to 99 and --nodes from 0 to 10000\n";
  return ok;
}

/// Writes what was done; returns how many were kept.
int tell(const std::vector<Change>& changes) {
  int kept = 0;
  for (const auto& c : changes) {
    if (c.kind == Change::Kind::kept) {
      ++kept;
      continue;
    }
    std::cout << (c.kind == Change::Kind::created ? "created " : "renewed ") << c.name
              << (c.why.empty() ? "" : " (" + c.why + ")") << "\n";
  }
  return kept;
}

int certs_init(std::span<const char* const> arguments) {
  std::string dir = ".cluster/pki";
  ClusterShape shape;
  bool quiet = false;
  base::Flags flags("coxctl certs init",
                    "Makes the certificates and keys of a cluster; keeps what is there and valid.");
  flags.add("dir", &dir, "Where the certificates are.");
  flags.add("quiet", &quiet, "Say only what changed.");
  add_shape(flags, shape);
  int code = 0;
  if (!parse(flags, arguments, code)) return code;
  if (!valid_shape(shape)) return 2;
  const auto changes = ensure(dir, plan_certificates(shape), base::Clock::real().now());
  if (!changes) return fail(changes.error());
  const int kept = tell(*changes);
  if (!quiet) std::cout << kept << " of " << changes->size() << " kept, in " << dir << "\n";
  return 0;
}

int certs_store(std::span<const char* const> arguments) {
  std::string dir = ".cluster/pki";
  ClusterShape shape;
  base::Flags flags(
      "coxctl certs store NAME",
      "Makes the certificates of one member of the store (etcd/NAME, etcd/NAME-peer), signed by the "
      "authority that is there; touches no others.");
  flags.add("dir", &dir, "Where the certificates are.");
  flags.add("addresses", &shape.addresses, "Addresses this member is reached at.");
  int code = 0;
  std::vector<std::string> names;
  if (!parse(flags, arguments, code, &names)) return code;
  if (names.size() != 1 || names[0].find_first_of("/ ,=") != std::string::npos) {
    std::cerr << "coxctl: give the new member's name, such as store-4\n";
    return 2;
  }
  if (!std::filesystem::exists(std::filesystem::path(dir) / "etcd" / "ca.key"))
    return fail({base::Errc::not_found,
                 "there is no etcd/ca.key in " + dir +
                     ": it is where `coxctl certs init` was run that the store's authority is"});
  const auto changes = ensure(dir, plan_store_certificates(names[0], shape), base::Clock::real().now());
  if (!changes) return fail(changes.error());
  tell(*changes);
  return 0;
}

std::string residual(base::SystemTime until, base::SystemTime now) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(until - now).count();
  if (hours >= 48) return std::to_string(hours / 24) + "d";
  return hours > 0 ? std::to_string(hours) + "h" : "0";
}

int certs_check(std::span<const char* const> arguments) {
  std::string dir = ".cluster/pki";
  ClusterShape shape;
  base::Flags flags("coxctl certs check",
                    "Shows every certificate; exits with 1 if one is missing, wrong or expired.");
  flags.add("dir", &dir, "Where the certificates are.");
  add_shape(flags, shape);
  int code = 0;
  if (!parse(flags, arguments, code)) return code;
  if (!valid_shape(shape)) return 2;
  const auto now = base::Clock::real().now();
  bool all_good = true;
  std::printf("%-34s %-22s %-8s %-10s %s\n", "CERTIFICATE", "EXPIRES", "LEFT", "AUTHORITY", "STATE");
  for (const auto& s : inspect(dir, plan_certificates(shape), now)) {
    using Status = CertificateState::Status;
    const bool dated = s.not_after != base::SystemTime{};
    all_good = all_good && (s.status == Status::good || s.status == Status::renew);
    std::printf("%-34s %-22s %-8s %-10s %s%s\n", s.name.c_str(),
                dated ? base::format_rfc3339(s.not_after).c_str() : "-",
                dated ? residual(s.not_after, now).c_str() : "-",
                s.authority.empty() ? "-" : s.authority.c_str(), std::string(text(s.status)).c_str(),
                s.status == Status::wrong ? (": " + s.why).c_str() : "");
  }
  return all_good ? 0 : 1;
}

int kubeconfig(std::span<const char* const> arguments) {
  KubeconfigOptions options;
  std::string pki = ".cluster/pki", out = ".cluster";
  base::Flags flags("coxctl kubeconfig",
                    "Writes the kubeconfigs of the administrator and of each component.");
  flags.add("dir", &pki, "Where the certificates are.");
  flags.add("out", &out, "Where the kubeconfigs go.");
  flags.add(
      "server", &options.servers,
      "URL of the API server. Several, or a list: the daemons use all of them, admin.kubeconfig the first.");
  flags.add("nodes", &options.nodes, "How many nodes the cluster has.");
  int code = 0;
  options.servers.clear();
  if (!parse(flags, arguments, code)) return code;
  if (options.servers.empty()) options.servers = {"https://127.0.0.1:6443"};
  options.pki_dir = pki;
  options.out_dir = out;
  const auto changed = write_kubeconfigs(options);
  if (!changed) return fail(changed.error());
  for (const auto& path : *changed)
    std::cout << "wrote " << path.string() << "\n";
  return 0;
}

}  // namespace

int run(std::span<const char* const> arguments) {
  const auto word = [&](std::size_t i) { return i < arguments.size() ? std::string_view(arguments[i]) : ""; };
  if (word(1) == "certs" && word(2) == "init") return certs_init(arguments.subspan(2));
  if (word(1) == "certs" && word(2) == "store") return certs_store(arguments.subspan(2));
  if (word(1) == "certs" && word(2) == "check") return certs_check(arguments.subspan(2));
  if (word(1) == "kubeconfig") return kubeconfig(arguments.subspan(1));
  if (word(1) == "store") return store::run(arguments.subspan(2));
  if (word(1) == "--version" || word(1) == "version") {
    std::cout << "coxctl " COX_VERSION "\n";
    return 0;
  }
  const bool asked = word(1) == "--help" || word(1) == "-h" || word(1) == "help";
  (asked ? std::cout : std::cerr) << usage;
  return asked ? 0 : 2;
}

}  // namespace coxctl

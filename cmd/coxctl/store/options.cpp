#include "coxctl/store/options.hpp"
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace coxctl::store {
namespace {

struct Variable {
  const char* name;
  const char* flag;
};
constexpr std::array kVariables = {
    Variable{"ETCDCTL_ENDPOINTS", "endpoints"},
    Variable{"ETCDCTL_CACERT", "cacert"},
    Variable{"ETCDCTL_CERT", "cert"},
    Variable{"ETCDCTL_KEY", "key"},
    Variable{"ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "insecure-skip-tls-verify"},
    Variable{"ETCDCTL_DIAL_TIMEOUT", "dial-timeout"},
    Variable{"ETCDCTL_COMMAND_TIMEOUT", "command-timeout"},
    Variable{"ETCDCTL_WRITE_OUT", "write-out"},
    Variable{"ETCDCTL_HEX", "hex"},
    Variable{"COXCTL_PKI", "pki"},
};

constexpr std::array kFormats = {"simple", "table", "json", "fields"};

base::Error wrong(std::string message) {
  return {base::Errc::invalid_argument, std::move(message)};
}

base::Result<std::string> read(const std::string& path, const char* flag) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return wrong(std::string("--") + flag + ": cannot read " + path);
  return text.str();
}

std::chrono::milliseconds in_ms(std::chrono::nanoseconds d) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(d), std::chrono::milliseconds(1));
}

}  // namespace

bool takes_value(std::string_view flag) {
  constexpr std::array kSwitches = {"hex", "insecure-skip-tls-verify"};
  if (flag == "w" || flag == "write-out") return true;
  const auto is = [flag](const char* name) { return flag == name; };
  return std::any_of(kVariables.begin(), kVariables.end(), [&](const Variable& v) { return is(v.flag); }) &&
         std::none_of(kSwitches.begin(), kSwitches.end(), is);
}

std::string with_scheme(const std::string& endpoint) {
  return endpoint.find("://") == std::string::npos ? "https://" + endpoint : endpoint;
}

void Options::add_to(base::Flags& flags) {
  flags.section("Flags of every command");
  flags.add("endpoints", &endpoints,
            "Members to ask, tried in order; commands about one member ask each. Without a scheme: https. "
            "[ETCDCTL_ENDPOINTS]");
  flags.add("pki", &pki,
            "Directory made by `coxctl certs init`; stands for its --cacert, --cert and --key. [COXCTL_PKI]");
  flags.add("cacert", &cacert, "Authority that signed the members' certificates. [ETCDCTL_CACERT]");
  flags.add("cert", &cert, "Certificate to be known by. [ETCDCTL_CERT]");
  flags.add("key", &key, "Its key. [ETCDCTL_KEY]");
  flags.add("insecure-skip-tls-verify", &insecure_skip_tls_verify,
            "Talk to whoever answers, whatever certificate it shows. [ETCDCTL_INSECURE_SKIP_TLS_VERIFY]");
  flags.add("dial-timeout", &dial_timeout, "How long connecting may take. [ETCDCTL_DIAL_TIMEOUT]");
  flags.add(
      "command-timeout", &command_timeout,
      "How long a request may take; those that read or rewrite the whole store have an hour unless this is "
      "set. [ETCDCTL_COMMAND_TIMEOUT]");
  flags.add("write-out", &write_out,
            "How answers are written: simple, table, json, fields. [ETCDCTL_WRITE_OUT]");
  flags.add("w", &write_out, "The same as --write-out.");
  flags.add("hex", &hex, "Write keys, values and ids in hexadecimal. [ETCDCTL_HEX]");
}

base::Result<void> Options::take_environment(const std::function<const char*(const char*)>& get) {
  for (const Variable& variable : kVariables) {
    const char* value = get(variable.name);
    if (!value || !*value) continue;
    base::Flags flags("coxctl store", "");
    add_to(flags);
    const std::string word = std::string("--") + variable.flag + "=" + value;
    const std::array words = {"coxctl", word.c_str()};
    if (auto parsed = flags.parse(static_cast<int>(words.size()), words.data()); !parsed)
      return wrong(std::string("environment variable ") + variable.name + ": " + parsed.error().message);
  }
  return {};
}

base::Result<void> Options::check() const {
  if (std::find(kFormats.begin(), kFormats.end(), write_out) == kFormats.end())
    return wrong("--write-out must be simple, table, json or fields, not \"" + write_out + "\"");
  if (dial_timeout.count() <= 0 || command_timeout.count() <= 0)
    return wrong("--dial-timeout and --command-timeout must be above 0");
  return {};
}

base::Result<void> Options::complete() {
  if (endpoints.empty()) return wrong("--endpoints names no member");
  std::transform(endpoints.begin(), endpoints.end(), endpoints.begin(), with_scheme);
  if (!pki.empty()) {
    const std::filesystem::path dir(pki);
    if (cacert.empty()) cacert = dir / "etcd" / "ca.crt";
    if (cert.empty() && key.empty()) {
      cert = dir / "apiserver-etcd-client.crt";
      key = dir / "apiserver-etcd-client.key";
    }
    if (!std::filesystem::exists(cacert))
      return wrong("--pki: there is no " + cacert + "; `coxctl certs init --dir " + pki + "` makes it");
  }
  if (cert.empty() != key.empty()) return wrong("--cert and --key go together");
  const bool secure = std::any_of(endpoints.begin(), endpoints.end(),
                                  [](const std::string& e) { return e.starts_with("https://"); });
  if (secure && cacert.empty() && !insecure_skip_tls_verify)
    return wrong(
        "give --pki DIR (made by `coxctl certs init`), or --cacert, --cert and --key, to talk to a store "
        "over "
        "TLS; one without TLS is named by http:// in --endpoints");
  return {};
}

Format Options::format() const {
  return static_cast<Format>(std::find(kFormats.begin(), kFormats.end(), write_out) - kFormats.begin());
}

std::chrono::milliseconds Options::command_timeout_ms() const {
  return in_ms(command_timeout);
}

std::chrono::milliseconds Options::long_timeout_ms() const {
  return command_timeout == command_timeout_default ? std::chrono::hours(1) : command_timeout_ms();
}

base::Result<std::shared_ptr<http::Client>> Options::connect(base::Executor ex, std::vector<std::string> at,
                                                             std::size_t connections_max) const {
  http::ClientOptions client;
  client.endpoints = std::move(at);
  client.connect_timeout = in_ms(dial_timeout);
  client.request_timeout = command_timeout_ms();
  client.connections_max = connections_max;
  client.user_agent = "coxctl/" COX_VERSION;
  const std::pair<const std::string*, const char*> files[] = {
      {&cacert, "cacert"}, {&cert, "cert"}, {&key, "key"}};
  std::string pem[3];
  for (std::size_t i = 0; i < 3; ++i) {
    if (files[i].first->empty()) continue;
    auto text = read(*files[i].first, files[i].second);
    if (!text) return text.error();
    pem[i] = std::move(*text);
  }
  auto tls = http::TlsContext::client_from_pem(pem[1], pem[2], pem[0], insecure_skip_tls_verify);
  if (!tls) return tls.error().prepend("certificates (--cacert, --cert, --key)");
  client.tls = std::move(*tls);
  return http::Client::create(std::move(ex), std::move(client));
}

}  // namespace coxctl::store

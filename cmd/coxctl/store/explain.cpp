#include "coxctl/store/explain.hpp"
#include "coxctl/store/text.hpp"

namespace coxctl::store {

std::string advice(const base::Error& error, const Options& options) {
  const auto says = [&](std::string_view text) { return error.message.find(text) != std::string::npos; };
  const std::string at = joined(options.endpoints, ",");
  if (says("certificate verify failed"))
    return "the member's certificate is not signed by " + options.cacert +
           ", or is not made for the name in --endpoints; see --cacert and `coxctl certs check`";
  if (options.cert.empty() && (says("certificate required") || says("handshake failure") || says("alert")))
    return "the store wants to know who asks: give --cert and --key, or --pki";
  if (says("bad certificate") || says("unknown ca") || says("unknown_ca"))
    return "the store does not accept " + options.cert + ": it must be signed by the store's authority";
  if (says("wrong version number") || says("packet length too long") || says("http request") ||
      (says("closed by the peer") && at.find("http://") != std::string::npos))
    return "one side speaks TLS and the other does not: write https:// or http:// in --endpoints";
  if (says("refused") || says("unreachable") || says("Host not found") || says("connecting to"))
    return "is a member running there? --endpoints says " + at;
  if (says("NOSPACE") || says("database space exceeded"))
    return "the store is full: delete, `coxctl store compact REV`, `coxctl store defrag --cluster`, then "
           "`coxctl store alarm disarm`";
  if (says("no leader"))
    return "a majority of the members must run and reach each other: `coxctl store status` shows them";
  if (error.is(base::Errc::deadline_exceeded))
    return "see `coxctl store status`; --command-timeout gives it more time";
  if (error.is(base::Errc::unknown_outcome))
    return "it may have been done all the same: look before you repeat it";
  if (error.is(base::Errc::unsupported) && says("404")) return "the store there does not know this call";
  return "";
}

}  // namespace coxctl::store

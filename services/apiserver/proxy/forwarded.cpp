#include "apiserver/proxy/forwarded.hpp"
#include <algorithm>
#include <cctype>
#include <vector>

namespace apiserver::proxy {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

/// Fields that the Connection field names are for one hop, too.
std::vector<std::string> one_hop(const http::Headers& headers) {
  std::vector<std::string> names{
      "connection", "proxy-connection",  "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
      "trailer",    "transfer-encoding", "upgrade",    "content-length"};
  for (auto list : headers.all("Connection"))
    while (!list.empty()) {
      const auto comma = list.find(',');
      auto name = lower(list.substr(0, comma));
      name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
      if (!name.empty()) names.push_back(std::move(name));
      list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
  return names;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Who the client is stays between it and this server.
bool is_private(const std::string& name) {
  return name == "authorization" || name == "host" || name == "expect" || name.starts_with("impersonate-") ||
         name.starts_with("x-remote-") || name.starts_with("sec-websocket-");
}

std::string host_of(const std::string& remote_address) {
  const auto colon = remote_address.rfind(':');
  return remote_address.substr(0, colon);
}

}  // namespace

http::Request forwarded_request(const http::Request& asked, const std::string& remote_address,
                                std::string_view rest) {
  http::Request out;
  out.method = asked.method;
  out.path = rest.empty() ? "/" : std::string(rest);
  out.raw_query = asked.raw_query;
  const auto dropped = one_hop(asked.headers);
  std::string via;
  for (const auto& [name, value] : asked.headers) {
    const auto plain = lower(name);
    if (plain == "x-forwarded-for")
      via += value + ", ";
    else if (!contains(dropped, plain) && !is_private(plain))
      out.headers.add(name, value);
  }
  out.headers.set("X-Forwarded-For", via + host_of(remote_address));
  out.headers.set("X-Forwarded-Host", std::string(asked.headers.get("Host")));
  out.headers.set("X-Forwarded-Proto", "https");
  out.headers.set("X-Forwarded-Uri", asked.path);
  return out;
}

http::Headers returned_headers(const http::Headers& from, std::string_view endpoint,
                               std::string_view prefix) {
  http::Headers out;
  const auto dropped = one_hop(from);
  for (const auto& [name, value] : from) {
    const auto plain = lower(name);
    if (contains(dropped, plain) || plain == "date") continue;
    std::string_view place = value;
    if (plain != "location") {
      out.add(name, value);
      continue;
    }
    if (place.starts_with(endpoint)) place.remove_prefix(endpoint.size());
    const bool here = place.starts_with('/') && !place.starts_with("//");
    out.add(name, here ? std::string(prefix).append(place) : value);
  }
  return out;
}

}  // namespace apiserver::proxy

#include <algorithm>
#include "frame/frame.hpp"

namespace frame {
namespace {

bool wanted(Health::Kind kind, std::string_view root) {
  if (kind == Health::Kind::both || root == "/healthz") return true;
  return (kind == Health::Kind::live) == (root == "/livez");
}

http::Response text(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

std::string_view root_of(std::string_view path) {
  return path.substr(0, path.find('/', 1));
}

}  // namespace

void Health::add(std::string name, Kind kind, Check check) {
  std::lock_guard lock(mutex_);
  entries_.push_back({std::move(name), kind, std::move(check)});
}

bool Health::is_health_path(std::string_view path) noexcept {
  const auto root = root_of(path);
  return root == "/livez" || root == "/readyz" || root == "/healthz";
}

http::Response Health::answer(std::string_view path, const http::Query& query) const {
  const auto root = root_of(path);
  const auto single = path.size() > root.size() ? path.substr(root.size() + 1) : std::string_view();
  const auto excluded = query.all("exclude");
  std::string report;
  bool failed = false, found = single.empty();
  std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (!wanted(entry.kind, root) || (!single.empty() && entry.name != single)) continue;
    found = true;
    if (std::find(excluded.begin(), excluded.end(), entry.name) != excluded.end()) {
      report += "[+]" + entry.name + " excluded: ok\n";
      continue;
    }
    const auto result = entry.check();
    // The reason goes to the log of who looks there, not to whoever asks: upstream withholds it too.
    report += result ? "[+]" + entry.name + " ok\n" : "[-]" + entry.name + " failed: reason withheld\n";
    failed |= !result;
  }
  if (!found) return text(404, "no check is named \"" + std::string(single) + "\"\n");
  const std::string name(root.substr(1));
  if (failed) return text(500, report + name + " check failed\n");
  if (query.has("verbose")) return text(200, report + name + " check passed\n");
  return text(200, "ok");
}

}  // namespace frame

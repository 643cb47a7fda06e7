#include <set>
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

/// "a","b"
std::string quoted(const std::set<std::string_view>& names) {
  std::string out;
  for (const auto name : names)
    out.append(out.empty() ? "\"" : ",\"").append(name).append("\"");
  return out;
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

http::Response Health::one(std::string_view root, std::string_view name) const {
  std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry.name != name || !wanted(entry.kind, root)) continue;
    const auto result = entry.check();
    // Who may ask for a single check may know why it failed, as upstream.
    return result ? text(200, "ok") : text(500, "internal server error: " + result.error().message + "\n");
  }
  return text(404, "no check is named \"" + std::string(name) + "\"\n");
}

http::Response Health::answer(std::string_view path, const http::Query& query) const {
  const auto root = root_of(path);
  if (path.size() > root.size()) return one(root, path.substr(root.size() + 1));
  std::set<std::string_view> excluded;
  for (const auto name : query.all("exclude"))
    excluded.insert(name);
  auto unknown = excluded;
  std::string report;
  bool failed = false;
  std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (!wanted(entry.kind, root)) continue;
    unknown.erase(entry.name);
    if (excluded.contains(entry.name)) {
      report += "[+]" + entry.name + " excluded: ok\n";
      continue;
    }
    const auto result = entry.check();
    // The reason goes to the log of who looks there, not to whoever asks: upstream withholds it too.
    report += result ? "[+]" + entry.name + " ok\n" : "[-]" + entry.name + " failed: reason withheld\n";
    failed |= !result;
  }
  if (!unknown.empty())
    report += "warn: some health checks cannot be excluded: no matches for " + quoted(unknown) + "\n";
  const std::string name(root.substr(1));
  if (failed) return text(500, report + name + " check failed\n");
  if (query.has("verbose")) return text(200, report + name + " check passed\n");
  return text(200, "ok");
}

}  // namespace frame

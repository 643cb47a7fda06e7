#include "node-agent/volumes/atomic_writer.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include "node-agent/volumes/files.hpp"

namespace node_agent::volumes {

namespace fs = std::filesystem;
using base::Result;

namespace {

constexpr const char* data_link = "..data";
constexpr const char* new_data_link = "..data_tmp";

/// The name of the directory that is seen now; empty: none.
std::string current_directory(const std::string& directory) {
  std::error_code code;
  const auto target = fs::read_symlink(directory + "/" + data_link, code);
  const auto name = target.filename().string();
  return code || !name.starts_with("..") ? std::string() : name;
}

bool same_content(const fs::path& file, const std::string& data) {
  std::error_code code;
  if (fs::file_size(file, code) != data.size() || code) return false;
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {}) == data;
}

/// Whether the files below `current` are those of `payload`.
bool unchanged(const std::string& current, const Payload& payload) {
  std::size_t files = 0;
  std::error_code code;
  for (fs::recursive_directory_iterator it(current, code), end; it != end; it.increment(code)) {
    if (code) return false;
    if (it->is_directory(code)) continue;
    const auto found = payload.find(it->path().lexically_relative(current).string());
    if (found == payload.end() || !same_content(it->path(), found->second.data)) return false;
    ++files;
  }
  return !code && files == payload.size();
}

/// Names in `directory` that stand for the files of `payload`.
std::set<std::string> visible_names(const Payload& payload) {
  std::set<std::string> out;
  for (const auto& [path, file] : payload)
    out.insert(path.substr(0, path.find('/')));
  return out;
}

Result<std::string> make_update_directory(const std::string& directory) {
  char stamp[32];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::strftime(stamp, sizeof stamp, "..%Y_%m_%d_%H_%M_%S.", &utc);
  std::string path = directory + "/" + stamp + "XXXXXX";
  if (!::mkdtemp(path.data())) return system_error("mkdir " + path);
  if (::chmod(path.c_str(), 0755) != 0) return system_error("chmod " + path);
  return path;
}

Result<void> write_files(const std::string& directory, const Payload& payload) {
  for (const auto& [path, file] : payload) {
    const auto slash = path.find_last_of('/');
    if (slash != std::string::npos) {
      auto made = make_directories(directory + "/" + path.substr(0, slash), 0755);
      if (!made) return made;
    }
    auto created = create_file(directory + "/" + path, file.data, file.mode, file.user);
    if (!created) return created;
  }
  return {};
}

/// The moment at which readers see the update.
Result<void> show(const std::string& directory, const std::string& update) {
  const std::string fresh = directory + "/" + new_data_link, link = directory + "/" + data_link;
  ::unlink(fresh.c_str());
  if (::symlink(fs::path(update).filename().c_str(), fresh.c_str()) != 0)
    return system_error("symlink " + fresh);
  if (::rename(fresh.c_str(), link.c_str()) != 0) return system_error("rename " + fresh);
  return {};
}

/// A link for each name there is, none for names there were.
Result<void> link_names(const std::string& directory, const std::set<std::string>& names) {
  std::error_code code;
  for (const auto& name : names) {
    const std::string link = directory + "/" + name;
    if (fs::is_symlink(fs::symlink_status(link, code))) continue;
    if (::symlink((std::string(data_link) + "/" + name).c_str(), link.c_str()) != 0)
      return system_error("symlink " + link);
  }
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("..") && entry.is_symlink(code) && !names.contains(name))
      ::unlink(entry.path().c_str());
  }
  return {};
}

/// Directories of earlier updates, also of ones that were not finished.
void remove_others(const std::string& directory, const std::string& keep) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("..") || name == data_link || name == keep) continue;
    auto removed = remove_tree(entry.path().string());
    base::ignore_error(std::move(removed));
  }
}

}  // namespace

Result<void> write_atomically(const std::string& directory, const Payload& payload,
                              const std::function<Result<void>(const std::string&)>& finish) {
  for (const auto& [path, file] : payload)
    if (auto ok = check_path(path); !ok) return ok;
  const auto names = visible_names(payload);
  const auto current = current_directory(directory);
  if (!current.empty() && unchanged(directory + "/" + current, payload)) return link_names(directory, names);
  auto update = make_update_directory(directory);
  if (!update) return update.error();
  auto done = write_files(*update, payload);
  if (done) done = finish(*update);
  if (done) done = show(directory, *update);
  if (!done) {
    auto removed = remove_tree(*update);
    base::ignore_error(std::move(removed));
    return done;
  }
  remove_others(directory, fs::path(*update).filename().string());
  return link_names(directory, names);
}

}  // namespace node_agent::volumes

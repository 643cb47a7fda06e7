#include "raft-store/replication/active_database.hpp"
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include "base/log.hpp"
#include "raft-store/replication/give_up.hpp"

namespace raft_store::replication {
namespace {

namespace fs = std::filesystem;

base::Error damaged(const std::string& text) {
  return with_way_out({base::Errc::corrupt, text});
}

base::Error system_error(const std::string& what, const fs::path& path) {
  const std::string text = what + " " + path.string() + ": " + std::strerror(errno);
  return {base::Errc::internal, text + disk_advice(text, path.parent_path())};
}

base::Result<void> sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("open", path);
  const int failed = ::fsync(fd);
  ::close(fd);
  if (failed != 0) return system_error("fsync", path);
  return {};
}

std::string checksum(const std::string& text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  char out[16];
  std::snprintf(out, sizeof out, "%08lx", crc32_z(0, bytes, text.size()));
  return out;
}

/// Where no database is named: none may have anything in it.
base::Result<std::string> without_active(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().filename().string().starts_with("db-") && !fs::is_empty(entry.path(), ignored))
      return damaged(folder.string() + ": the file active is missing, which names the database in use");
  return std::string();
}

/// "NAME CHECKSUM"; the name alone is of a time before the checksum. Empty if nothing was ever here.
base::Result<std::string> read_active(const fs::path& folder) {
  const fs::path file = folder / "active";
  std::ifstream in(file);
  if (!in.is_open()) return without_active(folder);
  std::string name, sum, more;
  in >> name >> sum >> more;
  const bool whole = more.empty() && (sum.empty() || sum == checksum(name));
  if (!whole || !name.starts_with("db-"))
    return damaged(file.string() + " is damaged, which names the database in use");
  std::error_code ignored;
  if (!fs::is_directory(folder / name, ignored))
    return damaged((folder / name).string() + " is missing, the database that " + file.string() + " names");
  return name;
}

/// A new member's.
base::Result<std::string> first_database(const fs::path& data_dir) {
  const fs::path path = data_dir / "member" / "db-1";
  std::error_code error;
  fs::create_directory(path, error);
  if (error) return base::Error(base::Errc::internal, "create " + path.string() + ": " + error.message());
  if (base::Result<void> made = make_active(data_dir, path); !made) return made.error();
  return path.filename().string();
}

}  // namespace

base::Result<void> make_active(const fs::path& data_dir, const fs::path& database) {
  const fs::path folder = data_dir / "member", next = folder / "active.next";
  {
    std::ofstream out(next, std::ios::trunc);
    const std::string name = database.filename().string();
    out << name << " " << checksum(name) << "\n";
    if (!out.flush()) return system_error("write", next);
  }
  if (base::Result<void> synced = sync_path(next); !synced) return synced;
  std::error_code error;
  fs::rename(next, folder / "active", error);
  if (error) return base::Error(base::Errc::internal, "rename " + next.string() + ": " + error.message());
  return sync_path(folder);
}

base::Result<fs::path> active_database(const fs::path& data_dir) {
  const fs::path folder = data_dir / "member";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return base::Error(base::Errc::internal, "create " + folder.string() + ": " + error.message());
  fs::permissions(data_dir, fs::perms::owner_all, error);
  base::Result<std::string> name = read_active(folder);
  if (name && name->empty()) name = first_database(data_dir);
  if (!name) return name.error();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory() || entry.path().filename() == *name) continue;
    base::log::info("removing what an interrupted snapshot left", {{"path", entry.path().string()}});
    fs::remove_all(entry.path(), error);
  }
  return folder / *name;
}

fs::path unused_database(const fs::path& data_dir) {
  for (int n = 1;; ++n) {
    fs::path path = data_dir / "member" / ("db-" + std::to_string(n));
    if (!fs::exists(path)) return path;
  }
}

}  // namespace raft_store::replication

#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include "base/runtime.hpp"
#include "http/server.hpp"
#include "raft-store/replication/replicator.hpp"

/// What the tests of replication share: a small state machine and members on loopback.
namespace raft_store::replication::testing {

/// The value a key had before.
class Previous final : public Outcome {
 public:
  explicit Previous(std::string v) : value(std::move(v)) {}
  const std::string value;
};

/// Keys and values; a command is "key=value". Real: it is in the database alone.
class Registers final : public StateMachine {
 public:
  std::vector<std::string> column_families() const override { return {"registers"}; }
  base::Result<void> open(DatabasePtr database, raft::Index applied) override;
  std::vector<OutcomePtr> apply(std::span<const Command> commands, rocksdb::WriteBatch& batch) override;
  void published(raft::Index applied) override;

  std::string get(const std::string& key) const;  ///< From any thread; empty if there is none.
  raft::Index applied() const;
  int opened() const;  ///< How often a database was taken up.

 private:
  mutable std::mutex mutex_;
  DatabasePtr database_;
  raft::Index applied_;
  int opened_ = 0;
};

/// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A member with its server for peers (plain HTTP).
class TestMember {
 public:
  TestMember(base::Runtime& runtime, std::filesystem::path dir, std::string name);
  std::string peer_url() const;
  /// Opens and starts with these options (name, data_dir and timing are set here). A failure fails the test.
  void start(std::vector<Member> initial_cluster, std::function<void(ReplicatorOptions&)> adjust = {});
  base::Awaitable<void> stop();
  base::Awaitable<void> close();  ///< Stops the server too; before destruction.

  Registers& machine() { return *machine_; }
  Replicator& replicator() { return *replicator_; }
  bool running() const { return replicator_ != nullptr; }
  const std::string& name() const { return name_; }
  bool cut_off = false;  ///< Answers its peers with 503 and sends nothing through.

 private:
  base::Runtime& runtime_;
  std::filesystem::path dir_;
  std::string name_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<Registers> machine_;
  std::unique_ptr<Replicator> replicator_;
};

/// Runs `body` on a runtime; an exception of it is the test's.
void run(std::function<base::Awaitable<void>(base::Runtime&)> body);

/// Asks again every few milliseconds until `condition` holds; false after `limit`.
base::Awaitable<bool> eventually(std::function<bool()> condition,
                                 std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace raft_store::replication::testing

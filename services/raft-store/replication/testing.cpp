#include "raft-store/replication/testing.hpp"
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <stdlib.h>
#include <exception>
#include <stdexcept>
#include "base/assert.hpp"

namespace raft_store::replication::testing {

using namespace std::chrono_literals;

base::Result<void> Registers::open(DatabasePtr database, raft::Index applied) {
  const std::lock_guard lock(mutex_);
  database_ = std::move(database);
  applied_ = applied;
  ++opened_;
  return {};
}

std::vector<OutcomePtr> Registers::apply(std::span<const Command> commands, rocksdb::WriteBatch& batch) {
  std::map<std::string, std::string> changed;
  std::vector<OutcomePtr> outcomes;
  for (const Command& command : commands) {
    const std::size_t equals = command.data.find('=');
    COX_ASSERT(equals != std::string_view::npos, "a command is key=value");
    const std::string key(command.data.substr(0, equals)), value(command.data.substr(equals + 1));
    const auto before = changed.find(key);
    outcomes.push_back(std::make_shared<Previous>(before == changed.end() ? get(key) : before->second));
    changed[key] = value;
    batch.Put(database_->family("registers"), key, value);
  }
  return outcomes;
}

void Registers::published(raft::Index applied) {
  const std::lock_guard lock(mutex_);
  applied_ = applied;
}

std::string Registers::get(const std::string& key) const {
  DatabasePtr database;
  {
    const std::lock_guard lock(mutex_);
    database = database_;
  }
  std::string value;
  const rocksdb::Status status =
      database->db().Get(rocksdb::ReadOptions(), database->family("registers"), key, &value);
  return status.ok() ? value : "";
}

raft::Index Registers::applied() const {
  const std::lock_guard lock(mutex_);
  return applied_;
}

int Registers::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

namespace {

/// In memory where there is room: what is tested is not the disk, and one that others keep busy can take many
/// seconds for a sync.
std::filesystem::path roomy_directory() {
  constexpr std::uintmax_t kRoom = std::uintmax_t{1} << 30;
  std::error_code error;
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::space_info space = std::filesystem::space(memory, error);
  return !error && space.available > kRoom ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (roomy_directory() / "cox-replication-XXXXXX").string();
  COX_ASSERT(::mkdtemp(name.data()) != nullptr, "a temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestMember::TestMember(base::Runtime& runtime, std::filesystem::path dir, std::string name)
    : runtime_(runtime), dir_(std::move(dir)), name_(std::move(name)) {
  // One server for the member's whole life, so that its URL is known before it starts and stays when it
  // restarts.
  server_ =
      http::Server::listen(runtime.executor(), {}, [this](http::Exchange& exchange) -> base::Awaitable<void> {
        if (!replicator_ || cut_off) {
          http::Response refusal;
          refusal.status = 503;
          base::Result<void> sent = co_await exchange.respond(std::move(refusal));
          base::ignore_error(std::move(sent));
          co_return;
        }
        co_await replicator_->serve_peer(exchange);
      }).value();
}

std::string TestMember::peer_url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

void TestMember::start(std::vector<Member> initial_cluster, std::function<void(ReplicatorOptions&)> adjust) {
  ReplicatorOptions options;
  options.name = name_;
  options.data_dir = dir_ / name_;
  options.initial_cluster = std::move(initial_cluster);
  options.advertise_client_urls = {"https://" + name_};
  options.heartbeat_interval = 20ms;
  options.election_timeout = 200ms;
  options.request_timeout = 2000ms;
  if (adjust) adjust(options);
  machine_ = std::make_unique<Registers>();
  replicator_ = Replicator::open(runtime_, std::move(options), *machine_).value();
  replicator_->start();
}

base::Awaitable<void> TestMember::stop() {
  if (!replicator_) co_return;
  co_await replicator_->stop();
  replicator_.reset();
  machine_.reset();
}

base::Awaitable<void> TestMember::close() {
  co_await server_->stop(1s);
  co_await stop();
}

void run(std::function<base::Awaitable<void>(base::Runtime&)> body) {
  base::Runtime runtime;
  std::exception_ptr failure;
  runtime.run([&]() -> base::Awaitable<int> {
    try {
      co_await body(runtime);
    } catch (...) {
      failure = std::current_exception();
    }
    co_return 0;
  });
  if (failure) std::rethrow_exception(failure);
}

base::Awaitable<bool> eventually(std::function<bool()> condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) co_return false;
    co_await base::sleep_for(5ms);
  }
  co_return true;
}

}  // namespace raft_store::replication::testing

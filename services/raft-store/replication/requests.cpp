#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include "raft-store/replication/command_frame.hpp"
#include "raft-store/replication/engine.hpp"

/// What callers ask for: proposals, linearizable reads, changes of members.
namespace raft_store::replication {
namespace {

constexpr std::size_t kProposalsMax = 10'000;

namespace asio = boost::asio;

/// etcd's request time-out: time for two elections beside the work itself.
std::chrono::milliseconds patience(const ReplicatorOptions& options) {
  return options.request_timeout + 2 * options.election_timeout;
}

base::Error stopped() {
  return {base::Errc::cancelled, "the store is stopping"};
}
base::Error no_leader() {
  return {base::Errc::unavailable, "raft: no leader"};
}
base::Error no_answer() {
  return {base::Errc::unknown_outcome, "raft: no answer in time; it may still be applied"};
}

/// Runs on destruction, however a coroutine ends.
template <class F>
class Finally {
 public:
  explicit Finally(F f) : f_(std::move(f)) {}
  ~Finally() { f_(); }
  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  F f_;
};

}  // namespace

template <class T>
base::Awaitable<T> Engine::on_strand(base::Awaitable<T> work) {
  // Counted from the caller's thread on, so that `stop` waits for calls still on their way to the strand.
  ++calls_;
  const Finally done([this] { --calls_; });
  co_return co_await boost::asio::co_spawn(strand_, std::move(work), boost::asio::use_awaitable);
}

base::Awaitable<base::Result<Replicator::Applied>> Engine::propose(std::string command) {
  ++calls_;
  const Finally over([this] { --calls_; });
  if (command.size() > options_.request_bytes_max)
    co_return base::Error(base::Errc::resource_exhausted, "the request is too large");
  const auto proposal = std::make_shared<Proposal>();
  proposal->sequence = next_sequence_++;
  proposal->data = raft::make_data(frame({instance_, proposal->sequence, command}));
  proposal->until = std::chrono::steady_clock::now() + patience(options_);
  auto start = [this, proposal](auto handler) { begin(proposal, std::move(handler)); };
  using Signature = void(base::Result<Applied>);
  co_return co_await asio::async_initiate<decltype(asio::use_awaitable), Signature>(std::move(start),
                                                                                    asio::use_awaitable);
}

/// No coroutine on the strand and no timer of its own: a put takes one trip there and one back.
template <class Handler>
void Engine::begin(const ProposalPtr& proposal, Handler handler) {
  auto slot = asio::get_associated_cancellation_slot(handler);
  if (slot.is_connected())
    slot.assign([this, sequence = proposal->sequence](asio::cancellation_type) {
      asio::post(strand_, [this, sequence] { finish(sequence, stopped()); });
    });
  auto work = asio::make_work_guard(asio::get_associated_executor(handler));
  // A std::function wants to be copied, and a handler does not.
  auto waiting = std::make_shared<std::pair<Handler, decltype(work)>>(std::move(handler), std::move(work));
  proposal->done = [waiting](base::Result<Applied> result) {
    const auto back = waiting->second.get_executor();
    asio::post(back, [waiting, result = std::move(result)]() mutable {
      Handler resume = std::move(waiting->first);
      waiting->second.reset();
      asio::get_associated_cancellation_slot(resume).clear();
      std::move(resume)(std::move(result));
    });
  };
  submit(proposal);
}

void Engine::submit(ProposalPtr proposal) {
  {
    const std::lock_guard lock(incoming_mutex_);
    incoming_.push_back(std::move(proposal));
    if (incoming_.size() > 1) return;  // The first one's turn takes the others.
  }
  asio::post(strand_, [this] { take_incoming(); });
}

void Engine::take_incoming() {
  std::vector<ProposalPtr> arrived;
  {
    const std::lock_guard lock(incoming_mutex_);
    arrived.swap(incoming_);
  }
  for (ProposalPtr& proposal : arrived) {
    const bool full = proposals_.size() >= kProposalsMax;
    proposals_[proposal->sequence] = proposal;
    if (stopping_)
      finish(proposal->sequence, stopped());
    else if (full)
      finish(proposal->sequence,
             base::Error(base::Errc::resource_exhausted, "too many requests wait to be committed"));
    else
      inbox_.push_back(std::move(proposal));
  }
  if (!writing_) pump();  // Else the writer does, when it comes back.
}

/// Wakes whoever proposed it, unless that was done before.
void Engine::finish(std::uint64_t sequence, base::Result<Applied> result) {
  const auto found = proposals_.find(sequence);
  if (found == proposals_.end()) return;
  const ProposalPtr proposal = std::move(found->second);
  proposals_.erase(found);
  if (!proposal->submitted) std::erase(inbox_, proposal);
  if (!result) {
    const std::lock_guard lock(status_mutex_);
    ++status_.proposals_failed;
  }
  proposal->done(std::move(result));
}

/// Those whose time is up. All wait equally long, so the oldest come first.
void Engine::give_up_late() {
  const auto now = std::chrono::steady_clock::now();
  while (!proposals_.empty() && proposals_.begin()->second->until <= now) {
    const auto& [sequence, proposal] = *proposals_.begin();
    finish(sequence, proposal->submitted ? no_answer() : no_leader());
  }
}

void Engine::end_proposals() {
  take_incoming();
  while (!proposals_.empty()) {
    const auto& [sequence, proposal] = *proposals_.begin();
    finish(sequence, proposal->submitted ? no_answer() : stopped());
  }
}

base::Awaitable<base::Result<raft::Index>> Engine::linearizable_read() {
  if (alone_) {
    const std::lock_guard lock(status_mutex_);
    co_return std::max(status_.applied, raft::Index(published_.load()));
  }
  co_return co_await on_strand(read_on_strand());
}

base::Awaitable<base::Result<void>> Engine::put_member(Member member) {
  return on_strand(put_member_on_strand(std::move(member)));
}

base::Awaitable<base::Result<void>> Engine::remove_member(raft::NodeId id) {
  return on_strand(remove_member_on_strand(id));
}

base::Awaitable<base::Result<void>> Engine::transfer_leadership(raft::NodeId to) {
  return on_strand(transfer_on_strand(to));
}

base::Awaitable<base::Result<raft::Index>> Engine::read_on_strand() {
  if (stopping_) co_return stopped();
  if (waiting_reads_.empty()) waiting_reads_.push_back(std::make_shared<ReadBatch>(strand_));
  const ReadBatchPtr batch = waiting_reads_.back();
  pump();
  const bool done = co_await batch->done.wait_for(patience(options_));
  if (stopping_) co_return stopped();
  if (done) co_return applied_;
  delays_.failed_reads.add();
  if (node_.leader() == raft::NodeId(0)) co_return no_leader();
  co_return base::Error(base::Errc::deadline_exceeded, "raft: the leader did not confirm a read in time");
}

void Engine::ask_for_reads() {
  if (!asked_reads_.empty() || waiting_reads_.empty() || node_.leader() == raft::NodeId(0)) return;
  ++read_context_;
  if (!node_.read_index(read_context_)) return;
  asked_reads_.swap(waiting_reads_);
  read_age_ticks_ = 0;
}

void Engine::take_read(const raft::ReadState& read) {
  if (read.context != read_context_) return;
  for (ReadBatchPtr& batch : asked_reads_)
    answered_reads_.emplace(read.index, std::move(batch));
  asked_reads_.clear();
  finish_reads();
}

void Engine::drop_read(std::uint64_t context) {
  if (context != read_context_) return;
  delays_.slow_reads.add();
  // A batch whose readers have all gone away is not asked for again.
  std::erase_if(asked_reads_, [](const ReadBatchPtr& batch) { return batch.use_count() == 1; });
  waiting_reads_.insert(waiting_reads_.begin(), asked_reads_.begin(), asked_reads_.end());
  asked_reads_.clear();
}

void Engine::finish_reads() {
  while (!answered_reads_.empty() && answered_reads_.begin()->first <= applied_) {
    answered_reads_.begin()->second->done.set();
    answered_reads_.erase(answered_reads_.begin());
  }
}

base::Awaitable<bool> Engine::wait_applied(raft::Index index) {
  const auto batch = std::make_shared<ReadBatch>(strand_);
  answered_reads_.emplace(index, batch);
  finish_reads();
  co_return co_await batch->done.wait_for(patience(options_));
}

base::Awaitable<base::Result<void>> Engine::change_membership(raft::Membership target) {
  if (stopping_) co_return stopped();
  if (const base::Result<void> proposed = node_.propose_membership(target); !proposed)
    co_return proposed.error();
  const raft::EntryId id = node_.log().last();
  pump();
  const bool applied = co_await wait_applied(id.index);
  // A leader that removed itself has stepped down by now; the entry is what counts. If it is in no log any
  // more, ours was compacted, or a later leader's snapshot came.
  const raft::Term term = node_.log().term_at(id.index).value_or(node_.term());
  if (applied && term == id.term) co_return base::Result<void>();
  co_return base::Error(base::Errc::unknown_outcome, "the change of members is not confirmed");
}

base::Awaitable<base::Result<void>> Engine::put_member_on_strand(Member member) {
  if (member.peer_urls.empty())
    co_return base::Error(base::Errc::invalid_argument, "a member needs a peer URL");
  if (member.id == raft::NodeId(0))
    member.id = derive_member_id(member.peer_urls, options_.initial_cluster_token);
  for (const Member& other : members_of(node_.membership())) {
    if (other.id == member.id) continue;
    const bool taken =
        std::find_first_of(other.peer_urls.begin(), other.peer_urls.end(), member.peer_urls.begin(),
                           member.peer_urls.end()) != other.peer_urls.end();
    if (taken) co_return base::Error(base::Errc::already_exists, "the peer URL belongs to another member");
  }
  if (!member.learner && node_.membership().learners.contains(member.id) && !caught_up(member.id))
    co_return base::Error(base::Errc::conflict,
                          "can only promote a learner member which is in sync with leader");
  raft::Membership target = with_member(node_.membership(), member);
  co_return co_await change_membership(std::move(target));
}

/// etcd's measure: nine tenths of the log.
bool Engine::caught_up(raft::NodeId learner) const {
  const raft::Status now = node_.status();
  const auto peer = now.peers.find(learner);
  return peer != now.peers.end() && peer->second.match.value * 10 >= now.last.index.value * 9;
}

base::Awaitable<base::Result<void>> Engine::remove_member_on_strand(raft::NodeId id) {
  if (!node_.membership().contains(id)) co_return base::Error(base::Errc::not_found, "no such member");
  raft::Membership target = without_member(node_.membership(), id);
  co_return co_await change_membership(std::move(target));
}

base::Awaitable<base::Result<void>> Engine::transfer_on_strand(raft::NodeId to) {
  base::Result<void> begun = node_.transfer_leadership(to);
  pump();
  co_return begun;
}

base::Awaitable<void> Engine::run_publisher() {
  while (!stopping_) {
    const std::vector<Member> members = members_of(node_.membership());
    const auto self =
        std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.id == identity_.id; });
    if (self != members.end()) {
      Member wanted = *self;
      wanted.name = options_.name;
      wanted.client_urls = options_.advertise_client_urls;
      wanted.incarnation = identity_.incarnation;
      if (wanted == *self) co_return;
      co_await publish(std::move(wanted));
    }
    // Soon: until its incarnation is known a member that loses its data passes for a new one.
    const bool slept = co_await base::sleep_for(options_.heartbeat_interval);
    if (!slept) co_return;
  }
}

base::Awaitable<void> Engine::publish(Member member) {
  if (node_.role() == raft::Role::leader) {
    // Refused while another member publishes: tried again soon.
    raft::Membership target = with_member(node_.membership(), member);
    base::Result<void> changed = co_await change_membership(std::move(target));
    base::ignore_error(std::move(changed));
    co_return;
  }
  const auto link = links_.find(node_.leader());
  if (link == links_.end()) co_return;
  const PeerLinkPtr leader = link->second;
  http::Request request;
  request.method = "POST";
  request.path = kMemberPath;
  leader->sign(request);
  request.body = encode_member(member);
  base::Result<http::Response> answer = co_await leader->client().send(std::move(request));
  base::ignore_error(std::move(answer));
}

}  // namespace raft_store::replication

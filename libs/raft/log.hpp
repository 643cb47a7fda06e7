#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "base/strong_type.hpp"

/// The words of Raft. "§n" is a section of the extended Raft paper (Ongaro and Ousterhout, 2014), "thesis §n"
/// one of Ongaro's dissertation.
namespace raft {

using NodeId = base::StrongNumber<struct NodeIdTag>;  ///< 0: no node.
using Term = base::StrongNumber<struct TermTag>;      ///< 0: before the first election.
using Index =
    base::StrongNumber<struct IndexTag>;  ///< Of a log entry; the first is 1, 0 is "before the log".

/// Immutable bytes, shared between the log, messages under way and the state machine. Never null in an entry.
using Data = std::shared_ptr<const std::string>;
Data make_data(std::string bytes);

/// Where an entry stands: two logs that hold the same EntryId are equal up to it (Log Matching, §5.3).
struct EntryId {
  Term term;
  Index index;
  friend bool operator==(const EntryId&, const EntryId&) = default;
};

enum class EntryKind : std::uint8_t {
  command = 0,     ///< For the state machine.
  membership = 1,  ///< Holds an encoded Membership, in force once appended (thesis §4.1).
  empty = 2,       ///< What a new leader appends so that it can commit (§8). Not for the state machine.
};

struct Entry {
  EntryId id;
  EntryKind kind = EntryKind::command;
  Data data;
  std::size_t bytes() const noexcept { return data->size() + 24; }
};

/// What must survive a crash besides the log (§5.2). `commit` may be lost: it is only a hint at start.
struct HardState {
  Term term;
  NodeId vote;  ///< 0: none in this term.
  Index commit;
  friend bool operator==(const HardState&, const HardState&) = default;
};

/// The log after its last compaction, held in memory, with the durable prefix marked. The entries up to
/// `compacted()` are in a snapshot of the state machine. Belongs to its Node.
///
/// Invariants: compacted <= applied <= committed <= last; stable <= last; committed entries never change.
class Log {
 public:
  /// `entries` directly follow `compacted`.
  Log(EntryId compacted, std::vector<Entry> entries);

  Index first() const noexcept { return compacted_.index + 1; }
  EntryId compacted() const noexcept { return compacted_; }
  EntryId last() const noexcept;
  Index stable() const noexcept { return stable_; }
  Index committed() const noexcept { return committed_; }
  Index applied() const noexcept { return applied_; }

  /// The term of `index`; none if it was compacted away or is beyond the end.
  std::optional<Term> term_at(Index index) const noexcept;
  bool matches(EntryId id) const noexcept { return term_at(id.index) == id.term; }
  /// §5.4.1: is a log that ends in `other` at least as complete as this one?
  bool up_to_date(EntryId other) const noexcept;
  /// The entry at `index`, in [first, last].
  const Entry& at(Index index) const;
  /// Entries from `from` (at or after first) to `upto`, at most `bytes_max` but at least one if there is one.
  std::vector<Entry> slice(Index from, Index upto, std::size_t bytes_max) const;
  /// The last index <= `index` whose term is <= `term`: where two logs may agree (the hint of §5.3).
  EntryId probe_point(Index index, Term term) const noexcept;

  /// Adds entries directly after the end.
  void append(std::vector<Entry> entries);
  /// A follower's append after `matches(previous)`: skips what it has, drops what conflicts, adds the rest.
  /// Returns the first index that was dropped or added; none if nothing changed.
  std::optional<Index> merge(EntryId previous, std::vector<Entry> entries);

  void commit_to(Index index);
  void applied_to(Index index);
  /// Drops the entries up to `index` (at most applied).
  void compact(Index index);
  /// Everything up to `id` is in a snapshot just received; the log is empty after it.
  void restore(EntryId id);

  /// Entries not yet handed out for writing, if any.
  std::vector<Entry> take_unstable();
  /// What `take_unstable` gave last is durable, as far as it was not replaced since.
  void written();

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void truncate_from(Index index);

  EntryId compacted_;
  std::deque<Entry> entries_;  ///< entries_[0] has index compacted_ + 1.
  std::size_t bytes_ = 0;      ///< Of entries_.
  Index stable_;               ///< Durable up to here. Lowered when a conflict drops entries.
  Index writing_;              ///< Handed out for writing up to here; >= stable_.
  Index committed_;
  Index applied_;
};

}  // namespace raft

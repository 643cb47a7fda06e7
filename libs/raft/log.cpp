#include "raft/log.hpp"
#include <algorithm>
#include "base/assert.hpp"

namespace raft {

Data make_data(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

Log::Log(EntryId compacted, std::vector<Entry> entries)
    : compacted_(compacted), committed_(compacted.index), applied_(compacted.index) {
  append(std::move(entries));
  stable_ = writing_ = last().index;
}

EntryId Log::last() const noexcept {
  return entries_.empty() ? compacted_ : entries_.back().id;
}

std::optional<Term> Log::term_at(Index index) const noexcept {
  if (index == compacted_.index) return compacted_.term;
  if (index < compacted_.index || index > last().index) return std::nullopt;
  return entries_[index - first()].id.term;
}

bool Log::up_to_date(EntryId other) const noexcept {
  const EntryId mine = last();
  return other.term > mine.term || (other.term == mine.term && other.index >= mine.index);
}

const Entry& Log::at(Index index) const {
  COX_ASSERT(index >= first() && index <= last().index, "no such log entry");
  return entries_[index - first()];
}

std::vector<Entry> Log::slice(Index from, Index upto, std::size_t bytes_max) const {
  COX_ASSERT(from >= first(), "entries were compacted away");
  std::vector<Entry> out;
  std::size_t bytes = 0;
  for (Index i = from; i <= upto && i <= last().index; ++i) {
    const Entry& entry = at(i);
    bytes += entry.bytes();
    if (!out.empty() && bytes > bytes_max) break;
    out.push_back(entry);
  }
  return out;
}

EntryId Log::probe_point(Index index, Term term) const noexcept {
  index = std::min(index, last().index);
  while (index > compacted_.index && *term_at(index) > term)
    index = index - 1;
  return {term_at(index).value_or(Term(0)), index};
}

void Log::append(std::vector<Entry> entries) {
  for (Entry& entry : entries) {
    COX_ASSERT(entry.id.index == last().index + 1 && entry.id.term >= last().term, "a gap in the log");
    COX_ASSERT(entry.data, "an entry without data");
    bytes_ += entry.bytes();
    entries_.push_back(std::move(entry));
  }
}

std::optional<Index> Log::merge(EntryId previous, std::vector<Entry> entries) {
  COX_ASSERT(matches(previous), "merge after an entry that is not here");
  std::size_t known = 0;
  while (known < entries.size() && matches(entries[known].id))
    ++known;
  if (known == entries.size()) return std::nullopt;
  const Index changed = entries[known].id.index;
  if (changed <= last().index) truncate_from(changed);
  entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(known));
  append(std::move(entries));
  return changed;
}

void Log::truncate_from(Index index) {
  COX_ASSERT(index > committed_, "a committed entry would change (Leader Completeness, §5.4)");
  while (last().index >= index) {
    bytes_ -= entries_.back().bytes();
    entries_.pop_back();
  }
  stable_ = std::min(stable_, index - 1);
  writing_ = std::min(writing_, index - 1);
}

void Log::commit_to(Index index) {
  COX_ASSERT(index <= last().index, "commit beyond the end of the log");
  committed_ = std::max(committed_, index);
}

void Log::applied_to(Index index) {
  COX_ASSERT(index >= applied_ && index <= committed_, "applied beyond what is committed");
  applied_ = index;
}

void Log::compact(Index index) {
  COX_ASSERT(index <= applied_ && index <= stable_, "compaction beyond what is applied");
  if (index <= compacted_.index) return;
  const Term term = *term_at(index);
  while (!entries_.empty() && entries_.front().id.index <= index) {
    bytes_ -= entries_.front().bytes();
    entries_.pop_front();
  }
  compacted_ = {term, index};
}

void Log::restore(EntryId id) {
  COX_ASSERT(id.index > committed_, "a snapshot behind the commit index");
  entries_.clear();
  bytes_ = 0;
  compacted_ = id;
  stable_ = writing_ = committed_ = applied_ = id.index;
}

std::vector<Entry> Log::take_unstable() {
  std::vector<Entry> out;
  for (Index i = std::max(writing_ + 1, first()); i <= last().index; ++i)
    out.push_back(at(i));
  writing_ = last().index;
  return out;
}

void Log::written() {
  stable_ = writing_;
}

}  // namespace raft

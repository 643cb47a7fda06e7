#include "sim/linearizability.hpp"
#include <algorithm>
#include <list>
#include <map>
#include <set>

namespace sim {
namespace {

using State = int;  ///< A value's number; 0: empty.
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A call with numbers in place of values.
struct Step {
  RegisterCall::Kind kind;
  State value, expected, before;
  bool answered;
};

class Numbers {
 public:
  State of(const std::optional<std::string>& value) {
    if (!value) return 0;
    return numbers_.try_emplace(*value, static_cast<State>(numbers_.size()) + 1).first->second;
  }

 private:
  std::map<std::string, State> numbers_;
};

State after(const Step& step, State state) {
  switch (step.kind) {
    case RegisterCall::Kind::read:
      return state;
    case RegisterCall::Kind::write:
      return step.value;
    case RegisterCall::Kind::create:
      return state == 0 ? step.value : state;
    case RegisterCall::Kind::swap:
      return state == step.expected ? step.value : state;
  }
  return state;
}

/// A call without an answer whose value nobody met or waits for changes nothing for anybody: whatever stood
/// between it and the next write told nothing. Leaving such calls out keeps the search small.
void drop_unseen(std::vector<RegisterCall>& calls) {
  std::set<std::optional<std::string>> met;
  for (const RegisterCall& call : calls) {
    const bool conditional = call.kind == RegisterCall::Kind::create || call.kind == RegisterCall::Kind::swap;
    if (call.answered) met.insert(call.before);
    if (call.answered) continue;
    if (conditional && call.end != kPending) return;  // Depends in silence on what it met.
    if (call.kind == RegisterCall::Kind::swap) met.insert(call.expected);
  }
  std::erase_if(calls, [&](const RegisterCall& call) {
    if (call.answered || call.end != kPending) return false;
    return call.kind == RegisterCall::Kind::read || (call.value && !met.contains(call.value));
  });
}

/// The begins and ends of the calls in order of time, as a list from which both of a call can be lifted and
/// put back.
class Timeline {
 public:
  explicit Timeline(const std::vector<RegisterCall>& calls) {
    struct Moment {
      std::int64_t time;
      bool ends;
      std::size_t call;
    };
    std::vector<Moment> moments;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      moments.push_back({calls[i].begin, false, i});
      moments.push_back({calls[i].end, true, i});
    }
    // At one time begins come first: such calls are concurrent.
    std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
      return a.time != b.time ? a.time < b.time : a.ends < b.ends;
    });
    nodes_.resize(moments.size() + 2);
    begins_.resize(calls.size());
    ends_.resize(calls.size());
    for (std::size_t i = 0; i < moments.size(); ++i) {
      nodes_[i + 1].call = moments[i].call;
      nodes_[i + 1].ends = moments[i].ends;
      (moments[i].ends ? ends_ : begins_)[moments[i].call] = i + 1;
    }
    for (std::size_t i = 0; i + 1 < nodes_.size(); ++i) {
      nodes_[i].next = i + 1;
      nodes_[i + 1].previous = i;
    }
  }

  std::size_t first() const { return nodes_.front().next; }
  std::size_t next(std::size_t at) const { return nodes_[at].next; }
  bool at_end(std::size_t at) const { return at + 1 == nodes_.size(); }
  bool ends(std::size_t at) const { return nodes_[at].ends; }
  std::size_t call(std::size_t at) const { return nodes_[at].call; }
  std::size_t begin_of(std::size_t call) const { return begins_[call]; }

  void lift(std::size_t call) {
    for (const std::size_t at : {begins_[call], ends_[call]}) {
      nodes_[nodes_[at].previous].next = nodes_[at].next;
      nodes_[nodes_[at].next].previous = nodes_[at].previous;
    }
  }
  void put_back(std::size_t call) {
    for (const std::size_t at : {ends_[call], begins_[call]}) {
      nodes_[nodes_[at].previous].next = at;
      nodes_[nodes_[at].next].previous = at;
    }
  }

 private:
  struct Node {
    std::size_t previous = 0, next = 0, call = kNone;
    bool ends = false;
  };
  std::vector<Node> nodes_;  ///< First and last are no moments.
  std::vector<std::size_t> begins_, ends_;
};

std::string text(const std::optional<std::string>& value) {
  return value ? *value : "nothing";
}

std::string text(const RegisterCall& call) {
  constexpr const char* kinds[] = {"read", "write", "create", "swap"};
  std::string out = "[" + std::to_string(call.begin) + ", " +
                    (call.end == kPending ? "?" : std::to_string(call.end)) + "] " + call.name + " " +
                    kinds[static_cast<int>(call.kind)];
  if (call.kind == RegisterCall::Kind::swap) out += " " + text(call.expected) + " for";
  if (call.kind != RegisterCall::Kind::read) out += " " + text(call.value);
  return out + (call.answered ? ", met " + text(call.before) : "");
}

/// The search: linearize any call that has begun before the first end, as long as it fits; at an end that
/// cannot be passed take back the last one.
class Search {
 public:
  Search(const std::vector<RegisterCall>& calls, std::size_t configurations_max)
      : calls_(calls), configurations_max_(configurations_max), timeline_(calls), done_(calls.size(), false) {
    Numbers numbers;
    for (const RegisterCall& call : calls)
      steps_.push_back({call.kind, numbers.of(call.value), numbers.of(call.expected), numbers.of(call.before),
                        call.answered});
  }

  Judgement run() {
    std::size_t at = timeline_.first();
    while (!timeline_.at_end(timeline_.first())) {
      if (!timeline_.ends(at)) {
        at = linearize(timeline_.call(at)) ? timeline_.first() : timeline_.next(at);
        if (seen_.size() > configurations_max_) return {Judgement::Result::gave_up, {}};
        continue;
      }
      note_obstacle(timeline_.call(at));
      if (stack_.empty()) return {Judgement::Result::not_linearizable, explain()};
      at = timeline_.next(timeline_.begin_of(take_back()));
    }
    return {};
  }

 private:
  struct Undo {
    std::size_t call;
    State state;
  };

  bool linearize(std::size_t call) {
    const Step& step = steps_[call];
    if (step.answered && step.before != state_) return false;
    const State next = after(step, state_);
    done_[call] = true;
    if (!seen_.emplace(done_, next).second) {
      done_[call] = false;
      return false;
    }
    stack_.push_back({call, state_});
    state_ = next;
    timeline_.lift(call);
    return true;
  }

  std::size_t take_back() {
    const Undo undo = stack_.back();
    stack_.pop_back();
    state_ = undo.state;
    done_[undo.call] = false;
    timeline_.put_back(undo.call);
    return undo.call;
  }

  void note_obstacle(std::size_t call) {
    if (obstacle_ != kNone && stack_.size() <= longest_.size()) return;
    obstacle_ = call;
    longest_.clear();
    for (const Undo& undo : stack_)
      longest_.push_back(undo.call);
  }

  std::string explain() const {
    std::string out = "no order of the calls explains the answers; the longest found ends with";
    const std::size_t shown = std::min<std::size_t>(longest_.size(), 12);
    for (std::size_t i = longest_.size() - shown; i < longest_.size(); ++i)
      out += "\n  " + text(calls_[longest_[i]]);
    return out + "\nand leaves no place for\n  " + text(calls_[obstacle_]);
  }

  const std::vector<RegisterCall>& calls_;
  const std::size_t configurations_max_;
  Timeline timeline_;
  std::vector<Step> steps_;
  std::vector<bool> done_;
  State state_ = 0;
  std::vector<Undo> stack_;
  std::set<std::pair<std::vector<bool>, State>> seen_;
  std::size_t obstacle_ = kNone;
  std::vector<std::size_t> longest_;
};

}  // namespace

Judgement judge(std::vector<RegisterCall> calls, std::size_t configurations_max) {
  drop_unseen(calls);
  return Search(calls, configurations_max).run();
}

}  // namespace sim

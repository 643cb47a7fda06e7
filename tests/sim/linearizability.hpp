#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// Is a history of calls on one register linearizable (Herlihy and Wing, 1990)? The search of Wing and Gong
/// with Lowe's memory of configurations seen, as Porcupine has it. Knows nothing of the simulation.
namespace sim {

inline constexpr std::int64_t kPending = std::numeric_limits<std::int64_t>::max();

/// A call on a register that holds a value or none.
struct RegisterCall {
  enum class Kind {
    read,    ///< Leaves it.
    write,   ///< Sets it to `value` (none: empties it).
    create,  ///< Sets it to `value` if it is empty.
    swap,    ///< Sets it to `value` if it holds `expected`.
  };
  Kind kind = Kind::read;
  std::optional<std::string> value, expected;
  std::int64_t begin = 0;
  std::int64_t end =
      kPending;           ///< Not before `begin`. Pending: it takes effect some time after `begin`, or never.
  bool answered = false;  ///< It told what it met:
  std::optional<std::string> before;
  std::string name;  ///< For the explanation.
};

struct Judgement {
  enum class Result { linearizable, not_linearizable, gave_up } result = Result::linearizable;
  /// If it is not: the longest order that could be found, and the answer that does not fit after it.
  std::string explanation;
};

/// Decides for a register that begins empty. Two calls are concurrent unless one ends before (strictly) the
/// other begins. Gives up after `configurations_max` different ones.
Judgement judge(std::vector<RegisterCall> calls, std::size_t configurations_max = 1'000'000);

}  // namespace sim

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>
#include "sim/linearizability.hpp"

/// Is a history that clients of real processes wrote down linearizable, key by key? One call a line:
///
///     KEY read|write|swap BEGIN END VALUE EXPECTED BEFORE NAME
///
/// times in any unit; END "?": no answer. Of the values "=x" is x, "-" none, and BEFORE "?" was not told.
/// Ends with 0, 1 (with what does not fit) or 2 (cannot be read, cannot be decided).
namespace {

using sim::RegisterCall;
using History = std::map<std::string, std::vector<RegisterCall>>;

std::optional<std::string> value_of(const std::string& text) {
  if (text.starts_with("=")) return text.substr(1);
  return std::nullopt;
}

/// False: not a call.
bool take_line(const std::string& line, History& history) {
  std::istringstream in(line);
  std::string key, kind, end, value, expected, before;
  RegisterCall call;
  if (!(in >> key >> kind >> call.begin >> end >> value >> expected >> before >> call.name)) return false;
  const std::map<std::string, RegisterCall::Kind> kinds{{"read", RegisterCall::Kind::read},
                                                        {"write", RegisterCall::Kind::write},
                                                        {"swap", RegisterCall::Kind::swap}};
  const auto known = kinds.find(kind);
  if (known == kinds.end()) return false;
  call.kind = known->second;
  if (end != "?") call.end = std::strtoll(end.c_str(), nullptr, 10);
  call.value = value_of(value);
  call.expected = value_of(expected);
  call.answered = before != "?";
  call.before = value_of(before);
  history[key].push_back(std::move(call));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream in(argc == 2 ? argv[1] : "");
  if (!in) {
    std::fprintf(stderr, "usage: check_history FILE\n");
    return 2;
  }
  History history;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (take_line(line, history)) continue;
    std::fprintf(stderr, "line %zu is not a call: %s\n", number, line.c_str());
    return 2;
  }
  for (auto& [key, calls] : history) {
    const sim::Judgement judgement = sim::judge(std::move(calls));
    if (judgement.result == sim::Judgement::Result::linearizable) continue;
    const bool undecided = judgement.result == sim::Judgement::Result::gave_up;
    std::printf("%s: %s\n", key.c_str(), undecided ? "not decided" : judgement.explanation.c_str());
    return undecided ? 2 : 1;
  }
  std::printf("%zu calls on %zu keys are linearizable\n", number, history.size());
  return 0;
}

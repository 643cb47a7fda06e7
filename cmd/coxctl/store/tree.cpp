#include "coxctl/store/tree.hpp"
#include <algorithm>
#include <sstream>

namespace coxctl::store {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> out;
  for (std::string word; in >> word;)
    out.push_back(word);
  return out;
}

bool begins_with(const std::vector<std::string>& path, const std::vector<std::string>& words) {
  return words.size() <= path.size() && std::equal(words.begin(), words.end(), path.begin());
}

bool leads_on(std::span<const Entry> entries, const std::vector<std::string>& words) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& e) { return begins_with(split(e.path), words); });
}

const Entry* exactly(std::span<const Entry> entries, const std::vector<std::string>& words) {
  const auto hit =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return split(e.path) == words; });
  return hit == entries.end() ? nullptr : &*hit;
}

std::string_view flag_name(std::string_view word) {
  word.remove_prefix(word.starts_with("--") ? 2 : 1);
  return word;
}

/// How many characters two words share from the start.
std::size_t common(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

Found find_command(std::span<const Entry> entries, std::span<const char* const> arguments) {
  Found found;
  bool searching = true;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (!searching || word == "--") {
      searching = false;
      found.rest.push_back(arguments[i]);
    } else if (word.size() > 1 && word[0] == '-') {
      if (word == "--help" || word == "-h") found.help = true;
      found.rest.push_back(arguments[i]);
      if (takes_value(flag_name(word)) && i + 1 < arguments.size()) found.rest.push_back(arguments[++i]);
    } else if (word == "help" && !found.entry) {
      found.help = true;
    } else {
      found.words.emplace_back(word);
      if (!leads_on(entries, found.words)) {
        if (found.entry) {
          found.words.pop_back();
          found.rest.push_back(arguments[i]);
        }
        searching = false;
        continue;
      }
      found.entry = exactly(entries, found.words);
    }
  }
  return found;
}

std::string list_commands(std::span<const Entry> entries, const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string_view>> lines;
  std::size_t width = 0;
  for (const Entry& e : entries) {
    if (!begins_with(split(e.path), words)) continue;
    std::string usage = std::string(e.path) + (e.arguments.empty() ? "" : " " + std::string(e.arguments));
    width = std::max(width, usage.size());
    lines.emplace_back(std::move(usage), e.summary);
  }
  std::string out;
  for (const auto& [usage, summary] : lines)
    out += "  " + usage + std::string(width - usage.size() + 3, ' ') + std::string(summary) + "\n";
  return out;
}

std::string unknown_command(std::span<const Entry> entries, const Found& found) {
  if (found.words.empty()) return "which command?";
  std::vector<std::string> known(found.words.begin(), found.words.end() - 1);
  if (leads_on(entries, found.words)) return "\"" + joined(found.words, " ") + "\" needs one word more";
  std::string best;
  std::size_t shared = 0;
  for (const Entry& e : entries) {
    const auto path = split(e.path);
    if (!begins_with(path, known) || path.size() == known.size()) continue;
    const auto n = common(path[known.size()], found.words.back());
    if (n > shared) shared = n, best = path[known.size()];
  }
  const std::string what = "there is no command \"" + joined(found.words, " ") + "\"";
  if (shared < 2) return what;
  known.push_back(best);
  return what + "; did you mean \"" + joined(known, " ") + "\"?";
}

base::Result<void> check_count(const Entry& entry, std::size_t arguments) {
  std::size_t least = 0, most = 0;
  for (const std::string& word : split(entry.arguments)) {
    const bool many = word.find("...") != std::string::npos;
    if (!word.starts_with("[")) ++least;
    most = many ? std::string::npos : most + (most != std::string::npos ? 1 : 0);
  }
  if (arguments >= least && arguments <= most) return {};
  const std::string usage = "coxctl store " + std::string(entry.path) +
                            (entry.arguments.empty() ? "" : " " + std::string(entry.arguments)) + " [flags]";
  return base::Error(base::Errc::invalid_argument,
                     std::string(arguments < least ? "too few" : "too many") + " arguments; usage: " + usage);
}

}  // namespace coxctl::store

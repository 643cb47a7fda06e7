#include "cel/source.hpp"
#include <algorithm>
#include "cel/utf8.hpp"

namespace cel {

namespace {

constexpr std::size_t snippet_bytes_max = 16384;

struct Place {
  std::size_t line = 0;    ///< From 1.
  std::size_t column = 0;  ///< Code points, from 0.
  std::string_view text;   ///< The line.
};

Place locate(std::string_view source, std::size_t offset) {
  Place p{1, 0, {}};
  std::size_t start = 0;
  for (std::size_t i = 0; i < offset && i < source.size(); ++i)
    if (source[i] == '\n') {
      ++p.line;
      start = i + 1;
    }
  p.text = source.substr(start, source.find('\n', start) - start);
  p.column = utf8::count(source.substr(start, offset - start));
  return p;
}

// Wide characters get wide marks, so that the mark stands below what it means.
std::string mark(const Place& place) {
  std::string out;
  std::string_view rest = place.text;
  for (std::size_t i = 0; i < place.column && !rest.empty(); ++i)
    out += utf8::next(rest) > 0x7f ? "\xEF\xBC\x8E" : ".";
  return out + (!rest.empty() && static_cast<unsigned char>(rest[0]) > 0x7f ? "\xEF\xBC\xBE" : "^");
}

std::string render(std::string_view source, const Issue& issue) {
  if (issue.offset == Issue::nowhere) return "ERROR: <input>:-1:0: " + issue.message;
  const Place place = locate(source, issue.offset);
  std::string out = "ERROR: <input>:" + std::to_string(place.line) + ":" + std::to_string(place.column + 1) +
                    ": " + issue.message;
  if (place.text.size() > snippet_bytes_max) return out;
  std::string line(place.text);
  std::replace(line.begin(), line.end(), '\t', ' ');
  return out + "\n | " + line + "\n | " + mark(place);
}

}  // namespace

std::string render(std::string_view source, std::vector<Issue> issues) {
  // Those without a place come first.
  std::stable_sort(issues.begin(), issues.end(),
                   [](const Issue& a, const Issue& b) { return a.offset + 1 < b.offset + 1; });
  std::string out;
  for (std::size_t i = 0; i < std::min(issues.size(), issues_shown_max); ++i)
    out += (i ? "\n" : "") + render(source, issues[i]);
  if (issues.size() > issues_shown_max)
    out += "\n" + std::to_string(issues.size() - issues_shown_max) + " more errors were truncated";
  return out;
}

}  // namespace cel

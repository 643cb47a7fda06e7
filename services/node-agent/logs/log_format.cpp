#include "node-agent/logs/log_format.hpp"
#include <charconv>

namespace node_agent::logs {

namespace {

constexpr std::size_t line_bytes_max = 1 << 20;  ///< A longer one is passed on in pieces.

std::string_view take_word(std::string_view& text) {
  const auto end = text.find(' ');
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

base::Result<bool> parse_flag(const http::Query& q, const char* name) {
  const auto v = q.get(name);
  if (!v || v->empty() || *v == "false" || *v == "0" || *v == "f" || *v == "False") return false;
  if (*v == "true" || *v == "1" || *v == "t" || *v == "True") return true;
  return base::Error(base::Errc::invalid_argument,
                     std::string(name) + ": invalid boolean \"" + std::string(*v) + "\"");
}

base::Result<std::optional<std::int64_t>> parse_number(const http::Query& q, const char* name,
                                                       std::int64_t min) {
  const auto v = q.get(name);
  if (!v || v->empty()) return std::optional<std::int64_t>();
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(v->data(), v->data() + v->size(), n);
  if (error != std::errc() || end != v->data() + v->size())
    return base::Error(base::Errc::invalid_argument,
                       std::string(name) + ": invalid number \"" + std::string(*v) + "\"");
  if (n < min)
    return base::Error(base::Errc::invalid_argument, std::string(name) + ": must be greater than" +
                                                         (min == 0 ? " or equal to" : "") + " 0");
  return std::optional<std::int64_t>(n);
}

base::Result<void> parse_since(const http::Query& q, base::SystemTime now, LogOptions& o) {
  auto seconds = parse_number(q, "sinceSeconds", 1);
  if (!seconds) return seconds.error();
  const auto time = q.get("sinceTime");
  if (*seconds && time && !time->empty())
    return base::Error(base::Errc::invalid_argument,
                       "at most one of sinceTime or sinceSeconds may be specified");
  if (*seconds) o.since = now - std::chrono::seconds(**seconds);
  if (time && !time->empty()) {
    auto t = base::parse_rfc3339(*time);
    if (!t) return std::move(t.error()).prepend("sinceTime");
    o.since = *t;
  }
  return {};
}

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view line) {
  LogLine out;
  out.timestamp = take_word(line);
  out.stream = take_word(line);
  const auto tag = take_word(line);
  if (out.timestamp.empty() || (out.stream != "stdout" && out.stream != "stderr")) return std::nullopt;
  if (!tag.starts_with('P') && !tag.starts_with('F')) return std::nullopt;
  out.partial = tag.front() == 'P';
  out.text = line;
  return out;
}

base::Result<LogOptions> parse_log_options(const http::Query& q, base::SystemTime now) {
  LogOptions o;
  const std::pair<const char*, bool*> flags[] = {
      {"follow", &o.follow}, {"previous", &o.previous}, {"timestamps", &o.timestamps}};
  for (auto [name, target] : flags) {
    auto v = parse_flag(q, name);
    if (!v) return v.error();
    *target = *v;
  }
  auto tail = parse_number(q, "tailLines", 0);
  if (!tail) return tail.error();
  o.tail_lines = *tail;
  auto limit = parse_number(q, "limitBytes", 1);
  if (!limit) return limit.error();
  o.limit_bytes = *limit;
  const auto stream = q.get("stream").value_or("");
  if (stream == "Stdout")
    o.stream = "stdout";
  else if (stream == "Stderr")
    o.stream = "stderr";
  else if (!stream.empty() && stream != "All")
    return base::Error(base::Errc::invalid_argument,
                       "stream: supported values: \"All\", \"Stderr\", \"Stdout\"");
  auto since = parse_since(q, now, o);
  if (!since) return since.error();
  return o;
}

void LogFilter::emit(std::string_view text, std::string& out) {
  if (options_.limit_bytes) {
    const auto left = static_cast<std::size_t>(*options_.limit_bytes - written_);
    if (text.size() >= left) done_ = true;
    text = text.substr(0, left);
  }
  written_ += static_cast<std::int64_t>(text.size());
  out += text;
}

void LogFilter::line(std::string_view text, std::string& out) {
  const auto l = parse_log_line(text);
  if (!l) return;
  if (!options_.stream.empty() && l->stream != options_.stream) return;
  if (options_.since && !within_line_) {
    const auto at = base::parse_rfc3339(l->timestamp);
    if (at && *at < *options_.since) return;
  }
  if (options_.timestamps && !within_line_) {
    emit(l->timestamp, out);
    if (!done_) emit(" ", out);
  }
  if (!done_) emit(l->text, out);
  if (!done_ && !l->partial) emit("\n", out);
  within_line_ = l->partial;
}

void LogFilter::feed(std::string_view piece, std::string& out) {
  while (!piece.empty() && !done_) {
    const auto end = piece.find('\n');
    if (end == std::string_view::npos) {
      if (rest_.size() < line_bytes_max) rest_ += piece;
      return;
    }
    if (rest_.empty()) {
      line(piece.substr(0, end), out);
    } else {
      rest_ += piece.substr(0, end);
      line(rest_, out);
      rest_.clear();
    }
    piece.remove_prefix(end + 1);
  }
}

std::optional<std::size_t> tail_offset(std::string_view text, std::int64_t lines, std::int64_t& found) {
  for (auto at = text.rfind('\n'); at != std::string_view::npos;
       at = at == 0 ? at - 1 : text.rfind('\n', at - 1)) {
    // The newline that ends the line before the wanted ones.
    if (found++ == lines) return at + 1;
  }
  return std::nullopt;
}

}  // namespace node_agent::logs

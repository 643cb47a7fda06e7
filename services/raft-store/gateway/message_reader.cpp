#include "raft-store/gateway/message_reader.hpp"

namespace raft_store::gateway {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

base::Error malformed(const char* what) {
  return {base::Errc::invalid_argument, std::string("malformed stream: ") + what};
}

}  // namespace

base::Result<std::optional<std::string>> JsonSplitter::next() {
  if (scanned_ == 0) {
    buffer_.erase(0, buffer_.find_first_not_of(kSpace));
    if (buffer_.empty()) return std::optional<std::string>();
    if (buffer_.front() != '{') return malformed("a JSON object is expected");
  }
  const std::optional<std::size_t> end = find_end();
  if (end.value_or(buffer_.size()) > message_bytes_max_)
    return base::Error(base::Errc::resource_exhausted, "a message of the stream is too large");
  if (!end) return std::optional<std::string>();
  std::string object = buffer_.substr(0, *end);
  buffer_.erase(0, *end);
  scanned_ = 0;
  return std::optional(std::move(object));
}

std::optional<std::size_t> JsonSplitter::find_end() {
  while (scanned_ < buffer_.size()) {
    const char c = buffer_[scanned_++];
    if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{') {
      ++depth_;
    } else if (c == '}' && --depth_ == 0) {
      return scanned_;
    }
  }
  return std::nullopt;
}

base::Awaitable<base::Result<std::optional<std::string>>> MessageReader::next() {
  for (;;) {
    auto message = form_ == Form::json ? objects_.next() : frames_.next();
    if (!message || *message) co_return message;
    if (ended_) {
      if (form_ == Form::json && !objects_.empty()) co_return malformed("it ends within an object");
      co_return std::optional<std::string>();
    }
    const base::Result<std::string> piece = co_await exchange_.read_some();
    if (!piece) co_return piece.error();
    ended_ = piece->empty();
    form_ == Form::json ? objects_.feed(*piece) : frames_.feed(*piece);
  }
}

}  // namespace raft_store::gateway

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <unordered_set>
#include "api/decode.hpp"

namespace api {
namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Builds the value and notices keys that occur twice in one object.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Handler(std::vector<std::string>* duplicates) : duplicates_(duplicates) { stack_.reset(); }
  json::value release() { return stack_.release(); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    if (duplicates_) frames_.push_back({true, {}, 0, {}, {}});
    return true;
  }
  bool on_object_end(std::size_t n, error_code&) {
    if (duplicates_) leave();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(error_code&) {
    if (duplicates_) frames_.push_back({false, {}, 0, {}, {}});
    return true;
  }
  bool on_array_end(std::size_t n, error_code&) {
    if (duplicates_) leave();
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(string_view s, std::size_t, error_code&) {
    if (duplicates_) key_.append(s);
    stack_.push_chars(s);
    return true;
  }
  bool on_key(string_view s, std::size_t, error_code&) {
    if (duplicates_) note_key(s);
    stack_.push_key(s);
    return true;
  }
  bool on_string_part(string_view s, std::size_t, error_code&) {
    stack_.push_chars(s);
    return true;
  }
  bool on_string(string_view s, std::size_t, error_code&) {
    stack_.push_string(s);
    return scalar();
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t i, string_view, error_code&) {
    stack_.push_int64(i);
    return scalar();
  }
  bool on_uint64(std::uint64_t u, string_view, error_code&) {
    stack_.push_uint64(u);
    return scalar();
  }
  bool on_double(double d, string_view, error_code&) {
    stack_.push_double(d);
    return scalar();
  }
  bool on_bool(bool b, error_code&) {
    stack_.push_bool(b);
    return scalar();
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return scalar();
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  struct Frame {
    bool object;
    std::string key;
    std::size_t index;
    std::vector<std::string> keys;              ///< Few keys are searched one by one,
    std::unordered_set<std::string> many_keys;  ///< many by hash.
  };
  static constexpr std::size_t few = 16;

  bool scalar() {
    if (!frames_.empty()) ++frames_.back().index;
    return true;
  }
  void leave() {
    frames_.pop_back();
    scalar();
  }
  void note_key(string_view tail) {
    key_.append(tail);
    auto& f = frames_.back();
    f.key = std::move(key_);
    key_.clear();
    if (seen(f)) duplicates_->push_back(path());
  }
  static bool seen(Frame& f) {
    if (f.keys.size() < few && f.many_keys.empty()) {
      if (std::find(f.keys.begin(), f.keys.end(), f.key) != f.keys.end()) return true;
      f.keys.push_back(f.key);
      return false;
    }
    if (f.many_keys.empty()) f.many_keys.insert(f.keys.begin(), f.keys.end());
    return !f.many_keys.insert(f.key).second;
  }
  std::string path() const {
    std::string out;
    for (const auto& f : frames_) {
      if (f.object)
        out += (out.empty() ? "" : ".") + f.key;
      else
        out += "[" + std::to_string(f.index) + "]";
    }
    return out;
  }

  boost::json::value_stack stack_;
  std::vector<std::string>* duplicates_;
  std::vector<Frame> frames_;
  std::string key_;
};

}  // namespace

StatusOr<json::value> parse_json(std::string_view text, const DecodeLimits& limits,
                                 std::vector<std::string>* duplicates) {
  if (text.size() > limits.bytes_max)
    return StatusError::too_large("Request entity too large: limit is " + std::to_string(limits.bytes_max));
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<Handler> parser(options, duplicates);
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  const auto rest = text.substr(std::min(used, text.size()));
  const bool trailing = rest.find_first_not_of(" \t\r\n") != std::string_view::npos;
  if (!error && (trailing || !parser.done()))
    error = trailing ? boost::json::error::extra_data : boost::json::error::incomplete;
  if (error)
    return StatusError::bad_request("invalid JSON at byte " + std::to_string(used) + ": " + error.message());
  return parser.handler().release();
}

std::string encode(const json::value& v) {
  return boost::json::serialize(v);
}

}  // namespace api

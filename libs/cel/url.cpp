#include "cel/url.hpp"
#include <algorithm>
#include <cctype>

namespace cel {

namespace {

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Empty, with the wrong escape in `problem`, if there is one.
std::optional<std::string> unescape(std::string_view text, bool plus_is_space, std::string& problem) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) {
        problem = "invalid URL escape \"" + std::string(text.substr(i, 3)) + "\"";
        return std::nullopt;
      }
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

bool fits_in_path(char c) {
  return alphanumeric(c) || std::string_view("-_.~$&+,/:;=@").find(c) != std::string_view::npos;
}

/// The path as it was if it is well escaped, else escaped anew.
std::string escaped_path(std::string_view raw, const std::string& path) {
  const bool valid = std::all_of(raw.begin(), raw.end(), [](char c) {
    return c == '%' || fits_in_path(c) || std::string_view("!'()*[]").find(c) != std::string_view::npos;
  });
  if (valid) return std::string(raw);
  std::string out;
  for (const char c : path) {
    if (fits_in_path(c)) {
      out += c;
      continue;
    }
    static constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

class UrlParser {
 public:
  UrlParser(std::string_view text, std::string& problem) : rest_(text), problem_(problem) {}

  std::optional<Url> run() {
    if (std::any_of(rest_.begin(), rest_.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return fail("net/url: invalid control character in URL");
    if (rest_.empty()) return fail("empty url");
    if (!scheme()) return std::nullopt;
    const std::size_t question = rest_.find('?');
    if (question != std::string_view::npos) {
      url_.query = rest_.substr(question + 1);
      rest_ = rest_.substr(0, question);
    }
    if (!rest_.starts_with('/')) {
      // "mailto:a@b" has a scheme and something opaque.
      return url_.scheme.empty() ? fail("invalid URI for request") : url_;
    }
    if (!url_.scheme.empty() && rest_.starts_with("//") && !authority()) return std::nullopt;
    const auto path = unescape(rest_, false, problem_);
    if (!path) return std::nullopt;
    url_.path = escaped_path(rest_, *path);
    return url_;
  }

 private:
  std::optional<Url> fail(std::string message) {
    problem_ = std::move(message);
    return std::nullopt;
  }

  bool scheme() {
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == ':' && i == 0) return fail("missing protocol scheme").has_value();
      if (c == ':') {
        url_.scheme = rest_.substr(0, i);
        for (char& s : url_.scheme)
          s = static_cast<char>(std::tolower(static_cast<unsigned char>(s)));
        rest_.remove_prefix(i + 1);
        return true;
      }
      const bool letter = alphanumeric(c) && (c < '0' || c > '9');
      if (!letter && (i == 0 || (!alphanumeric(c) && c != '+' && c != '-' && c != '.'))) return true;
    }
    return true;
  }

  bool authority() {
    rest_.remove_prefix(2);
    std::string_view text = rest_.substr(0, rest_.find('/'));
    rest_.remove_prefix(text.size());
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
      const auto user = text.substr(0, at);
      const bool fine = std::all_of(user.begin(), user.end(), [](char c) {
        return alphanumeric(c) || std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
      });
      if (!fine) return fail("net/url: invalid userinfo").has_value();
      text.remove_prefix(at + 1);
    }
    return host(text);
  }

  bool host(std::string_view text) {
    std::string_view port;
    if (text.starts_with('[')) {
      const auto close = text.rfind(']');
      if (close == std::string_view::npos) return fail("missing ']' in host").has_value();
      port = text.substr(close + 1);
    } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
      port = text.substr(colon);
    }
    const bool digits =
        port.empty() || (port[0] == ':' && std::all_of(port.begin() + 1, port.end(),
                                                       [](char c) { return c >= '0' && c <= '9'; }));
    if (!digits) return fail("invalid port \"" + std::string(port) + "\" after host").has_value();
    for (const char c : text)
      if (!alphanumeric(c) && static_cast<unsigned char>(c) < 0x80 &&
          std::string_view("-_.~!$&'()*+,;=:[]<>\"%").find(c) == std::string_view::npos)
        return fail("invalid character \"" + std::string(1, c) + "\" in host name").has_value();
    auto plain = unescape(text, false, problem_);
    if (!plain) return false;
    url_.host = std::move(*plain);
    return true;
  }

  std::string_view rest_;
  std::string& problem_;
  Url url_;
};

}  // namespace

std::string_view Url::hostname() const noexcept {
  const std::string_view h = host;
  if (h.starts_with('[')) return h.substr(1, h.rfind(']') - 1);
  return h.substr(0, h.find(':'));
}

std::string_view Url::port() const noexcept {
  const std::string_view h = host;
  const auto colon = h.rfind(':');
  const bool in_brackets = h.starts_with('[') && h.rfind(']') > colon;
  return colon == std::string_view::npos || in_brackets ? std::string_view() : h.substr(colon + 1);
}

std::vector<std::pair<std::string, std::string>> Url::query_values() const {
  std::vector<std::pair<std::string, std::string>> out;
  std::string_view rest = query;
  std::string ignored;
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (part.empty() || part.find(';') != std::string_view::npos) continue;
    const auto equals = part.find('=');
    auto key = unescape(part.substr(0, equals), true, ignored);
    auto value = unescape(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1),
                          true, ignored);
    if (key && value) out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

std::optional<Url> parse_url(std::string_view text, std::string& problem) {
  // Requests have no fragments, but expressions' URLs may: upstream parses twice to the same end.
  auto url = UrlParser(text.substr(0, text.find('#')), problem).run();
  if (!url) problem = "parse \"" + std::string(text) + "\": " + problem;
  return url;
}

}  // namespace cel

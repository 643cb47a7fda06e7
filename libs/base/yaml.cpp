#include "base/yaml.hpp"
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>
#include "base/encoding.hpp"

namespace base {
namespace {

namespace json = boost::json;

struct Failure {
  std::string message;
};

std::string place(const YAML::Mark& mark) {
  if (mark.is_null()) return "";
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1) + ": ";
}

bool is_null(std::string_view s) {
  return s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL";
}

bool is_true(std::string_view s) {
  return s == "true" || s == "True" || s == "TRUE" || s == "yes" || s == "Yes" || s == "YES" || s == "on" ||
         s == "On" || s == "ON";
}
bool is_false(std::string_view s) {
  return s == "false" || s == "False" || s == "FALSE" || s == "no" || s == "No" || s == "NO" || s == "off" ||
         s == "Off" || s == "OFF";
}

/// Decimal, 0x, 0o and YAML 1.1's leading-zero octal.
std::optional<json::value> integer(std::string_view s) {
  std::string_view digits = s;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  int radix = 10;
  if (digits.starts_with("0x"))
    radix = 16;
  else if (digits.starts_with("0o"))
    radix = 8;
  if (radix != 10)
    digits.remove_prefix(2);
  else if (digits.size() > 1 && digits[0] == '0')
    radix = 8;
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, radix);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative) {
    if (magnitude > max + 1) return std::nullopt;
    return json::value(static_cast<std::int64_t>(0 - magnitude));
  }
  return magnitude <= max ? json::value(static_cast<std::int64_t>(magnitude)) : json::value(magnitude);
}

std::optional<json::value> floating(std::string_view s) {
  if (s.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (s.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  if (s.starts_with('+')) s.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || end != s.data() + s.size() || !std::isfinite(value)) return std::nullopt;
  return json::value(value);
}

json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  // Quoted and block scalars carry the tag "!": always strings. So do explicit !!str ones.
  if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return json::value(text);
  if (is_null(text)) return nullptr;
  if (is_true(text)) return true;
  if (is_false(text)) return false;
  if (auto v = integer(text)) return *v;
  if (auto v = floating(text)) return *v;
  return json::value(text);
}

class Converter {
 public:
  explicit Converter(const YamlLimits& limits) : limits_(limits) {}

  json::value convert(const YAML::Node& node, std::size_t depth) {
    if (depth > limits_.depth_max) throw Failure{place(node.Mark()) + "nested too deeply"};
    if (++nodes_ > limits_.nodes_max) throw Failure{"too many nodes (aliases expand too far)"};
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return scalar(node);
      case YAML::NodeType::Sequence:
        return sequence(node, depth);
      case YAML::NodeType::Map:
        return mapping(node, depth);
      default:
        return nullptr;
    }
  }

 private:
  json::value sequence(const YAML::Node& node, std::size_t depth) {
    json::array out;
    out.reserve(node.size());
    for (const auto& child : node)
      out.push_back(convert(child, depth + 1));
    return out;
  }

  json::value mapping(const YAML::Node& node, std::size_t depth) {
    json::object out, merged;
    for (const auto& member : node) {
      if (!member.first.IsScalar())
        throw Failure{place(member.first.Mark()) + "a mapping's key must be a scalar"};
      const std::string& key = member.first.Scalar();
      json::value value = convert(member.second, depth + 1);
      if (key == "<<" && member.first.Tag() != "!")
        merge(merged, value);
      else if (!out.emplace(key, std::move(value)).second)
        throw Failure{place(member.first.Mark()) + "key \"" + key + "\" already set in map"};
    }
    for (auto& [key, value] : merged)
      out.emplace(key, value);
    return out;
  }

  /// YAML 1.1's "<<": what it brings gives way to the mapping's own keys.
  static void merge(json::object& into, const json::value& from) {
    if (from.is_object())
      for (const auto& [key, value] : from.get_object())
        into.emplace(key, value);
    if (from.is_array())
      for (const auto& v : from.get_array())
        merge(into, v);
  }

  const YamlLimits& limits_;
  std::size_t nodes_ = 0;
};

Error invalid(std::string message) {
  return {Errc::invalid_argument, "yaml: " + std::move(message)};
}

/// Can `text` stand without quotes and still be read as a string?
bool plain(std::string_view text) {
  if (is_null(text) || is_true(text) || is_false(text) || integer(text) || floating(text)) return false;
  if (text == "y" || text == "n" || text == "Y" || text == "N") return false;
  constexpr std::string_view bad_first = "-?:,[]{}#&*!|>'\"%@` .=<~";
  if (bad_first.find(text.front()) != std::string_view::npos) return false;
  if (text.back() == ' ' || text.back() == ':') return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f) return false;
  // Dates and times would be read as timestamps by other readers.
  return !(text.size() >= 10 && std::isdigit(static_cast<unsigned char>(text[0])) && text[4] == '-' &&
           text[7] == '-');
}

class Printer {
 public:
  void print(const json::value& v, std::size_t indent, bool after_dash) {
    if (v.is_object() && !v.get_object().empty()) return object(v.get_object(), indent, after_dash);
    if (v.is_array() && !v.get_array().empty()) return array(v.get_array(), indent, after_dash);
    leaf(v, indent);
    out += '\n';
  }
  std::string out;

 private:
  static bool nested(const json::value& v) {
    return (v.is_object() && !v.get_object().empty()) || (v.is_array() && !v.get_array().empty());
  }

  void object(const json::object& o, std::size_t indent, bool after_dash) {
    bool first = after_dash;
    for (const auto& [key, value] : o) {
      if (!std::exchange(first, false)) out.append(indent, ' ');
      string(key, indent, false);
      out += ':';
      if (!nested(value)) {
        out += ' ';
        print(value, indent + 2, false);
        continue;
      }
      out += '\n';
      // A list inside a mapping is not indented further, as kubectl prints it.
      print(value, value.is_array() ? indent : indent + 2, false);
    }
  }

  void array(const json::array& a, std::size_t indent, bool after_dash) {
    bool first = after_dash;
    for (const auto& v : a) {
      if (!std::exchange(first, false)) out.append(indent, ' ');
      out += "- ";
      print(v, indent + 2, true);
    }
  }

  void leaf(const json::value& v, std::size_t indent) {
    if (v.is_string())
      string(v.get_string(), indent, true);
    else if (v.is_null())
      out += "null";
    else
      out += json::serialize(v);
  }

  void string(std::string_view text, std::size_t indent, bool block_allowed) {
    if (!text.empty() && plain(text))
      out += text;
    else if (block_allowed && text.find('\n') != std::string_view::npos && block_safe(text))
      block(text, indent);
    else
      out += json::serialize(json::value(text));
  }

  static bool block_safe(std::string_view text) {
    if (text.front() == ' ' || text.front() == '\n') return false;
    for (unsigned char c : text)
      if ((c < 0x20 && c != '\n') || c == 0x7f) return false;
    return text.find(" \n") == std::string_view::npos;
  }

  void block(std::string_view text, std::size_t indent) {
    const bool ends = text.back() == '\n';
    const bool keeps = text.size() > 1 && ends && text[text.size() - 2] == '\n';
    out += !ends ? "|-" : keeps ? "|+" : "|";
    while (!text.empty()) {
      const auto line = text.substr(0, text.find('\n'));
      out += '\n';
      if (!line.empty()) out.append(std::max<std::size_t>(indent, 2), ' ').append(line);
      text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
  }
};

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

/// Hears a document and forgets it.
class Deaf final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}
};

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++n;
  return n;
}

/// After a stray closing bracket yaml-cpp 0.7 delivers empty documents without end. No stream has more
/// documents than markers plus one, so a first pass that keeps nothing finds that out.
void check_it_ends(std::string_view text) {
  const std::size_t documents_max = 1 + occurrences(text, "---") + occurrences(text, "...");
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  Deaf deaf;
  for (std::size_t n = 0; parser.HandleNextDocument(deaf);)
    if (++n > documents_max) throw Failure{"unexpected text after the end of the document"};
}

}  // namespace

Result<std::vector<boost::json::value>> parse_yaml_stream(std::string_view text, const YamlLimits& limits) {
  if (!is_valid_utf8(text)) return Error(Errc::invalid_argument, "yaml: not UTF-8");
  // YAML 1.1, section 4.1.1.
  if (std::any_of(text.begin(), text.end(), is_forbidden))
    return Error(Errc::invalid_argument, "yaml: control characters are not allowed");
  if (text.size() > limits.bytes_max)
    return Error(Errc::resource_exhausted,
                 "yaml: larger than " + std::to_string(limits.bytes_max) + " bytes");
  try {
    std::vector<json::value> documents;
    check_it_ends(text);
    for (const auto& node : YAML::LoadAll(std::string(text))) {
      if (!node.IsDefined() || node.IsNull()) continue;
      documents.push_back(Converter(limits).convert(node, 0));
    }
    return documents;
  } catch (const YAML::Exception& e) {
    return invalid(place(e.mark) + e.msg);
  } catch (const Failure& f) {
    return invalid(f.message);
  }
}

Result<boost::json::value> parse_yaml(std::string_view text, const YamlLimits& limits) {
  auto documents = parse_yaml_stream(text, limits);
  if (!documents) return documents.error();
  if (documents->size() > 1) return invalid("more than one document");
  if (documents->empty()) return json::value(nullptr);
  return std::move(documents->front());
}

std::string to_yaml(const boost::json::value& value) {
  Printer printer;
  printer.print(value, 0, false);
  return std::move(printer.out);
}

}  // namespace base

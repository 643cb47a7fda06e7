#include <vector>
#include "api/field_error.hpp"
#include "cel/rule.hpp"

/// The fieldPath of rules: JSON paths of fields and keys, such as ".spec.list" and ".labels['a.b']".
namespace cel {

namespace {

/// Splits at '.', '[' and ']', which are tokens of their own; quoted texts stay whole.
std::vector<std::string_view> tokens(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    std::size_t end = path.find_first_of(".[]");
    if (path[0] == '\'') {
      end = 1;
      while (end < path.size() && (path[end] != '\'' || path[end - 1] == '\\'))
        ++end;
      end = std::min(end + 1, path.size());
    } else if (end == 0) {
      end = 1;
    }
    out.push_back(path.substr(0, end));
    path.remove_prefix(out.back().size());
  }
  return out;
}

std::optional<std::string> unquoted(std::string_view text, std::string& problem) {
  if (text.size() < 2 || text[0] != '\'' || !text.ends_with('\'')) {
    problem = "expected single quoted string but got " + std::string(text);
    return std::nullopt;
  }
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    static constexpr std::string_view letters = "abfnrtv'\\", plain = "\a\b\f\n\r\t\v'\\";
    const auto found = letters.find(text[++i]);
    if (found == std::string_view::npos) {
      problem = "invalid string literal: invalid escape char " + std::string(text.substr(i - 1, 2));
      return std::nullopt;
    }
    out += plain[found];
  }
  return out;
}

class PathResolver {
 public:
  PathResolver(const json::object& schema, std::string& problem) : schema_(&schema), problem_(problem) {}

  std::optional<std::string> run(std::string_view path) {
    const auto all = tokens(path);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool bracket = all[i] == "[";
      if (!bracket && all[i] != ".") return fail("expected [ or . but got: " + std::string(all[i]));
      if (++i == all.size()) return fail("unexpected end of JSON path");
      const auto name = bracket ? unquoted(all[i], problem_) : std::string(all[i]);
      if (!name || !step(*name)) return std::nullopt;
      if (!bracket) continue;
      if (++i == all.size()) return fail("unexpected end of JSON path");
      if (all[i] != "]") return fail("expected ] but got " + std::string(all[i]));
    }
    return path_.text();
  }

 private:
  std::optional<std::string> fail(std::string message) {
    problem_ = std::move(message);
    return std::nullopt;
  }

  bool step(const std::string& name) {
    if (const json::object* properties = child_schema(*schema_, "properties")) {
      path_ = path_.child(name);
      schema_ = child_schema(*properties, name);
    } else {
      path_ = path_.key(name);
      schema_ = child_schema(*schema_, "additionalProperties");
    }
    if (!schema_) problem_ = "does not refer to a valid field";
    return schema_ != nullptr;
  }

  const json::object* schema_;
  std::string& problem_;
  api::field::Path path_;
};

}  // namespace

std::optional<std::string> resolve_field_path(std::string_view path, const json::object& schema,
                                              std::string& problem) {
  return PathResolver(schema, problem).run(path);
}

}  // namespace cel

#include <algorithm>
#include <charconv>
#include <optional>
#include "api/patch.hpp"

namespace api {
namespace {

constexpr std::size_t operations_max = 10'000;

using Tokens = std::vector<std::string>;

/// RFC 6901: "/a/b~1c" -> {"a", "b/c"}.
std::optional<Tokens> parse_pointer(std::string_view text) {
  Tokens out;
  if (text.empty()) return out;
  if (text.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      out.emplace_back();
      continue;
    }
    char c = text[i];
    if (c == '~') {
      if (++i == text.size() || (text[i] != '0' && text[i] != '1')) return std::nullopt;
      c = text[i] == '0' ? '~' : '/';
    }
    out.back() += c;
  }
  return out;
}

/// A list position; `end` allows "-" and one past the last.
std::optional<std::size_t> position(const json::array& a, std::string_view token, bool end) {
  if (token == "-") return end ? std::optional(a.size()) : std::nullopt;
  std::size_t i = 0;
  const auto [last, error] = std::from_chars(token.data(), token.data() + token.size(), i);
  if (error != std::errc() || last != token.data() + token.size() || (token.size() > 1 && token[0] == '0'))
    return std::nullopt;
  return i < a.size() + (end ? 1 : 0) ? std::optional(i) : std::nullopt;
}

json::value* step(json::value& at, const std::string& token) {
  if (auto* o = at.if_object()) return o->if_contains(token);
  if (auto* a = at.if_array())
    if (auto i = position(*a, token, false)) return &(*a)[*i];
  return nullptr;
}

json::value* walk(json::value& root, const Tokens& tokens, std::size_t count) {
  json::value* at = &root;
  for (std::size_t i = 0; at && i < count; ++i)
    at = step(*at, tokens[i]);
  return at;
}

bool add(json::value& root, const Tokens& path, json::value v) {
  if (path.empty()) {
    root = std::move(v);
    return true;
  }
  auto* parent = walk(root, path, path.size() - 1);
  if (!parent) return false;
  if (auto* o = parent->if_object()) {
    (*o)[path.back()] = std::move(v);
    return true;
  }
  auto* a = parent->if_array();
  const auto i = a ? position(*a, path.back(), true) : std::nullopt;
  if (!i) return false;
  a->insert(a->begin() + static_cast<std::ptrdiff_t>(*i), std::move(v));
  return true;
}

std::optional<json::value> take(json::value& root, const Tokens& path) {
  if (path.empty()) return std::nullopt;
  auto* parent = walk(root, path, path.size() - 1);
  auto* found = parent ? step(*parent, path.back()) : nullptr;
  if (!found) return std::nullopt;
  json::value out = std::move(*found);
  if (auto* o = parent->if_object())
    o->stable_erase(o->find(path.back()));
  else
    parent->get_array().erase(parent->get_array().begin() + (found - parent->get_array().data()));
  return out;
}

StatusError malformed(const std::string& why) {
  return StatusError::bad_request("error decoding patch: " + why);
}

/// Upstream hides the operation behind one general sentence; the cause says which. kubectl prints it as
/// "patch: ...".
StatusError rejected(const std::string& why) {
  StatusError e;
  e.code = 422;
  e.reason = "Invalid";
  e.message = "the server rejected our request due to an error in our request";
  e.causes.push_back({"", why, "patch"});
  return e;
}

StatusOr<void> apply_one(json::value& root, const Object& operation) {
  const auto op = get_string(operation, {"op"});
  const std::string path_text(get_string(operation, {"path"}));
  const auto path = parse_pointer(path_text);
  if (!operation.contains("path") || !path) return malformed("operation without a valid path");
  const auto* value = operation.if_contains("value");
  const auto missing = [&] {
    return rejected(std::string(op) + " operation does not apply: doc is missing path: \"" + path_text +
                    "\": missing value");
  };
  if (op == "add" || op == "replace" || op == "test") {
    if (!value && op != "test") return malformed("operation without a value");
    auto* at = walk(root, *path, path->size());
    if (op == "add") return add(root, *path, *value) ? StatusOr<void>() : missing();
    if (!at && !(op == "test" && (!value || value->is_null()))) return missing();
    if (op == "replace")
      *at = *value;
    else if (at && !deep_equal(*at, value ? *value : json::value()))
      return rejected("testing value " + path_text + " failed: test failed");
    return {};
  }
  if (op == "remove") return take(root, *path) ? StatusOr<void>() : missing();
  if (op != "move" && op != "copy") return malformed("unexpected kind of operation: " + std::string(op));
  const std::string from_text(get_string(operation, {"from"}));
  const auto from = parse_pointer(from_text);
  if (!from) return malformed("operation without a valid from");
  std::optional<json::value> moved;
  if (op == "move") {
    const bool into_itself =
        path->size() > from->size() && std::equal(from->begin(), from->end(), path->begin());
    if (into_itself) return rejected("cannot move a value into one of its children");
    moved = take(root, *from);
  } else if (auto* at = walk(root, *from, from->size()))
    moved = *at;
  return moved && add(root, *path, std::move(*moved)) ? StatusOr<void>() : missing();
}

}  // namespace

StatusOr<json::value> apply_json_patch(const json::value& document, const json::value& patch) {
  const auto* operations = patch.if_array();
  if (!operations) return malformed("a JSON patch is a list of operations");
  if (operations->size() > operations_max)
    return StatusError::too_large("The allowed maximum operations in a JSON patch is " +
                                  std::to_string(operations_max) + ", got " +
                                  std::to_string(operations->size()));
  json::value out = document;
  for (const auto& operation : *operations) {
    if (!operation.is_object()) return malformed("an operation is an object");
    auto applied = apply_one(out, operation.get_object());
    if (!applied) return applied.error();
  }
  return out;
}

json::value apply_merge_patch(json::value document, const json::value& patch) {
  const auto* changes = patch.if_object();
  if (!changes) return patch;
  auto& target = document.is_object() ? document.get_object() : document.emplace_object();
  for (const auto& [key, change] : *changes) {
    if (change.is_null()) {
      if (const auto hit = target.find(key); hit != target.end()) target.stable_erase(hit);
      continue;
    }
    auto& member = target[key];
    member = apply_merge_patch(std::move(member), change);
  }
  return document;
}

}  // namespace api

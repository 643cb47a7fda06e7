#include "coxctl/store/key_range.hpp"
#include <algorithm>
#include <cctype>
#include "storage/store.hpp"

namespace coxctl::store {
namespace {

const std::string kZero(1, '\0');

base::Error wrong(std::string message) {
  return {base::Errc::invalid_argument, std::move(message)};
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return text;
}

}  // namespace

base::Result<KeyRange> key_range(const std::vector<std::string>& arguments, bool prefix, bool from_key) {
  if (prefix && from_key) return wrong("--prefix and --from-key exclude each other");
  if (arguments.size() > 1 && (prefix || from_key))
    return wrong("a RANGE_END does not go with --prefix or --from-key");
  KeyRange range{arguments.at(0), arguments.size() > 1 ? arguments[1] : ""};
  if (range.key.empty() && (prefix || from_key)) return KeyRange{kZero, kZero};
  if (prefix) range.end = storage::prefix_end(range.key);
  if (from_key) range.end = kZero;
  return range;
}

base::Result<wire::SortOrder> sort_order(const std::string& text) {
  const std::string order = upper(text);
  if (order.empty()) return wire::SortOrder::none;
  if (order == "ASCEND") return wire::SortOrder::ascend;
  if (order == "DESCEND") return wire::SortOrder::descend;
  return wrong("--order must be ASCEND or DESCEND, not \"" + text + "\"");
}

base::Result<wire::SortTarget> sort_target(const std::string& text) {
  const std::string target = upper(text);
  if (target.empty() || target == "KEY") return wire::SortTarget::key;
  if (target == "CREATE") return wire::SortTarget::create;
  if (target == "MODIFY") return wire::SortTarget::mod;
  if (target == "VALUE") return wire::SortTarget::value;
  if (target == "VERSION") return wire::SortTarget::version;
  return wrong("--sort-by must be CREATE, KEY, MODIFY, VALUE or VERSION, not \"" + text + "\"");
}

base::Result<bool> serializable(const std::string& consistency) {
  if (consistency == "l") return false;
  if (consistency == "s") return true;
  return wrong("--consistency must be l (linearizable) or s (serializable), not \"" + consistency + "\"");
}

}  // namespace coxctl::store

#pragma once
#include <istream>
#include <string>
#include <string_view>
#include <vector>
#include "base/error.hpp"
#include "storage/codec.hpp"

/// The text form of a transaction, as `etcdctl txn` reads it. Pure.
namespace coxctl::store {

/// Words of a line: bare, 'as they are', or "with Go's escapes". Error: invalid_argument (a quote without
/// its end).
base::Result<std::vector<std::string>> split_words(std::string_view line);

/// `mod("key") > "0"`: targets version|ver, create|c, mod|m, value|val, lease; = != < >; numbers in quotes,
/// leases in hexadecimal. Error: invalid_argument with the line.
base::Result<storage::wire::Compare> parse_compare(std::string_view line);

/// `put KEY VALUE`, `get KEY [END]`, `del KEY [END]`, with these commands' flags. Error: invalid_argument.
base::Result<storage::wire::RequestOp> parse_request(std::string_view line);

/// Three sections (conditions, requests if they hold, requests if not), an empty line after each; the end of
/// the input ends them too. `prompt` is called with the title of each.
base::Result<storage::wire::TxnRequest> read_txn(std::istream& in, void (*prompt)(std::string_view));

}  // namespace coxctl::store

#pragma once
#include <string>
#include <vector>
#include "base/flags.hpp"
#include "coxctl/store/key_range.hpp"

/// get, put and del as flags and arguments describe them: for the commands of these names and for the lines
/// of a transaction.
namespace coxctl::store {

struct GetFlags {
  bool prefix = false, from_key = false, keys_only = false, count_only = false;
  std::int64_t limit = 0, revision = 0;
  std::int64_t min_mod = 0, max_mod = 0, min_create = 0, max_create = 0;
  std::string order, sort_by, consistency = "l";

  void add_to(base::Flags& flags);
  /// Error: invalid_argument.
  base::Result<wire::RangeRequest> request(const std::vector<std::string>& arguments) const;
};

struct PutFlags {
  std::string lease = "0";
  bool prev_kv = false, ignore_value = false, ignore_lease = false;

  void add_to(base::Flags& flags);
  /// Whether KEY alone leaves a value to be read from elsewhere.
  bool lacks_value(const std::vector<std::string>& arguments) const {
    return arguments.size() < 2 && !ignore_value;
  }
  /// Without a value if it lacks one. Error: invalid_argument.
  base::Result<wire::PutRequest> request(const std::vector<std::string>& arguments) const;
};

struct DelFlags {
  bool prefix = false, from_key = false, prev_kv = false, range = false;

  void add_to(base::Flags& flags);
  /// Error: invalid_argument.
  base::Result<wire::DeleteRangeRequest> request(const std::vector<std::string>& arguments) const;
};

/// Leases are written in hexadecimal; "0" is none. Error: invalid_argument.
base::Result<std::int64_t> parse_lease(const std::string& text);

}  // namespace coxctl::store

#include <algorithm>
#include "base/assert.hpp"
#include "raft-store/mvcc/operations.hpp"
#include "storage/errors.hpp"

/// Transactions: first every compare is evaluated, nested ones too, then what the chosen path holds is
/// checked, then it runs. Source: etcd's server/etcdserver/txn.
namespace raft_store::mvcc {
namespace {

template <class T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// How the key's field relates to what it is compared with; an unset one is zero or empty.
int relation(const wire::Compare& c, const encoding::VersionHead& head, Revision mod_revision,
             std::string_view value) {
  switch (c.target) {
    case wire::CompareTarget::version:
      return three_way(head.version, c.version.value_or(0));
    case wire::CompareTarget::create:
      return three_way(head.create_revision, c.create_revision.value_or(0));
    case wire::CompareTarget::mod:
      return three_way(mod_revision, c.mod_revision.value_or(0));
    case wire::CompareTarget::value:
      return value.compare(c.value ? std::string_view(*c.value) : std::string_view());
    case wire::CompareTarget::lease:
      return three_way(head.lease, c.lease.value_or(0));
  }
  return 0;
}

bool satisfied(wire::CompareResult wanted, int relation) {
  switch (wanted) {
    case wire::CompareResult::equal:
      return relation == 0;
    case wire::CompareResult::not_equal:
      return relation != 0;
    case wire::CompareResult::greater:
      return relation > 0;
    case wire::CompareResult::less:
      return relation < 0;
  }
  return true;
}

/// A value is never equal or unequal to that of an absent key; all else of it is zero.
bool holds_when_absent(const wire::Compare& c) {
  return c.target != wire::CompareTarget::value && satisfied(c.result, relation(c, {}, 0, {}));
}

class Transaction {
 public:
  Transaction(const Reader& reader, WriteState* writer) : reader_(reader), writer_(writer) {}

  base::Result<wire::TxnResponse> run(wire::TxnRequest& request) {
    if (auto ok = choose(request); !ok) return ok.error();
    // As in etcd all puts are looked at before any range: it decides which refusal is told.
    for (const Check check : {&Transaction::check_put, &Transaction::check_range}) {
      next_choice_ = 0;
      if (auto ok = check_path(request, check); !ok) return ok.error();
    }
    next_choice_ = 0;
    return execute(request);
  }

 private:
  base::Result<bool> holds(const wire::Compare& c) {
    if (writer_ && c.range_end.empty()) {  // So that a write of the same key need not read it again.
      const auto kv = writer_->get(c.key);
      if (!kv) return holds_when_absent(c);
      const std::string_view value = kv->value ? std::string_view(*kv->value) : std::string_view();
      return satisfied(c.result,
                       relation(c, {kv->version, kv->create_revision, kv->lease}, kv->mod_revision, value));
    }
    bool any = false, all = true;
    const auto done = reader_.scan({c.key, c.range_end}, reader_.revision(), [&](const Version& v) {
      any = true;
      all = satisfied(c.result, relation(c, v.head, v.mod_revision, v.value));
      return all;
    });
    if (!done) return done.error();
    return any ? all : holds_when_absent(c);
  }

  /// Fills choices_: one a transaction, in the order in which they are run.
  base::Result<void> choose(const wire::TxnRequest& request) {
    bool success = true;
    for (auto c = request.compare.begin(); success && c != request.compare.end(); ++c) {
      const auto held = holds(*c);
      if (!held) return held.error();
      success = *held;
    }
    choices_.push_back(success);
    for (const wire::RequestOp& op : success ? request.success : request.failure)
      if (op.txn)
        if (auto ok = choose(*op.txn); !ok) return ok;
    return {};
  }

  using Check = base::Result<void> (Transaction::*)(const wire::RequestOp&) const;

  base::Result<void> check_path(const wire::TxnRequest& request, Check check) {
    const bool success = choices_[next_choice_++];
    for (const wire::RequestOp& op : success ? request.success : request.failure)
      if (auto ok = op.txn ? check_path(*op.txn, check) : (this->*check)(op); !ok) return ok;
    return {};
  }

  base::Result<void> check_put(const wire::RequestOp& op) const {
    if (!op.put || !writer_) return {};
    return mvcc::check_put(*writer_, *op.put);
  }

  base::Result<void> check_range(const wire::RequestOp& op) const {
    if (!op.range) return {};
    const wire::RangeRequest& request = *op.range;
    if (request.revision > reader_.revision()) return storage::errors::future_revision();
    // Below zero is "now" outside of a transaction only, and -1 as long as nothing was compacted: as in etcd.
    const Revision first = reader_.compacted() == 0 ? -1 : reader_.compacted();
    if (request.revision != 0 && request.revision < first) return storage::errors::compacted();
    return {};
  }

  base::Result<wire::TxnResponse> execute(wire::TxnRequest& request) {
    wire::TxnResponse response;
    response.succeeded = choices_[next_choice_++];
    for (wire::RequestOp& op : response.succeeded ? request.success : request.failure) {
      auto answer = execute(op);
      if (!answer) return answer.error();
      response.responses.push_back(std::move(*answer));
    }
    return response;
  }

  base::Result<wire::ResponseOp> execute(wire::RequestOp& op) {
    wire::ResponseOp answer;
    if (op.range) {
      auto range = read_range(reader_, *op.range);
      if (!range) return range.error();
      answer.range = std::move(*range);
    } else if (op.txn) {
      auto nested = execute(*op.txn);
      if (!nested) return nested.error();
      answer.txn = std::make_shared<wire::TxnResponse>(std::move(*nested));
    } else {
      COX_ASSERT(writer_ && (op.put || op.delete_range), "the transaction was checked");
      if (op.put)
        answer.put = put(*writer_, *op.put);
      else
        answer.delete_range = delete_range(*writer_, *op.delete_range);
    }
    return answer;
  }

  const Reader& reader_;
  WriteState* const writer_;
  std::vector<bool> choices_;
  std::size_t next_choice_ = 0;
};

}  // namespace

base::Result<wire::TxnResponse> run_txn(const Reader& reader, WriteState* writer, wire::TxnRequest& request) {
  auto response = Transaction(reader, writer).run(request);
  // A read that fails half-way through the writes would leave them half done.
  if (!response && writer && writer->revision() == writer->write_revision()) or_die(response.error());
  if (response) response->header.revision = reader.revision();
  return response;
}

}  // namespace raft_store::mvcc

#include "coxctl/store/command.hpp"
#include "coxctl/store/key_range.hpp"
#include "coxctl/store/kv_text.hpp"
#include "coxctl/store/watch_stream.hpp"

namespace coxctl::store {
namespace {

/// etcdctl's form of an answer: names of its own around etcd's events.
std::string watch_json(const wire::WatchResponse& answer, bool hex) {
  std::vector<std::string> events;
  for (const wire::Event& event : answer.events)
    events.push_back(json_text(event, hex));
  return "{\"Header\":" + json_text(answer.header, hex) + ",\"Events\":[" + joined(events, ",") +
         "],\"CompactRevision\":" + std::to_string(answer.compact_revision) +
         ",\"Canceled\":" + (answer.canceled ? "true" : "false") + ",\"Created\":false}\n";
}

class Watch final : public Command {
  void add_to(base::Flags& flags) override {
    flags.add("prefix", &prefix_, "All keys that begin with KEY.");
    flags.add("from-key", &from_key_, "All keys from KEY on.");
    flags.add("rev", &request_.start_revision, "Events from this revision on; 0: from now on.");
    flags.add("prev-kv", &request_.prev_kv, "Show the pair there was before, too.");
    flags.add("progress-notify", &request_.progress_notify, "Say now and then how far the watch is.");
  }
  base::Result<void> check(const std::vector<std::string>& arguments) override {
    const auto range = key_range(arguments, prefix_, from_key_);
    if (!range) return range.error();
    request_.key = range->key;
    request_.range_end = range->end;
    return {};
  }

  /// Until it is interrupted; a stream that breaks is opened again after the last event seen.
  base::Awaitable<base::Result<int>> run(Context& context) override {
    auto api = context.cluster();
    if (!api) co_return api.error();
    bool opened = false, quiet = false;
    for (;;) {
      auto stream = co_await WatchStream::open(*api, request_);
      base::Error end;
      if (stream) {
        opened = true;
        quiet = false;
        end = co_await follow(context, *stream);
      } else {
        end = stream.error();
      }
      const bool again = opened && (end.is(base::Errc::unavailable) || end.is(base::Errc::unknown_outcome) ||
                                    end.is(base::Errc::deadline_exceeded));
      if (!again) co_return end;
      if (!std::exchange(quiet, true))
        context.err << "the watch broke (" << end.message << "); trying again\n";
      const bool slept = co_await base::sleep_for(std::chrono::milliseconds(500));
      if (!slept) co_return base::Error(base::Errc::cancelled, "interrupted");
    }
  }

  /// Writes what comes; returns why it ended.
  base::Awaitable<base::Error> follow(Context& context, WatchStream& stream) {
    for (;;) {
      auto answer = co_await stream.next();
      if (!answer) co_return answer.error();
      if (answer->canceled)
        co_return base::Error(base::Errc::expired, "watch was canceled (" + reason(*answer) + ")");
      if (answer->created) {
        if (request_.start_revision == 0) request_.start_revision = answer->header.revision + 1;
        continue;
      }
      write(context, *answer);
      if (!answer->events.empty() && answer->events.back().kv)
        request_.start_revision = answer->events.back().kv->mod_revision + 1;
    }
  }

  static std::string reason(const wire::WatchResponse& answer) {
    if (answer.compact_revision == 0) return answer.cancel_reason;
    return "etcdserver: mvcc: required revision has been compacted; --rev=" +
           std::to_string(answer.compact_revision) + " is the first there is";
  }

  static void write(Context& context, const wire::WatchResponse& answer) {
    if (answer.events.empty() && context.options.format() != Format::json)
      context.out << "progress notify: " << answer.header.revision << "\n";
    std::string simple;
    for (const wire::Event& event : answer.events)
      simple += event_text(event, {context.options.hex, false});
    if (context.options.format() == Format::json)
      context.out << watch_json(answer, context.options.hex);
    else
      context.print(answer, simple);
    context.out << std::flush;
  }

  bool prefix_ = false, from_key_ = false;
  wire::WatchCreateRequest request_;
};

}  // namespace

Entry watch() {
  return {
      "watch", "KEY [RANGE_END]", "writes what happens to keys, until it is interrupted",
      "For each event PUT or DELETE, the key and the value, a line each. When the member asked goes away, it "
      "goes on at another of --endpoints, without a gap.",
      make_command<Watch>};
}

}  // namespace coxctl::store

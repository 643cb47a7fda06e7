#pragma once
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include "node-agent/server/node_server.hpp"

namespace node_agent::server::testing {

/// A process that says what the test lets it say, and keeps what it hears.
class FakeProcess final : public ProcessStream {
 public:
  explicit FakeProcess(base::Executor ex) : news_(std::move(ex)) {}

  std::string heard;
  bool input_closed = false, abandoned = false, echo = false;
  std::uint16_t width = 0, height = 0;

  void say(Output::Kind kind, std::string data, int exit_code = 0) {
    Output out;
    out.kind = kind;
    out.data = std::move(data);
    out.exit_code = exit_code;
    said_.push_back(std::move(out));
    news_.set();
  }
  void end(int exit_code) { say(Output::Kind::end, "", exit_code); }

  base::Awaitable<base::Result<Output>> read() override {
    while (said_.empty()) {
      news_.reset();
      const bool woken = co_await news_.wait();
      if (!woken) co_return base::Error(base::Errc::cancelled, "cancelled");
    }
    Output out = std::move(said_.front());
    said_.pop_front();
    co_return out;
  }
  base::Awaitable<base::Result<void>> write(std::string data) override {
    heard += data;
    if (echo) say(Output::Kind::out, "echo " + data);
    co_return base::Result<void>();
  }
  base::Awaitable<void> close_input() override {
    input_closed = true;
    co_return;
  }
  base::Awaitable<void> resize(std::uint16_t w, std::uint16_t h) override {
    width = w;
    height = h;
    co_return;
  }
  void abandon() override { abandoned = true; }

 private:
  std::deque<Output> said_;
  base::Event news_;
};

/// One pod, default/web with a container web, whose calls the test answers. For tests of the server.
class FakeBackend final : public Backend {
 public:
  explicit FakeBackend(base::Executor ex) : process(std::make_shared<FakeProcess>(std::move(ex))) {}

  std::string log_path;
  std::shared_ptr<FakeProcess> process;  ///< What exec, attach and port 80 lead to.
  std::vector<std::string> calls;
  base::Result<void> authorized{};
  std::string peer;  ///< Whoever asked last.

  base::Awaitable<base::Result<LogSource>> log_source(std::string ns, std::string pod, std::string container,
                                                      bool previous) override {
    auto known = check(ns, pod, container);
    if (!known) co_return known.error();
    if (previous)
      co_return base::Error(base::Errc::invalid_argument,
                            "previous terminated container \"web\" in pod \"web\" not found");
    LogSource source;
    source.path = log_path;
    source.pod_uid = "u1";
    source.container_id = "c1";
    co_return source;
  }
  base::Awaitable<bool> is_running(std::string, std::string) override { co_return false; }
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> exec(ExecRequest r) override {
    std::string words;
    for (const auto& w : r.command)
      words += " " + w;
    calls.push_back("exec" + words + (r.tty ? " tty" : ""));
    co_return open(std::move(r));
  }
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> attach(ExecRequest r) override {
    calls.push_back("attach");
    co_return open(std::move(r));
  }
  base::Awaitable<base::Result<std::shared_ptr<ProcessStream>>> port_forward(std::string ns, std::string pod,
                                                                             std::uint16_t port) override {
    auto known = check(ns, pod, "web");
    if (!known) co_return known.error();
    if (port != 80) co_return base::Error(base::Errc::unavailable, "connection refused");
    std::shared_ptr<ProcessStream> stream = process;
    co_return stream;
  }
  base::Awaitable<std::string> pods() override { co_return R"({"kind":"PodList","items":[]})"; }
  base::Awaitable<void> collect_metrics() override {
    calls.push_back("collect");
    co_return;
  }
  base::Awaitable<std::string> resource_metrics() override { co_return "scrape_error 0\n"; }
  base::Awaitable<base::Result<void>> authorize(http::PeerCertificate who, std::string,
                                                std::string) override {
    peer = who.common_name;
    co_return authorized;
  }

 private:
  static base::Result<void> check(const std::string& ns, const std::string& pod,
                                  const std::string& container) {
    if (ns != "default" || pod != "web")
      return base::Error(base::Errc::not_found, "pod \"" + pod + "\" does not exist");
    if (container != "web")
      return base::Error(base::Errc::not_found, "container \"" + container + "\" not found in pod \"web\"");
    return {};
  }
  base::Result<std::shared_ptr<ProcessStream>> open(ExecRequest r) {
    auto known = check(r.ns, r.pod, r.container);
    if (!known) return known.error();
    return std::shared_ptr<ProcessStream>(process);
  }
};

}  // namespace node_agent::server::testing

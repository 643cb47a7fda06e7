#include "node-agent/service/strand_stream.hpp"
#include <boost/asio/post.hpp>

namespace node_agent {

namespace {

using base::Awaitable;
using base::Result;

class StrandStream final : public runtime::ProcessStream {
 public:
  StrandStream(base::Executor strand, std::shared_ptr<ProcessStream> stream)
      : strand_(std::move(strand)), stream_(std::move(stream)) {}
  /// The last reference to the stream is let go of where it belongs.
  ~StrandStream() override {
    boost::asio::post(strand_, [stream = std::move(stream_)] {});
  }

  Awaitable<Result<Output>> read() override {
    std::function<Awaitable<Result<Output>>()> work = [s = stream_] { return s->read(); };
    co_return co_await on_strand<Result<Output>>(strand_, std::move(work));
  }
  Awaitable<Result<void>> write(std::string data) override {
    std::function<Awaitable<Result<void>>()> work = [s = stream_, data = std::move(data)] {
      return s->write(data);
    };
    co_return co_await on_strand<Result<void>>(strand_, std::move(work));
  }
  Awaitable<void> close_input() override {
    std::function<Awaitable<void>()> work = [s = stream_] { return s->close_input(); };
    co_await on_strand<void>(strand_, std::move(work));
  }
  Awaitable<void> resize(std::uint16_t width, std::uint16_t height) override {
    std::function<Awaitable<void>()> work = [s = stream_, width, height] { return s->resize(width, height); };
    co_await on_strand<void>(strand_, std::move(work));
  }
  void abandon() override {
    boost::asio::post(strand_, [s = stream_] { s->abandon(); });
  }

 private:
  base::Executor strand_;
  std::shared_ptr<ProcessStream> stream_;
};

}  // namespace

std::shared_ptr<runtime::ProcessStream> from_elsewhere(base::Executor strand,
                                                       std::shared_ptr<runtime::ProcessStream> stream) {
  return std::make_shared<StrandStream>(std::move(strand), std::move(stream));
}

}  // namespace node_agent

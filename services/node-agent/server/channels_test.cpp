#include "node-agent/server/channels.hpp"
#include <catch2/catch.hpp>

using namespace node_agent::server;

TEST_CASE("frames, binary and base64") {
  const Protocol v5 = protocol_of("v5.channel.k8s.io"), text = protocol_of("v4.base64.channel.k8s.io");
  CHECK(v5.closes);
  CHECK_FALSE(text.closes);
  CHECK(text.base64);
  CHECK_FALSE(protocol_of("").status);
  CHECK(encode_frame(v5, 1, "hi") == "\x01hi");
  CHECK(encode_frame(text, 1, "hi") == "1aGk=");
  CHECK(decode_frame(v5, std::string("\0a", 2)).value().data == "a");
  CHECK(decode_frame(v5, "\xff").value().channel == 255);
  CHECK(decode_frame(text, "0aGk=").value().data == "hi");
  CHECK(decode_frame(v5, "").has_error());
  CHECK(decode_frame(text, "xaGk=").has_error());
  CHECK(decode_frame(text, "0!!").has_error());
}

TEST_CASE("resizes") {
  CHECK(parse_resize(R"({"Width":80,"Height":24})")->width == 80);
  for (const char* bad : {"", "x", "[]", "{}", R"({"Width":-1,"Height":2})", R"({"Width":"1","Height":2})"})
    CHECK_FALSE(parse_resize(bad));
}

TEST_CASE("how a command ended") {
  CHECK(exit_status(0) == R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"})");
  const auto failed = exit_status(3);
  CHECK(failed.find(R"("reason":"NonZeroExitCode")") != std::string::npos);
  CHECK(failed.find(R"("causes":[{"reason":"ExitCode","message":"3"}])") != std::string::npos);
  CHECK(failed.find("command terminated with non-zero exit code: exit status 3") != std::string::npos);
  CHECK(exit_status(1, "no such container").find(R"("code":500)") != std::string::npos);
}

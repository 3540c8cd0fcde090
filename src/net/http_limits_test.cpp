// What the server refuses, as raw bytes: hostile requests, and clients that are slow or too many.

#include <future>
#include <thread>

#include "net/loopback_test.hpp"

namespace fermata::net {
namespace {

const std::string kPing = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

void answer_ok(Request, Responder responder) { responder.respond({200, {}, "ok"}); }

struct Hostile {
  const char* name;
  std::string bytes;
  const char* start;   // Of the answer.
  const char* reason;  // Its body.
};

class HostileInput : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileInput, is_answered_and_the_connection_closed) {
  auto options = quick_options();
  options.max_body_bytes = 1 << 20;
  const auto server = serve(options, answer_ok);
  RawClient client(server->port());
  client.send(GetParam().bytes);
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with(GetParam().start)) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with(std::string("\r\n\r\n") + GetParam().reason)) << answer;
  RawClient next(server->port());
  next.send(kPing);
  EXPECT_TRUE(next.read_answer().ends_with("ok"));
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    Http,
    HostileInput,
    ::testing::Values(
        Hostile{"length_and_encoding",
                kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + kPing,
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"gzip_then_length",
                kPost + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc" + kPing,
                "HTTP/1.1 501 ",
                "request.transfer_encoding"},
        Hostile{"two_lengths",
                kPost + "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc" + kPing,
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"chunked_in_http10",
                "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"space_before_colon",
                "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"no_host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "request.bad_host"},
        Hostile{"two_hosts",
                "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                "HTTP/1.1 400 ",
                "request.bad_host"},
        Hostile{"header_of_40_kb",
                "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40 << 10, 'a') + "\r\n\r\n",
                "HTTP/1.1 431 ",
                "request.headers_too_large"},
        Hostile{"body_of_2_mb",
                kPost + "Content-Length: 2097152\r\n\r\n" + std::string(2 << 20, 'a'),
                "HTTP/1.1 413 ",
                "request.body_too_large"},
        Hostile{"folded_header",
                "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"nul_escape",
                "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n",
                "HTTP/1.1 400 ",
                "request.malformed"},
        Hostile{"long_target",
                "GET /" + std::string(9 << 10, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
                "HTTP/1.1 414 ",
                "request.target_too_long"},
        Hostile{"other_expectation",
                kPost + "Expect: tea\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 417 ",
                "request.expectation"},
        Hostile{"http2_preface",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "HTTP/1.1 505 ",
                "request.http_version"},
        Hostile{"tls_hello",
                std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
                "HTTP/1.1 400 ",
                "request.malformed"}),
    [](const auto& test) { return test.param.name; });

TEST(HttpLimits, refuses_a_large_body_before_it_is_sent) {
  auto options = quick_options();
  options.max_body_bytes = 10;
  const auto server = serve(options, answer_ok);
  RawClient client(server->port());
  client.send(kPost + "Expect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST(HttpLimits, cuts_off_a_request_that_drips) {
  auto options = quick_options();
  options.read_timeout_ms = 100;
  const auto server = serve(options, answer_ok);
  RawClient client(server->port());
  std::promise<void> over;
  std::thread dripping([&] {
    const auto done = over.get_future();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n");
    // Each header comes well within any gap that a per-read limit would allow.
    while (client.send("X: a\r\n") &&
           done.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout) {
    }
  });
  const auto answer = client.read_to_end();
  over.set_value();
  dripping.join();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

TEST(HttpLimits, closes_an_idle_connection_silently) {
  auto options = quick_options();
  options.idle_timeout_ms = 50;
  const auto server = serve(options, answer_ok);
  RawClient fresh(server->port());
  EXPECT_TRUE(fresh.is_closed());
  RawClient used(server->port());
  used.send("\r\n" + kPing + "\r\n");
  EXPECT_TRUE(used.read_answer().ends_with("ok"));
  EXPECT_TRUE(used.is_closed());
}

TEST(HttpLimits, answers_503_when_the_handler_is_too_slow_and_ignores_it_then) {
  auto options = quick_options();
  options.handle_timeout_ms = 50;
  std::promise<Responder> given;
  const auto server =
      serve(options, [&](Request, Responder responder) { given.set_value(std::move(responder)); });
  RawClient client(server->port());
  client.send(kPing);
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(answer.ends_with("server.handle_timeout")) << answer;
  given.get_future().get().respond({200, {}, "late"});
}

TEST(HttpLimits, drops_a_client_that_does_not_read_its_answer) {
  auto options = quick_options();
  options.write_timeout_ms = 50;
  const auto server = serve(options, [](Request, Responder responder) {
    responder.respond({200, {}, std::string(64 << 20, 'a')});
  });
  RawClient client(server->port(), 4096);
  client.send(kPing);
  server->shutdown(20'000);  // Returns: the connection did not hold it for the whole grace.
  EXPECT_LT(client.read_to_end().size(), std::size_t{64} << 20);
}

TEST(HttpLimits, turns_away_connections_over_the_limit_until_one_leaves) {
  auto options = quick_options();
  options.max_connections = 1;
  const auto server = serve(options, answer_ok);
  {
    RawClient first(server->port());
    first.send(kPing);
    EXPECT_TRUE(first.read_answer().ends_with("ok"));
    RawClient second(server->port());
    const auto answer = second.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_TRUE(answer.ends_with("server.too_many_connections")) << answer;
  }
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200 ")) {
    RawClient third(server->port());
    third.send(kPing);
    answer = third.read_answer();
  }
}

}  // namespace
}  // namespace fermata::net

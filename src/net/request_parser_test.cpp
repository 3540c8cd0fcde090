#include "net/request_parser.hpp"

#include <gtest/gtest.h>

namespace fermata::net {
namespace {

constexpr std::size_t kHeaders = 4096;
constexpr std::size_t kBody = 1000;

// Feeds `bytes` in pieces of `step`, as a connection would; the status of the refusal, 200 when a
// request came out, 0 when more is wanted.
int feed_in_steps(RequestParser& parser, std::string_view bytes, std::size_t step) {
  std::string unread;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    unread += piece;
    std::size_t consumed = 0;
    const auto result = parser.feed(unread, consumed);
    unread.erase(0, consumed);
    if (result == RequestParser::Step::kRefused) return parser.refused().status;
    if (result == RequestParser::Step::kComplete) return 200;
  }
  return 0;
}

// The same verdict, whatever the pieces the bytes come in.
int verdict(std::string_view bytes) {
  RequestParser whole(kHeaders, kBody);
  const int status = feed_in_steps(whole, bytes, bytes.size());
  for (const std::size_t step : {1u, 2u, 3u, 7u}) {
    RequestParser parser(kHeaders, kBody);
    EXPECT_EQ(feed_in_steps(parser, bytes, step), status)
        << bytes.substr(0, 200) << " in steps of " << step;
  }
  return status;
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: x\r\n";

TEST(RequestParser, takes_plain_requests_in_any_pieces) {
  EXPECT_EQ(verdict(kGet + "\r\n"), 200);
  EXPECT_EQ(verdict("\r\n\r\n" + kGet + "\r\n"), 200);
  EXPECT_EQ(verdict(kPost + "Content-Length: 3\r\n\r\nabc"), 200);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\n\r\n"),
            200);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 200);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), 200);
}

TEST(RequestParser, refuses_two_ways_to_end_a_body) {
  EXPECT_EQ(verdict(kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"), 400);
  EXPECT_EQ(verdict(kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400);
  EXPECT_EQ(verdict(kPost + "Content-Length: 3, 3\r\n\r\nabc"), 400);
  EXPECT_EQ(verdict(kPost + "Content-Length: +3\r\n\r\nabc"), 400);
  EXPECT_EQ(verdict(kPost + "Content-Length: 99999999999999999999\r\n\r\nabc"), 400);
}

TEST(RequestParser, refuses_unknown_transfer_encodings) {
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), 501);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestParser, wants_exactly_one_host) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "Host: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost : x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 200);
}

TEST(RequestParser, refuses_folded_and_broken_headers) {
  EXPECT_EQ(verdict(kGet + "X: a\r\n b\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "X:\r\n b\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "X: a\r\n \r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "X:\r\n\t\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n Host: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "X: a\nY: b\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + "X: a\rb\r\n\r\n"), 400);
  EXPECT_EQ(verdict(kGet + std::string("X: a\0b\r\n\r\n", 10)), 400);
  EXPECT_EQ(verdict("GET / HTTP/1.1\nHost: x\n\n"), 400);
  EXPECT_EQ(verdict(kGet + "no colon\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_broken_request_lines) {
  EXPECT_EQ(verdict("GET /\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET /a b HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET / HTTP/2.0\r\n\r\n"), 505);
  EXPECT_EQ(verdict("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("GET /?a=%4 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(verdict("{\"json\": true}\r\n\r\n"), 400);
}

TEST(RequestParser, refuses_broken_chunks) {
  const std::string chunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(verdict(chunked + "x\r\n\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "3\r\nabcdef\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "-1\r\n\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "ffffffffffffffff1\r\n\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "3;a=\"\r\nabc\r\n0\"\r\n\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "1;" + std::string(20'000, 'a') + "\r\n"), 400);
  EXPECT_EQ(verdict(chunked + "0\r\nX: a\r\n b\r\n\r\n"), 400);
}

TEST(RequestParser, keeps_to_its_limits) {
  EXPECT_EQ(verdict(kPost + "Content-Length: 1001\r\n\r\n"), 413);
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"), 413);
  const std::string part = "1f4\r\n" + std::string(500, 'a') + "\r\n";
  EXPECT_EQ(verdict(kPost + "Transfer-Encoding: chunked\r\n\r\n" + part + part + part), 413);
  EXPECT_EQ(verdict(kGet + "X: " + std::string(5000, 'a') + "\r\n\r\n"), 431);
  std::string many = kGet;
  for (int i = 0; i < 500; ++i) many += "X: aaaaaaaaaaaaaaaaaaaa\r\n";
  EXPECT_EQ(verdict(many + "\r\n"), 431);
  std::string short_ones = kGet;
  for (int i = 0; i < 100; ++i) short_ones += "X: a\r\n";
  EXPECT_EQ(verdict(short_ones + "\r\n"), 431);
  EXPECT_EQ(verdict("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
}

TEST(RequestParser, knows_one_expectation) {
  EXPECT_EQ(verdict(kPost + "Expect: tea\r\nContent-Length: 1\r\n\r\na"), 417);
  RequestParser parser(kHeaders, kBody);
  const std::string head = kPost + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n";
  std::size_t consumed = 0;
  EXPECT_EQ(parser.feed(head, consumed), RequestParser::Step::kNeedMore);
  EXPECT_EQ(consumed, head.size());
  EXPECT_TRUE(parser.wants_continue());
  EXPECT_FALSE(parser.wants_continue());
}

TEST(RequestParser, gives_the_request_as_it_was_sent) {
  RequestParser parser(kHeaders, kBody);
  const std::string bytes =
      "PUT /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: no\r\n\r\n";
  EXPECT_EQ(feed_in_steps(parser, bytes, 5), 200);
  EXPECT_TRUE(parser.keep_alive());
  const Request request = parser.take();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/a b");
  EXPECT_EQ(request.query, "c=d");
  EXPECT_EQ(request.body, "abc");
  EXPECT_EQ(request.header("x-one"), "1");
  EXPECT_FALSE(request.has_header("X-Trailer"));
}

TEST(RequestParser, leaves_the_next_request_alone) {
  RequestParser parser(kHeaders, kBody);
  const std::string first = kPost + "Content-Length: 1\r\n\r\na";
  const std::string both = first + kGet + "\r\n";
  std::size_t consumed = 0;
  EXPECT_EQ(parser.feed(both, consumed), RequestParser::Step::kComplete);
  EXPECT_EQ(consumed, first.size());
  parser.reset();
  EXPECT_EQ(parser.feed(std::string_view(both).substr(consumed), consumed),
            RequestParser::Step::kComplete);
}

}  // namespace
}  // namespace fermata::net

#include "api/rest/headers.hpp"

#include <gtest/gtest.h>

namespace fermata::api {
namespace {

net::Request with(const std::string& name, const std::string& value) {
  net::Request request;
  request.headers.emplace_back(name, value);
  return request;
}

TEST(Prefer, wait_is_read_and_capped) {
  EXPECT_EQ(preferred_wait_s(with("Prefer", "wait=10"), 50), 10);
  EXPECT_EQ(preferred_wait_s(with("Prefer", "respond-async, Wait = 10; x=1"), 50), 10);
  EXPECT_EQ(preferred_wait_s(with("Prefer", "wait=1000"), 50), 50);
  for (const char* value : {"", "wait", "wait=", "wait=-1", "wait=1.5", "waiting=4"})
    EXPECT_EQ(preferred_wait_s(with("Prefer", value), 50), 0) << value;
  EXPECT_EQ(preferred_wait_s({}, 50), 0);
}

TEST(IfNoneMatch, compares_weakly) {
  EXPECT_TRUE(none_match_holds("\"v1\", W/\"v2\"", "\"v2\""));
  EXPECT_TRUE(none_match_holds("*", "\"v2\""));
  EXPECT_FALSE(none_match_holds("\"v1\"", "\"v2\""));
  EXPECT_FALSE(none_match_holds("", "\"v2\""));
  EXPECT_FALSE(none_match_holds("v2", "\"v2\""));
}

TEST(IfMatch, demands_one_revision) {
  EXPECT_EQ(*required_revision(with("If-Match", "\"r3\"")), 3);
  EXPECT_EQ(*required_revision(with("If-Match", "*")), std::nullopt);
  EXPECT_EQ(*required_revision({}), std::nullopt);
  for (const char* never :
       {"W/\"r3\"", "\"v3\"", "\"\"", "\"r03\"", "\"r-1\"", "r3", "", "\"r1\", \"r2\"", "\""})
    EXPECT_EQ(required_revision(with("If-Match", never)).error().reason, "approval.changed")
        << never;
}

TEST(IdempotencyKey, is_quoted_or_bare) {
  EXPECT_EQ(*idempotency_key(with("Idempotency-Key", "\"abc-1\"")), "abc-1");
  EXPECT_EQ(*idempotency_key(with("idempotency-key", "abc-1")), "abc-1");
  EXPECT_EQ(*idempotency_key({}), "");
  for (const std::string& wrong : {std::string(),
                                   std::string("\"\""),
                                   std::string("a b"),
                                   std::string("a\"b"),
                                   std::string("\xc3\xa4"),
                                   std::string(256, 'a')})
    EXPECT_EQ(idempotency_key(with("Idempotency-Key", wrong)).error().reason,
              "request.bad_idempotency_key");
}

TEST(Traceparent, is_read_when_valid) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(trace_id(with("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")), trace);
  EXPECT_EQ(trace_id(with("traceparent", "cc-" + trace + "-00f067aa0ba902b7-01-more")), trace);
  for (const std::string& wrong : {std::string(),
                                   std::string("x"),
                                   "ff-" + trace + "-00f067aa0ba902b7-01",
                                   "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
                                   "00-" + trace + "-0000000000000000-01",
                                   "00-" + trace + "-00f067aa0ba902b7-01-more",
                                   "00-" + std::string(32, 'A') + "-00f067aa0ba902b7-01"})
    EXPECT_EQ(trace_id(with("traceparent", wrong)), "") << wrong;
}

TEST(DoorHeader, tells_only_the_command_line_from_any_other_client) {
  EXPECT_EQ(door(with("Fermata-Door", "cli")), Door::kCli);
  for (const char* other : {"", "rest", "slack", "system", "CLI"})
    EXPECT_EQ(door(with("Fermata-Door", other)), Door::kRest) << other;
}

TEST(RequestId, is_taken_only_when_harmless) {
  EXPECT_EQ(given_request_id(with("X-Request-Id", "a-1_b.C")), "a-1_b.C");
  for (const std::string& wrong : {std::string("a b"), std::string("a\"b"), std::string(129, 'a')})
    EXPECT_EQ(given_request_id(with("X-Request-Id", wrong)), "");
}

TEST(ContentType, must_be_plain_json) {
  for (const char* right : {"application/json",
                            "Application/JSON",
                            "application/json; charset=utf-8",
                            "application/json;charset=\"UTF-8\";"})
    EXPECT_TRUE(require_json(with("Content-Type", right))) << right;
  for (const char* wrong : {"",
                            "text/plain",
                            "application/json; charset=latin1",
                            "application/jsonp",
                            "application/json; v=1"})
    EXPECT_FALSE(require_json(with("Content-Type", wrong))) << wrong;
  net::Request packed = with("Content-Type", "application/json");
  packed.headers.emplace_back("Content-Encoding", "gzip");
  EXPECT_FALSE(require_json(packed));
}

TEST(ApiKey, comes_in_either_header) {
  EXPECT_EQ(api_key(with("Authorization", "Bearer fermata_x")), "fermata_x");
  EXPECT_EQ(api_key(with("authorization", "bearer  fermata_x ")), "fermata_x");
  EXPECT_EQ(api_key(with("X-API-Key", "fermata_x")), "fermata_x");
  EXPECT_EQ(api_key(with("Authorization", "Basic eDp5")), "");
  EXPECT_EQ(api_key({}), "");
}

}  // namespace
}  // namespace fermata::api

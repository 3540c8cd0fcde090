#include "api/problem.hpp"

#include <gtest/gtest.h>

namespace fermata::api {
namespace {

Error error(ErrorCode code, std::string reason, std::string message = "what happened") {
  return {code, std::move(reason), std::move(message), "for operators", {}};
}

std::string_view header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

TEST(Problem, is_an_rfc_9457_document) {
  const json::Value body =
      problem_document(error(ErrorCode::kConflict, "approval.closed"), "req_1");
  EXPECT_EQ(json::write(body),
            R"({"type":"/docs/errors/approval.closed","title":"The request has ended",)"
            R"("status":409,"detail":"what happened","reason":"approval.closed",)"
            R"("request_id":"req_1","retryable":false})");
}

TEST(Problem, carries_extensions_but_no_forged_members) {
  Error refused = error(ErrorCode::kConflict, "approval.closed");
  refused.extra = R"({"outcome":{"status":"rejected"},"status":200})";
  const json::Value body = problem_document(refused, "req_1");
  EXPECT_EQ(body["outcome"].string_or("status"), "rejected");
  EXPECT_EQ(body.int_or("status"), 409);
}

TEST(Problem, details_for_operators_stay_inside) {
  for (const ErrorCode code : {ErrorCode::kInternal, ErrorCode::kUnavailable, ErrorCode::kInvalid})
    EXPECT_EQ(json::write(problem_document(error(code, "x.y"), "r")).find("operators"),
              std::string::npos);
}

TEST(Problem, an_internal_error_says_only_that_it_was_one) {
  Error broken = error(ErrorCode::kInternal, "store.internal", "disk full");
  broken.extra = R"({"path":"/x"})";
  const json::Value body = problem_document(broken, "r");
  EXPECT_EQ(body.string_or("reason"), "server.internal_error");
  EXPECT_EQ(body.string_or("detail"), body.string_or("title"));
  EXPECT_TRUE(body["path"].is_null());
}

TEST(Problem, statuses_follow_the_table) {
  const auto status = [](ErrorCode code, const char* reason) {
    return answerable(code, reason).status;
  };
  EXPECT_EQ(status(ErrorCode::kInvalid, "request.invalid"), 422);
  EXPECT_EQ(status(ErrorCode::kInvalid, "json.malformed"), 400);
  EXPECT_EQ(status(ErrorCode::kInvalid, "request.bad_cursor"), 400);
  EXPECT_EQ(status(ErrorCode::kInvalid, "request.unsupported_media_type"), 415);
  EXPECT_EQ(status(ErrorCode::kUnauthenticated, "auth.invalid_key"), 401);
  EXPECT_EQ(status(ErrorCode::kForbidden, "policy.denied"), 403);
  EXPECT_EQ(status(ErrorCode::kNotFound, "workflow.not_found"), 404);
  EXPECT_EQ(status(ErrorCode::kPrecondition, "approval.changed"), 412);
  EXPECT_EQ(status(ErrorCode::kRateLimited, "key.too_fast"), 429);
  EXPECT_EQ(status(ErrorCode::kUnavailable, "engine.overloaded"), 503);
  EXPECT_EQ(status(ErrorCode::kInternal, "store.corrupt"), 500);
}

TEST(Problem, says_when_to_try_again) {
  const net::Response busy =
      problem_response(error(ErrorCode::kUnavailable, "engine.overloaded"), "r");
  EXPECT_EQ(header(busy, "Retry-After"), "1");
  EXPECT_TRUE(json::parse(busy.body)->bool_or("retryable"));
  const net::Response closed =
      problem_response(error(ErrorCode::kConflict, "approval.closed"), "r");
  EXPECT_EQ(header(closed, "Retry-After"), "");
}

TEST(Problem, asks_for_a_key) {
  EXPECT_EQ(header(problem_response(error(ErrorCode::kUnauthenticated, "auth.missing_key"), "r"),
                   "WWW-Authenticate"),
            "Bearer realm=\"fermata\"");
  EXPECT_EQ(header(problem_response(error(ErrorCode::kUnauthenticated, "auth.revoked_key"), "r"),
                   "WWW-Authenticate"),
            "Bearer realm=\"fermata\", error=\"invalid_token\"");
}

TEST(Problem, of_the_layer_below_keeps_its_status) {
  const net::Response large =
      problem_response(413, error(ErrorCode::kInvalid, "request.body_too_large"), "r");
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(json::parse(large.body)->string_or("title"), "The body is too large");
}

}  // namespace
}  // namespace fermata::api

#include "api/pages/console.hpp"

#include <gtest/gtest.h>

#include <set>

#include "api/rest/routes.hpp"

namespace fermata::api {
namespace {

std::optional<net::Response> get(const std::string& path, const std::string& method = "GET") {
  SystemRandom random;
  net::Request request;
  request.method = method;
  request.path = path;
  return console_response(request, random);
}

std::string header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

TEST(Console, answers_where_a_person_may_come_in) {
  for (const char* path : {"/",
                           "/inbox",
                           "/approvals/ap_0000_1",
                           "/workflows",
                           "/workflows/wf_0000/events",
                           "/sign-in",
                           "/index.html"})
    EXPECT_TRUE(get(path)) << path;
}

TEST(Console, leaves_everything_else_to_those_whose_it_is) {
  for (const char* path : {"/v1",
                           "/v1/",
                           "/v1/approvals",
                           "/v1/nothing",
                           "/docs/nothing",
                           "/mcp",
                           "/mcp/x",
                           "/metrics",
                           "/nowhere",
                           "/assets/none.js",
                           "//",
                           "//inbox",
                           "/inbox2",
                           "inbox",
                           ""})
    EXPECT_FALSE(get(path)) << path;
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"})
    EXPECT_FALSE(get("/", method)) << method;
}

TEST(Console, has_no_address_that_a_route_has) {
  for (const Route& route : all_routes()) EXPECT_FALSE(is_console_route(route.path)) << route.path;
}

TEST(Console, gives_each_page_its_own_nonce_and_nothing_inline_without_it) {
  std::set<std::string> policies;
  for (int i = 0; i < 100; ++i) {
    const auto page = get("/inbox");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->body.find("__NONCE__"), std::string::npos);
    const std::string policy = header(*page, "Content-Security-Policy");
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
    EXPECT_NE(policy.find("connect-src 'self'"), std::string::npos) << policy;
    EXPECT_EQ(header(*page, "Cache-Control"), "no-store");
    policies.insert(policy);
  }
  EXPECT_EQ(policies.size(), 100U);
}

TEST(Console, keeps_what_is_named_by_its_content_and_asks_again_for_the_rest) {
  for (const ConsoleFile& file : console_files()) {
    if (file.page.path == "/index.html") continue;
    const auto answer = get(std::string(file.page.path));
    ASSERT_TRUE(answer) << file.page.path;
    EXPECT_EQ(header(*answer, "Content-Encoding"), "gzip");
    EXPECT_EQ(answer->body.substr(0, 2), "\x1f\x8b");
    EXPECT_EQ(header(*answer, "Cache-Control").find("immutable") != std::string::npos, file.hashed);
  }
}

}  // namespace
}  // namespace fermata::api

#include "net/target.hpp"

#include <gtest/gtest.h>

#include "net/http_server.hpp"

namespace fermata::net {
namespace {

std::string path_of(std::string_view raw) {
  const auto target = parse_target(raw);
  return target ? target->path : "refused";
}

TEST(Target, decodes_the_path_once_and_leaves_the_query_raw) {
  const auto target = parse_target("/v1/people/a%20b%2541?q=%41+b&x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/people/a b%41");
  EXPECT_EQ(target->query, "q=%41+b&x");
}

TEST(Target, removes_dot_segments_however_they_are_written) {
  EXPECT_EQ(path_of("/a/./b/../c"), "/a/c");
  EXPECT_EQ(path_of("/docs/%2e%2e/%2E%2E/etc"), "/etc");
  EXPECT_EQ(path_of("/docs/..%2f..%2fetc"), "/etc");
  EXPECT_EQ(path_of("/../../x"), "/x");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/a/."), "/a/");
  EXPECT_EQ(path_of("/.well-known/x"), "/.well-known/x");
  EXPECT_EQ(path_of("/a//b"), "/a//b");
}

TEST(Target, takes_absolute_form_and_the_asterisk) {
  EXPECT_EQ(path_of("http://host:1/a?b"), "/a");
  EXPECT_EQ(path_of("http://host"), "/");
  EXPECT_EQ(path_of("*"), "*");
}

TEST(Target, refuses_what_is_malformed) {
  for (const char* const raw : {"/%",
                                "/%4",
                                "/%zz",
                                "/%00",
                                "/a%0ab",
                                "/%7f",
                                "/%ff",
                                "/%c0%ae",
                                "/%ed%a0%80",
                                "/#x",
                                "/\x80",
                                "/a?%",
                                "/a?%00",
                                "host:80",
                                "ftp://x/",
                                "http://",
                                "a/b",
                                ""}) {
    EXPECT_EQ(path_of(raw), "refused") << raw;
  }
}

TEST(Target, takes_utf8_in_a_path) { EXPECT_EQ(path_of("/%F0%9D%84%90"), "/\xF0\x9D\x84\x90"); }

TEST(Query, splits_and_decodes_in_order) {
  const auto query = parse_query("a=1&&b=x+y%26&a=2&flag&=v");
  ASSERT_TRUE(query);
  const Headers expected{{"a", "1"}, {"b", "x y&"}, {"a", "2"}, {"flag", ""}, {"", "v"}};
  EXPECT_EQ(*query, expected);
  EXPECT_TRUE(parse_query("")->empty());
}

TEST(Query, refuses_bad_escapes_and_bad_utf8) {
  for (const char* const query : {"a=%", "a=%4", "%00=1", "a=%ff", "\xff=1"}) {
    const auto parsed = parse_query(query);
    ASSERT_FALSE(parsed) << query;
    EXPECT_EQ(parsed.error().reason, "request.malformed");
  }
}

}  // namespace
}  // namespace fermata::net

#include "api/rest/query.hpp"

#include <gtest/gtest.h>

namespace fermata::api {
namespace {

TEST(Query, reads_typed_parameters) {
  const net::Headers given{{"limit", "20"}, {"mine", "true"}, {"status", "ready"}, {"tag", "a b"}};
  Query query(given);
  EXPECT_EQ(query.integer("limit", 50, 1, 200), 20);
  EXPECT_EQ(query.integer("after", 7, 0, 100), 7);
  EXPECT_TRUE(query.boolean("mine"));
  EXPECT_EQ(query.choice("status", {"ready", "failed"}), "ready");
  EXPECT_EQ(query.text("tag", 64, kLabel), "a b");
  EXPECT_EQ(query.text("agent", 64, kName), "");
  EXPECT_TRUE(query.finish());
}

TEST(Query, refuses_what_does_not_fit) {
  const net::Headers given{
      {"limit", "0x10"}, {"mine", "yes"}, {"status", "no"}, {"tag", "a|b"}, {"agent", ""}};
  Query query(given);
  query.integer("limit", 50, 1, 200);
  query.boolean("mine");
  query.choice("status", {"ready", "failed"});
  query.text("tag", 64, kLabel);
  query.text("agent", 64, kName);
  const Result<void> result = query.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(json::parse(result.error().extra)->operator[]("errors").as_array()->size(),
            std::size_t{5});
}

TEST(Decimal, is_strict) {
  EXPECT_EQ(parse_decimal("0", 0, 9), 0);
  EXPECT_EQ(parse_decimal("9223372036854775807", 0, INT64_MAX), INT64_MAX);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "01", "1.0", "9223372036854775808", "10"})
    EXPECT_EQ(parse_decimal(text, 0, 9), std::nullopt) << text;
}

TEST(Cursor, comes_back_to_its_own_list_only) {
  const std::string cursor = make_cursor("1699|wf_x", "default /v1/workflows status=ready");
  EXPECT_EQ(*read_cursor(cursor, "default /v1/workflows status=ready"), "1699|wf_x");
  for (const auto& [other, scope] :
       std::vector<std::pair<std::string, std::string>>{{cursor, "other /v1/workflows"},
                                                        {cursor + "A", "default"},
                                                        {"", "default"},
                                                        {"!!!", "default"},
                                                        {std::string(2000, 'A'), "default"}}) {
    const auto read = read_cursor(other, scope);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, "request.bad_cursor");
  }
}

}  // namespace
}  // namespace fermata::api

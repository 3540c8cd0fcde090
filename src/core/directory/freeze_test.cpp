// What a freeze is about.

#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

std::string thrown(const command::ThrowSwitch& wish) {
  const Story story;
  const Context context{.tenant = "default",
                        .stream = story.stream,
                        .now = story.now,
                        .actor = Story::person("dan"),
                        .directory = &story.directory,
                        .policy = &story.policy};
  return reason(decide(story.directory, wish, context));
}

TEST(KillSwitch, stops_everything_only_where_that_is_said) {
  EXPECT_EQ(thrown({"", "", "stop"}), "switch.about_what");
  EXPECT_EQ(thrown({"", "refund", "stop", true}), "switch.about_what");
  EXPECT_EQ(thrown({"bot", "", "stop", true}), "switch.about_what");
  EXPECT_EQ(thrown({"", "", "stop", true}), "accepted");
  EXPECT_EQ(thrown({"bot", "refund", "stop"}), "accepted");
}

}  // namespace
}  // namespace fermata::testing

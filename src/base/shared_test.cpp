#include "base/shared.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fermata {
namespace {

TEST(Shared, a_copy_shares_until_one_of_them_changes) {
  SharedMap<std::string, int> one;
  one["a"] = 1;
  const SharedMap<std::string, int> other = one;
  EXPECT_TRUE(one.same(other));
  one["a"] = 2;
  EXPECT_EQ(other.at("a"), 1) << "what was handed out stays as it was";
  EXPECT_EQ(one.at("a"), 2);
  EXPECT_FALSE(one == other);
}

TEST(Shared, changes_what_nobody_else_has_in_its_place) {
  SharedList<int> one;
  one.push_back(1);
  const int* before = &one[0];
  one.edit()[0] = 2;
  EXPECT_EQ(before, &one[0]);
  SharedList<int> moved = std::move(one);
  moved.edit()[0] = 3;
  EXPECT_EQ(before, &moved[0]);
  const SharedList<int> copy = moved;
  moved.edit()[0] = 4;
  EXPECT_EQ(copy[0], 3);
}

TEST(Shared, a_copy_that_changes_leaves_the_original) {
  SharedList<int> one(std::vector<int>{1, 2});
  SharedList<int> copy = one;
  copy.push_back(3);
  EXPECT_EQ(one.size(), 2U);
  copy = one;
  copy.edit()[0] = 9;
  EXPECT_EQ(one[0], 1);
}

TEST(Shared, begins_as_its_value_does) {
  const SharedMap<std::string, int> none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.find("a"), none.end());
  EXPECT_EQ((none), (SharedMap<std::string, int>(std::map<std::string, int>{})));
}

}  // namespace
}  // namespace fermata

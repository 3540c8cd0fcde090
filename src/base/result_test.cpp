#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace fermata {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::kInvalid, "number.odd", "give an even number", "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  FERMATA_TRY(const int halved, half(number));
  FERMATA_TRY(const int quartered, half(halved));
  return quartered;
}

Result<void> must_be_even(int number) {
  FERMATA_CHECK_OK(half(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  FERMATA_TRY(auto box, Result<std::unique_ptr<int>>(std::make_unique<int>(number)));
  return box;
}

TEST(Result, carries_the_value) { EXPECT_EQ(*quarter(12), 3); }

TEST(Result, returns_the_first_error_to_the_caller) {
  const auto result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(result.error().reason, "number.odd");
  EXPECT_EQ(result.error().message, "give an even number");
  EXPECT_EQ(result.error().detail, "odd");
  EXPECT_EQ(result.error().extra, "");
}

TEST(Result, of_void_is_checked_for_its_error) {
  EXPECT_TRUE(must_be_even(2));
  EXPECT_FALSE(must_be_even(3));
}

TEST(Result, moves_what_cannot_be_copied) { EXPECT_EQ(**boxed(7), 7); }

}  // namespace
}  // namespace fermata

#include "base/decimal.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

Decimal dec(std::string_view text) {
  const auto read = Decimal::parse(text);
  EXPECT_TRUE(read) << text;
  return read.value_or(Decimal());
}

TEST(Decimal, SumsOfTenthsAreExact) {
  Decimal sum;
  for (int i = 0; i < 10; ++i) sum = sum.plus(dec("0.1")).value_or(Decimal());
  EXPECT_EQ(sum, Decimal(1));
}

TEST(Decimal, ReadsANumberWithTheDigitsItIsWrittenWith) {
  EXPECT_EQ(Decimal::of(json::Value(0.1)), dec("0.1"));
  EXPECT_EQ(Decimal::of(json::Value(std::int64_t{1500})), dec("1500"));
  EXPECT_EQ(Decimal::of(json::Value("1500")), std::nullopt);
  EXPECT_EQ(Decimal::of(json::Value()), std::nullopt);
}

TEST(Decimal, WhatItWritesItReads) {
  for (const char* text :
       {"0", "-1", "0.000000001", "-0.5", "1380.25", "999999999999999999.999999999"})
    EXPECT_EQ(dec(text).text(), text);
  EXPECT_EQ(dec("1.50").text(), "1.5");
  EXPECT_EQ(dec("-0").text(), "0");
}

TEST(Decimal, WhatIsNoPlainDecimalOrDoesNotFitIsNone) {
  for (const char* text : {"",
                           "-",
                           ".",
                           "1.",
                           ".5",
                           "1e3",
                           "+1",
                           " 1",
                           "1 ",
                           "1,5",
                           "0x1",
                           "--1",
                           "1000000000000000000",
                           "0.0000000001",
                           "1.2.3"})
    EXPECT_FALSE(Decimal::parse(text)) << text;
}

TEST(Decimal, ProductsAreExactOrNone) {
  EXPECT_EQ(dec("1500").times(dec("0.92")), dec("1380"));
  EXPECT_EQ(dec("-1.5").times(dec("1.5")), dec("-2.25"));
  EXPECT_EQ(dec("0.00001").times(dec("0.00001")), std::nullopt);
  EXPECT_EQ(dec("999999999999999999").times(dec("999999999999999999")), std::nullopt);
  EXPECT_EQ(dec("999999999999999999").plus(dec("1")), std::nullopt);
}

TEST(Decimal, Orders) {
  EXPECT_LT(dec("-2"), dec("-1.999"));
  EXPECT_LT(dec("9.99"), dec("10"));
}

}  // namespace
}  // namespace fermata

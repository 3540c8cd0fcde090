#include "base/json_number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace fermata::json {
namespace {

double read_double(std::string_view token) {
  const auto number = read_number(token);
  const auto* real = std::get_if<double>(&number);
  EXPECT_NE(real, nullptr) << token;
  return real == nullptr ? 0 : *real;
}

// RFC 8785, appendix B: IEEE 754 bits and what ECMAScript writes.
TEST(JsonNumber, writes_the_published_vectors) {
  const std::pair<std::uint64_t, const char*> vectors[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : vectors) {
    EXPECT_EQ(write_number(std::bit_cast<double>(bits)), text);
  }
}

TEST(JsonNumber, changes_to_an_exponent_where_ecmascript_does) {
  EXPECT_EQ(write_number(1e20), "100000000000000000000");
  EXPECT_EQ(write_number(1e21), "1e+21");
  EXPECT_EQ(write_number(1e-6), "0.000001");
  EXPECT_EQ(write_number(1e-7), "1e-7");
  EXPECT_EQ(write_number(-1.5e-9), "-1.5e-9");
  EXPECT_EQ(write_number(123.456), "123.456");
}

TEST(JsonNumber, random_doubles_survive_a_round_trip) {
  std::mt19937_64 bits(8785);
  for (int i = 0; i < 200'000; ++i) {
    const auto number = std::bit_cast<double>(bits());
    if (!std::isfinite(number)) continue;
    const std::string text = write_number(number);
    const auto read = read_number(text);
    // A whole number in the range of int64 is read as an integer.
    if (const auto* integer = std::get_if<std::int64_t>(&read)) {
      ASSERT_EQ(std::to_string(*integer), text);
      continue;
    }
    ASSERT_TRUE(std::holds_alternative<double>(read)) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(std::get<double>(read)),
              std::bit_cast<std::uint64_t>(number))
        << text;
  }
}

TEST(JsonNumber, keeps_every_whole_number_of_64_bits) {
  const auto read = [](const char* token) { return std::get<std::int64_t>(read_number(token)); };
  EXPECT_EQ(read("0"), 0);
  EXPECT_EQ(read("-0"), 0);
  EXPECT_EQ(read("9007199254740993"), 9007199254740993);
  EXPECT_EQ(read("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(read("-9223372036854775808"), INT64_MIN);
}

TEST(JsonNumber, keeps_a_whole_number_however_it_is_written) {
  const auto read = [](const char* token) { return std::get<std::int64_t>(read_number(token)); };
  EXPECT_EQ(read("100.0"), 100);
  EXPECT_EQ(read("1E2"), 100);
  EXPECT_EQ(read("-1.5e+3"), -1500);
  EXPECT_EQ(read("1200e-2"), 12);
  EXPECT_EQ(read("-0.0"), 0);
  EXPECT_EQ(read("0e999"), 0);
  EXPECT_EQ(read("9007199254740993.0"), 9007199254740993);
  EXPECT_EQ(read("4.611686018427388e+18"), 4611686018427388000);
}

TEST(JsonNumber, reads_the_nearest_double) {
  EXPECT_EQ(read_double("0.1"), 0.1);
  EXPECT_EQ(read_double("-2.5e-1"), -0.25);
  EXPECT_EQ(read_double("0.1000000000000000055511151231257827"), 0.1);
  EXPECT_EQ(read_double("5e-324"), 5e-324);
  EXPECT_EQ(read_double("1e300"), 1e300);
  EXPECT_EQ(read_double("100000000000000000000"), 1e20);
}

class NumberOutOfRange : public testing::TestWithParam<const char*> {};

TEST_P(NumberOutOfRange, is_refused) {
  const auto number = read_number(GetParam());
  ASSERT_TRUE(std::holds_alternative<NumberFault>(number));
  EXPECT_EQ(std::get<NumberFault>(number), NumberFault::kOutOfRange);
}

INSTANTIATE_TEST_SUITE_P(JsonNumber,
                         NumberOutOfRange,
                         testing::Values("9223372036854775808",   // Over int64, and 2^63 has
                                         "-9223372036854775809",  // shorter digits as a double.
                                         "18446744073709551615",
                                         "100000000000000000001",
                                         "1e309",               // Would be infinite,
                                         "-1e999999999999",     //
                                         "1e-400",              // would vanish,
                                         "9007199254740993.5",  // would lose its last digit.
                                         "9007199254740991.9",  //
                                         "12345678901234567890e1"));

class NoNumber : public testing::TestWithParam<const char*> {};

TEST_P(NoNumber, is_refused) {
  const auto number = read_number(GetParam());
  ASSERT_TRUE(std::holds_alternative<NumberFault>(number));
  EXPECT_EQ(std::get<NumberFault>(number), NumberFault::kGrammar);
}

INSTANTIATE_TEST_SUITE_P(JsonNumber,
                         NoNumber,
                         testing::Values("",
                                         "-",
                                         "+1",
                                         "01",
                                         "-01",
                                         "1.",
                                         ".5",
                                         "1e",
                                         "1e+",
                                         "1.e3",
                                         "0x10",
                                         "1_000",
                                         "NaN",
                                         "Infinity",
                                         "-Infinity",
                                         "1 2",
                                         "1,"));

TEST(JsonNumberDeathTest, a_number_that_is_not_finite_is_a_bug) {
  EXPECT_DEATH(write_number(std::nan("")), "JSON has finite numbers only");
  EXPECT_DEATH(write_number(HUGE_VAL), "JSON has finite numbers only");
}

}  // namespace
}  // namespace fermata::json

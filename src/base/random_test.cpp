#include "base/random.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace fermata {
namespace {

class CountingRandom final : public Random {
 public:
  std::string bytes(std::size_t count) override {
    std::string bytes;
    while (bytes.size() < count) bytes.push_back(static_cast<char>(next_++));
    return bytes;
  }

 private:
  unsigned next_ = 0;
};

TEST(Random, suffixes_are_26_characters_of_lower_base32) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto suffix = random_suffix(random);
    EXPECT_EQ(suffix.size(), 26U);
    EXPECT_EQ(suffix.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos);
    EXPECT_TRUE(seen.insert(suffix).second);
  }
}

TEST(Random, suffix_takes_five_bits_a_character_from_the_front) {
  CountingRandom random;  // Bytes 00 01 02 03 04 ...
  EXPECT_EQ(random_suffix(random).substr(0, 8), "000g40r4");
}

TEST(Random, suffix_from_a_seed_is_always_the_same) {
  EXPECT_EQ(suffix_from("request 1"), suffix_from("request 1"));
  EXPECT_NE(suffix_from("request 1"), suffix_from("request 2"));
  EXPECT_EQ(suffix_from("").size(), 26U);
}

TEST(Random, base62_has_the_length_asked_for_and_favours_no_character) {
  CountingRandom random;
  const auto text = random_base62(random, 62 * 400);
  std::map<char, int> counts;
  for (const char c : text) ++counts[c];
  EXPECT_EQ(counts.size(), 62U);
  for (const auto& [character, count] : counts) EXPECT_NEAR(count, 400, 4) << character;
  EXPECT_EQ(random_base62(random, 0), "");
}

}  // namespace
}  // namespace fermata

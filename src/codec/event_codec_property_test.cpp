// For every type of event and many seeds: what is written is canonical, can be read, and is written
// again as the same bytes.

#include <gtest/gtest.h>

#include "codec/event_codec.hpp"
#include "tests/support/random_event.hpp"

namespace fermata::codec {
namespace {

constexpr std::uint64_t kSeeds = 200;

class EveryType : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryType, is_read_as_it_was_written) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937_64 engine(seed);
    const event::Recorded recorded = testing::random_event(GetParam(), engine);
    const std::string body = encode(recorded);
    const auto decoded = decode(body);
    ASSERT_TRUE(decoded) << "seed " << seed << ": " << decoded.error().detail << "\n" << body;
    ASSERT_EQ(type_of(decoded->payload), GetParam()) << "seed " << seed;
    ASSERT_EQ(encode(*decoded), body) << "seed " << seed;
  }
}

TEST_P(EveryType, is_written_canonically) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::mt19937_64 engine(seed);
    const std::string body = encode(testing::random_event(GetParam(), engine));
    const auto parsed = json::parse(body);
    ASSERT_TRUE(parsed) << "seed " << seed << ": " << parsed.error().message << "\n" << body;
    ASSERT_EQ(json::canonical(*parsed), body) << "seed " << seed;
  }
}

// Each member that is taken away, and each that gets another type, is noticed.
TEST_P(EveryType, is_refused_when_damaged) {
  std::mt19937_64 engine(1);
  const json::Value whole = *json::parse(encode(testing::random_event(GetParam(), engine)));
  for (const auto& [name, member] : *whole["payload"].as_object()) {
    json::Object payload = *whole["payload"].as_object();
    payload.erase(name);
    json::Object damaged = *whole.as_object();
    damaged.set("payload", payload);
    const auto decoded = decode(json::canonical(damaged));
    ASSERT_FALSE(decoded) << name;
    EXPECT_EQ(decoded.error().detail, ".payload." + name + ": missing");
  }
}

INSTANTIATE_TEST_SUITE_P(EventCodec,
                         EveryType,
                         ::testing::ValuesIn(testing::all_event_types()),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           name[name.find('.')] = '_';
                           return name;
                         });

}  // namespace
}  // namespace fermata::codec

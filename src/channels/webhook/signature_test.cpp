#include "channels/webhook/signature.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace fermata::channels {
namespace {

// The vector of the specification's own library.
TEST(WebhookSignature, is_that_of_the_standard) {
  const auto secret = parse_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(secret);
  EXPECT_EQ(
      signature(
          {*secret}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330'999, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, has_one_for_each_secret) {
  const std::string seed(32, 's');
  const auto pair = parse_secret("whsk_" + base64(seed));
  const auto shared = parse_secret("whsec_" + base64(std::string(24, 'k')));
  ASSERT_TRUE(pair && shared);
  const std::string both = signature({*shared, *pair}, "id", 5'000, "{}");
  const auto space = both.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(both.substr(0, 3), "v1,");
  EXPECT_EQ(both.substr(space + 1, 4), "v1a,");
  const auto bytes = from_base64(both.substr(space + 5));
  ASSERT_TRUE(bytes);
  EXPECT_TRUE(ed25519_verify("id.5.{}", *bytes, seed));
}

TEST(WebhookSignature, refuses_what_is_no_secret) {
  const std::vector<std::string> bad = {"",
                                        "whsec_",
                                        "whsec_!!!",
                                        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                        "whsec_" + base64(std::string(23, 'k')),
                                        "whsec_" + base64(std::string(65, 'k')),
                                        "whsk_" + base64(std::string(31, 's'))};
  for (const std::string& text : bad)
    EXPECT_EQ(parse_secret(text).error().reason, "webhook.bad_secret") << text;
}

}  // namespace
}  // namespace fermata::channels

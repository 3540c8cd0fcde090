#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// FIPS 180-4.
TEST(Hash, sha256_of_the_published_vectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 4648, section 10, without padding.
TEST(Hash, base64url_of_the_published_vectors) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Hash, base64url_reads_back_what_it_wrote) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Hash, base64url_refuses_what_it_would_not_write) {
  EXPECT_FALSE(from_base64url("Zg=="));  // Padding.
  EXPECT_FALSE(from_base64url("+/8"));   // The other alphabet.
  EXPECT_FALSE(from_base64url("Zh"));    // Left-over bits that are not zero.
  EXPECT_FALSE(from_base64url("Z"));
  EXPECT_FALSE(from_base64url("Zm9v YmFy"));
}

TEST(Hash, compares_in_constant_time) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secret "));
}

// RFC 8032, section 7.1, test 1 and test 2.
TEST(Hash, ed25519_of_the_published_vectors) {
  const auto seed1 = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const auto seed2 = unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto signature2 = unhex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_EQ(ed25519_sign("\x72", seed2), signature2);
  EXPECT_TRUE(ed25519_verify("\x72", signature2, seed2));
  EXPECT_FALSE(ed25519_verify("\x73", signature2, seed2));
  EXPECT_FALSE(ed25519_verify("\x72", signature2, seed1));
  EXPECT_FALSE(ed25519_verify("\x72", signature2.substr(1), seed2));
}

}  // namespace
}  // namespace fermata

#include "base/random.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>

#include "base/assert.hpp"

namespace fermata {
namespace {

constexpr std::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kSuffixLength = 26;
constexpr std::size_t kSuffixBytes = 17;  // 136 bits, of which 130 are used.

std::string suffix_of(std::string_view bytes) {
  FERMATA_ASSERT(bytes.size() >= kSuffixBytes, "a suffix needs 130 bits");
  std::string suffix;
  suffix.reserve(kSuffixLength);
  unsigned pending = 0;
  int pending_bits = 0;
  for (std::size_t next = 0; suffix.size() < kSuffixLength;) {
    if (pending_bits < 5) {
      pending = (pending << 8) | static_cast<unsigned char>(bytes[next++]);
      pending_bits += 8;
    }
    pending_bits -= 5;
    suffix.push_back(kBase32[(pending >> pending_bits) & 31U]);
  }
  return suffix;
}

}  // namespace

std::string SystemRandom::bytes(std::size_t count) {
  static const int started = sodium_init();
  FERMATA_ASSERT(started >= 0, "libsodium starts");
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_suffix(Random& random) { return suffix_of(random.bytes(kSuffixBytes)); }

std::string suffix_from(std::string_view seed) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(seed.data()),
                     seed.size());
  return suffix_of(digest);
}

std::string random_base62(Random& random, std::size_t count) {
  // Bytes from the last, incomplete round of 62 would favour the first characters: they are
  // dropped.
  constexpr unsigned kFair = 256U / 62U * 62U;
  std::string text;
  text.reserve(count);
  while (text.size() < count) {
    for (const char byte : random.bytes(count - text.size())) {
      const unsigned value = static_cast<unsigned char>(byte);
      if (value < kFair) text.push_back(kBase62[value % 62U]);
    }
  }
  return text;
}

}  // namespace fermata

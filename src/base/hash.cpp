#include "base/hash.hpp"

#include <sodium.h>

#include <array>
#include <string>

#include "base/assert.hpp"
#include "base/public_key.hpp"

namespace fermata {
namespace {

void start_sodium() {
  static const int started = sodium_init();  // 0 first, 1 when it already ran, -1 on failure.
  FERMATA_ASSERT(started >= 0, "libsodium starts");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(const std::array<unsigned char, 32>& bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');  // sodium ends it with a zero.
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  hex.pop_back();
  return hex;
}

std::string encoded(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), variant);
  text.pop_back();
  return text;
}

std::optional<std::string> decoded(std::string_view text, int variant) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()),
                                       bytes.size(),
                                       text.data(),
                                       text.size(),
                                       nullptr,
                                       &length,
                                       &end,
                                       variant);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(length);
  return bytes;
}

struct KeyPair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};

  explicit KeyPair(std::string_view seed) {
    start_sodium();
    FERMATA_ASSERT(seed.size() == crypto_sign_SEEDBYTES, "an Ed25519 seed has 32 bytes");
    crypto_sign_seed_keypair(open.data(), secret.data(), bytes_of(seed));
  }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  ~KeyPair() { sodium_memzero(secret.data(), secret.size()); }
};

}  // namespace

Digest sha256(std::string_view bytes) {
  start_sodium();
  static_assert(std::tuple_size_v<Digest> == crypto_hash_sha256_BYTES);
  Digest digest{};
  crypto_hash_sha256(digest.data(), bytes_of(bytes), bytes.size());
  return digest;
}

std::string sha256_hex(std::string_view bytes) { return hex_of(sha256(bytes)); }

std::string base64url(std::string_view bytes) {
  return encoded(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decoded(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string base64(std::string_view bytes) {
  return encoded(bytes, sodium_base64_VARIANT_ORIGINAL);
}

std::optional<std::string> from_base64(std::string_view text) {
  return decoded(text, sodium_base64_VARIANT_ORIGINAL);
}

std::string hmac_sha256(std::string_view message, std::string_view key) {
  start_sodium();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
  std::string code(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(code.data()));
  return code;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string ed25519_sign(std::string_view message, std::string_view seed) {
  const KeyPair keys(seed);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()),
                       nullptr,
                       bytes_of(message),
                       message.size(),
                       keys.secret.data());
  return signature;
}

bool ed25519_verify(std::string_view message, std::string_view signature, std::string_view seed) {
  if (signature.size() != crypto_sign_BYTES) return false;
  const KeyPair keys(seed);
  return crypto_sign_verify_detached(
             bytes_of(signature), bytes_of(message), message.size(), keys.open.data()) == 0;
}

std::string ed25519_public_key(std::string_view seed) { return hex_of(KeyPair(seed).open); }

bool ed25519_verify_with(std::string_view message,
                         std::string_view signature,
                         std::string_view public_key) {
  start_sodium();
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = sodium_hex2bin(
      open.data(), open.size(), public_key.data(), public_key.size(), nullptr, &length, &end);
  if (failed != 0 || length != open.size() || end != public_key.data() + public_key.size())
    return false;
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(
             bytes_of(signature), bytes_of(message), message.size(), open.data()) == 0;
}

}  // namespace fermata

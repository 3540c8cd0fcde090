#pragma once

// SHA-256, HMAC, Ed25519, hexadecimal, base64 and comparison in constant time.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace fermata {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits.
std::string base64url(std::string_view bytes);   // No padding.
std::optional<std::string> from_base64url(std::string_view text);
std::string base64(std::string_view bytes);  // RFC 4648, 4: with padding.
std::optional<std::string> from_base64(std::string_view text);
std::string hmac_sha256(std::string_view message, std::string_view key);  // 32 bytes.
bool equal_constant_time(std::string_view a, std::string_view b);  // False for other lengths.

// Ed25519 (RFC 8032); `seed` is 32 secret bytes. Signatures are deterministic.
std::string ed25519_sign(std::string_view message, std::string_view seed);  // 64 bytes.
bool ed25519_verify(std::string_view message, std::string_view signature, std::string_view seed);

}  // namespace fermata

#pragma once

// Ed25519 for those who have no secret. A public key is 32 bytes, as 64 lower-case hexadecimal
// digits.

#include <string>
#include <string_view>

namespace fermata {

std::string ed25519_public_key(std::string_view seed);
// False also when `public_key` is none.
bool ed25519_verify_with(std::string_view message,
                         std::string_view signature,
                         std::string_view public_key);

}  // namespace fermata

#pragma once

// Standard Webhooks 1.0.0 signatures: what a receiver checks to know that a delivery is ours and as
// we sent it. (standard-webhooks/standard-webhooks, spec/standard-webhooks.md.)

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace fermata::channels {

// A secret shared with the receiver ("whsec_" and base64: HMAC-SHA256, 24 to 64 bytes) or the seed
// of a key pair ("whsk_" and base64: Ed25519, 32 bytes).
struct SigningSecret {
  bool ed25519 = false;
  std::string bytes;
};
// kInvalid webhook.bad_secret.
Result<SigningSecret> parse_secret(std::string_view text);

// The value of `webhook-signature`: one for each secret, so that the receiver may know the old one
// or the new one. `id` has no dot; `at` is told in whole seconds.
std::string signature(const std::vector<SigningSecret>& secrets,
                      std::string_view id,
                      TimeMs at,
                      std::string_view body);

}  // namespace fermata::channels

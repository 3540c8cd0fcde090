#include "channels/webhook/signature.hpp"

#include "base/hash.hpp"

namespace fermata::channels {
namespace {

constexpr std::string_view kShared = "whsec_";
constexpr std::string_view kSeed = "whsk_";
constexpr std::size_t kLeast = 24, kMost = 64, kSeedBytes = 32;

}  // namespace

Result<SigningSecret> parse_secret(std::string_view text) {
  SigningSecret secret;
  secret.ed25519 = text.starts_with(kSeed);
  const bool known = secret.ed25519 || text.starts_with(kShared);
  const auto bytes =
      known ? from_base64(text.substr((secret.ed25519 ? kSeed : kShared).size())) : std::nullopt;
  const bool right = bytes && (secret.ed25519 ? bytes->size() == kSeedBytes
                                              : bytes->size() >= kLeast && bytes->size() <= kMost);
  if (!right)
    return fail(ErrorCode::kInvalid,
                "webhook.bad_secret",
                "a webhook's secret is whsec_ and 24 to 64 bytes as base64, or whsk_ and 32");
  secret.bytes = *bytes;
  return secret;
}

std::string signature(const std::vector<SigningSecret>& secrets,
                      std::string_view id,
                      TimeMs at,
                      std::string_view body) {
  std::string content(id);
  content.append(".").append(std::to_string(at / 1000)).append(".").append(body);
  std::string all;
  for (const SigningSecret& secret : secrets) {
    if (!all.empty()) all += ' ';
    all += secret.ed25519 ? "v1a," + base64(ed25519_sign(content, secret.bytes))
                          : "v1," + base64(hmac_sha256(content, secret.bytes));
  }
  return all;
}

}  // namespace fermata::channels

#pragma once

// Grants as tokens that travel: signed, so that an executor can show what it was permitted to do.
//
//   fg1.<base64url of canonical JSON>.<base64url of the Ed25519 signature over both parts before
//   it>
//
// The token of a grant is always the same text, so a repeated question gets the same answer (P9).
// Whether a grant may still be used is the stream's to say; the signature only says who gave it.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::engine {

class Grants {
 public:
  // An empty seed: no grant can be given or accepted (P2).
  explicit Grants(std::string seed) : seed_(std::move(seed)) {}

  bool available() const { return seed_.size() == 32; }
  std::string token(const std::string& tenant, const Workflow& workflow, const Call& call) const;
  // The grant's id, if the token is ours and names this tenant and call; else kForbidden
  // grant.invalid.
  Result<std::string> id_in(std::string_view token,
                            const std::string& tenant,
                            const std::string& call) const;

 private:
  std::string seed_;
};

}  // namespace fermata::engine

#include "api/mcp/session.hpp"

#include <charconv>

#include "base/hash.hpp"

namespace fermata::api::mcp {

Sessions::Sessions(std::string seed, std::int64_t lifetime_ms)
    : seed_(std::move(seed)), lifetime_ms_(lifetime_ms) {}

std::string Sessions::signature(const engine::Identity& caller, std::string_view body) const {
  const std::string signed_text = "mcp session\n" + caller.tenant + '\n' +
                                  to_string(caller.actor.kind) + '\n' + caller.actor.id + '\n' +
                                  std::string(body);
  return base64url(ed25519_sign(signed_text, seed_));
}

std::string Sessions::open(const engine::Identity& caller, std::string_view nonce, TimeMs now) {
  const std::string body = std::to_string(now + lifetime_ms_) + '.' + std::string(nonce);
  return body + '.' + signature(caller, body);
}

bool Sessions::is_open(const engine::Identity& caller, std::string_view id, TimeMs now) const {
  const std::size_t end = id.rfind('.');
  if (end == std::string_view::npos) return false;
  const std::string_view body = id.substr(0, end);
  if (!equal_constant_time(id.substr(end + 1), signature(caller, body))) return false;
  TimeMs until = 0;
  std::from_chars(body.data(), body.data() + body.size(), until);
  if (now >= until) return false;
  const std::lock_guard lock(mutex_);
  return !ended_.contains(std::string(id));
}

void Sessions::end(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (!ended_.insert(id).second) return;
  order_.push_back(id);
  if (order_.size() <= kMaxEnded) return;
  ended_.erase(order_.front());
  order_.pop_front();
}

}  // namespace fermata::api::mcp

#include "api/auth/limit.hpp"

#include "api/rest/services.hpp"
#include "base/time.hpp"

namespace fermata::api {
namespace {

// Of "127.0.0.1:51234" and "[2001:db8::1]:51234" the part that names somebody: the address, and of
// the sixth version its first half, because the other is the client's to choose.
std::string place_of(const std::string& remote) {
  const std::string address = remote.substr(0, remote.rfind(':'));
  std::size_t end = 0;
  for (int colons = 0; end < address.size(); ++end)
    if (address[end] == ':' && ++colons == 4) break;
  return address.substr(0, end);
}

}  // namespace

Result<void> limit_rate(Exchange& exchange, const Result<engine::Identity>& caller) {
  Services& services = exchange.services();
  const std::int64_t now_ms = monotonic_ms();
  const bool stranger = !caller && caller.error().code == ErrorCode::kUnauthenticated;
  const bool has_token =
      caller     ? services.key_rate.take(caller->key_id, now_ms)
      : stranger ? services.stranger_rate.take(place_of(exchange.request().remote), now_ms)
                 : true;
  if (has_token) return {};
  return fail(ErrorCode::kRateLimited,
              "request.rate_limited",
              stranger ? "too many requests without a valid key come from your address"
                       : "this key sends too many requests; wait as long as Retry-After says");
}

}  // namespace fermata::api

#pragma once

// What channels that speak HTTP make of an answer.

#include <optional>
#include <string>
#include <string_view>

#include "channels/channel.hpp"
#include "net/http_server.hpp"

namespace fermata::channels {

// Seconds or an HTTP date, as of `now`; absent when there is none or it cannot be read. At most a
// day.
std::optional<std::int64_t> retry_after_ms(const net::Headers& headers, TimeMs now);

// Of a status that is no success: 4xx lasts, but for 408, 425 and 429; 5xx and those do not.
Failure failure_of(int status, const net::Headers& headers, TimeMs now);
// Of a request that was not answered.
Failure unanswered(const Error& error, bool reached);

}  // namespace fermata::channels

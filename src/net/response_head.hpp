#pragma once

// The head of an answer, as bytes. What frames the message (Content-Length, Transfer-Encoding,
// Connection, Date) is written here alone: a handler's headers of those names are dropped, and line
// breaks in its values become spaces, so that no value can forge a header.

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace fermata::net {

struct Framing {
  bool close = false;
  bool http11 = true;
  std::optional<std::size_t> length;  // Absent: chunked in HTTP/1.1, until the close in 1.0.
};

// False for 204 and 304, which have no body and no length whatever the handler gave.
bool has_body(int status);

void append_head(std::string& out,
                 const Response& response,
                 const Framing& framing,
                 std::string_view date);

bool asks_to_close(const Headers& headers);  // Connection: close

std::string http_date(std::time_t time);  // Sun, 06 Nov 1994 08:49:37 GMT

}  // namespace fermata::net

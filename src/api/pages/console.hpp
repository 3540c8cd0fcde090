#pragma once

// The web console that the binary carries: one page, and the scripts and styles that it loads.
// tools/embed_console.py makes them of console/dist; without it, a page that says how to build it.
//
// The page answers at every address that the console has, so that a link leads to where it was
// taken from; at no address of the API, which says by itself what is not there.

#include <optional>
#include <span>

#include "api/pages/pages.hpp"
#include "base/random.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

struct ConsoleFile {
  PageFile page;        // Compressed by gzip, but for /index.html.
  bool hashed = false;  // Its name changes with its content.
};

std::span<const ConsoleFile> console_files();  // Sorted by path; generated.

// Whether the console shows something at this path.
bool is_console_route(std::string_view path);

// Absent: nothing of the console's is there. The page comes with a nonce of its own each time;
// without it no script and no style runs.
std::optional<net::Response> console_response(const net::Request& request, Random& random);

}  // namespace fermata::api

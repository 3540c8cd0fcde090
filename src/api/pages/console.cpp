#include "api/pages/console.hpp"

#include <algorithm>
#include <array>

#include "api/rest/headers.hpp"

namespace fermata::api {
namespace {

constexpr std::string_view kNonce = "__NONCE__";
constexpr std::size_t kNonceLength = 32;
constexpr std::string_view kHashedLasts = "public, max-age=31536000, immutable";

// The first words of the console's addresses; its own route tables are in console/src/features.
constexpr std::array<std::string_view, 16> kRoutes{"",
                                                   "agents",
                                                   "approvals",
                                                   "audit",
                                                   "channels",
                                                   "freezes",
                                                   "groups",
                                                   "inbox",
                                                   "keys",
                                                   "operations",
                                                   "people",
                                                   "permissions",
                                                   "policies",
                                                   "settings",
                                                   "sign-in",
                                                   "workflows"};

const ConsoleFile* find_file(std::string_view path) {
  const auto files = console_files();
  const auto found = std::lower_bound(
      files.begin(), files.end(), path, [](const ConsoleFile& file, std::string_view wanted) {
        return file.page.path < wanted;
      });
  return found != files.end() && found->page.path == path ? &*found : nullptr;
}

std::string with_nonce(std::string_view text, std::string_view nonce) {
  std::string made;
  for (std::size_t at = 0; (at = text.find(kNonce)) != std::string_view::npos;) {
    made.append(text.substr(0, at)).append(nonce);
    text.remove_prefix(at + kNonce.size());
  }
  return made.append(text);
}

// Scripts and styles of this page alone, requests to this server alone, and no frame around it.
// Styles also by nonce, because the console's parts write theirs as they are shown.
std::string policy_with(const std::string& nonce) {
  return "default-src 'none'; script-src 'self' 'nonce-" + nonce + "'; style-src 'self' 'nonce-" +
         nonce +
         "'; connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; "
         "object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

net::Response the_page(Random& random) {
  const std::string nonce = random_base62(random, kNonceLength);
  return {200,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy", policy_with(nonce)},
           {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"X-Frame-Options", "DENY"}},
          with_nonce(find_file("/index.html")->page.body, nonce)};
}

net::Response file_response(const net::Request& request, const ConsoleFile& file) {
  net::Response response{200,
                         {{"Content-Type", std::string(file.page.content_type)},
                          {"Content-Encoding", "gzip"},
                          {"ETag", std::string(file.page.etag)},
                          {"Cache-Control", std::string(file.hashed ? kHashedLasts : "no-cache")},
                          {"Cross-Origin-Resource-Policy", "same-origin"}},
                         {}};
  if (none_match_holds(request.header("If-None-Match"), file.page.etag))
    response.status = 304;
  else
    response.body = file.page.body;
  return response;
}

}  // namespace

bool is_console_route(std::string_view path) {
  if (!path.starts_with('/')) return false;
  const std::string_view rest = path.substr(1);
  const std::string_view first = rest.substr(0, rest.find('/'));
  return std::find(kRoutes.begin(), kRoutes.end(), first) != kRoutes.end() &&
         (!first.empty() || rest.empty());
}

std::optional<net::Response> console_response(const net::Request& request, Random& random) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  if (is_console_route(request.path) || request.path == "/index.html") return the_page(random);
  const ConsoleFile* file = find_file(request.path);
  if (file == nullptr) return std::nullopt;
  return file_response(request, *file);
}

}  // namespace fermata::api

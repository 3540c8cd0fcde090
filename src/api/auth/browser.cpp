#include "api/auth/browser.hpp"

#include <algorithm>

#include "api/rest/headers.hpp"
#include "base/hash.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxSession = 256;

bool is_secure(const std::string& public_url) { return public_url.starts_with("https://"); }

std::string_view cookie_name(const std::string& public_url) {
  return is_secure(public_url) ? "__Host-fermata" : "fermata-session";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Empty: there is none, or there are two and nobody knows whose each is.
std::string_view session_of(const net::Request& request, const std::string& public_url) {
  const std::string_view name = cookie_name(public_url);
  std::string_view found;
  for (std::string_view rest = request.header("Cookie"); !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=') continue;
    if (!found.empty()) return {};
    found = pair.substr(name.size() + 1);
  }
  return found.size() > kMaxSession ? std::string_view() : found;
}

bool changes_something(const net::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

tl::unexpected<Error> cross_site() {
  return fail(ErrorCode::kForbidden,
              "auth.cross_site",
              "this comes from a page of another site; open the console itself");
}

// "https://fermata.example.com" of an address; it has been checked when it was configured.
std::string origin_of(const std::string& url) {
  return url.substr(0, url.find('/', url.find("://") + 3));
}

}  // namespace

bool is_browser(const net::Request& request, const std::string& public_url) {
  return !request.has_header("Authorization") && !request.has_header("X-API-Key") &&
         !session_of(request, public_url).empty();
}

Result<void> require_own_page(const net::Request& request, const std::string& public_url) {
  const std::string_view from = request.header("Sec-Fetch-Site");
  if (from == "same-origin") return {};
  // "none": the person typed the address, or followed a bookmark.
  if (from == "none" && !changes_something(request)) return {};
  if (!from.empty()) return cross_site();
  if (!request.has_header("Origin")) {
    if (changes_something(request)) return cross_site();
    return {};
  }
  const std::string_view origin = request.header("Origin");
  const std::string own =
      public_url.empty() ? "http://" + std::string(request.header("Host")) : origin_of(public_url);
  if (origin != own) return cross_site();
  return {};
}

Result<engine::Identity> authenticate_browser(const engine::Engine& engine,
                                              const net::Request& request,
                                              const std::string& public_url) {
  FERMATA_CHECK_OK(require_own_page(request, public_url));
  const std::string_view session = session_of(request, public_url);
  if (session.empty())
    return fail(ErrorCode::kUnauthenticated, "auth.no_session", "nobody is signed in here");
  FERMATA_TRY(engine::Identity identity, engine.authenticate(session, KeyUse::kSession));
  if (changes_something(request) &&
      !equal_constant_time(request.header("X-CSRF-Token"), csrf_token(session)))
    return fail(ErrorCode::kForbidden,
                "auth.bad_csrf_token",
                "send the csrf_token of GET /v1/session as X-CSRF-Token");
  return identity;
}

std::string csrf_token(const net::Request& request, const std::string& public_url) {
  return csrf_token(session_of(request, public_url));
}

std::string csrf_token(std::string_view session) {
  return session.empty() ? "" : sha256_hex("fermata csrf\n" + std::string(session));
}

std::string session_cookie(const std::string& session,
                           std::int64_t lasts_s,
                           const std::string& public_url) {
  std::string cookie =
      std::string(cookie_name(public_url)) + '=' + session +
      "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(session.empty() ? 0 : lasts_s);
  if (is_secure(public_url)) cookie += "; Secure";
  return cookie;
}

}  // namespace fermata::api

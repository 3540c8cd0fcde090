#pragma once

// Requests of a browser that is signed in: its cookie says who, and where the request came from
// says whether that person meant it.
//
// A cookie goes with requests of every page that can reach us, so it counts only for pages of ours:
// by Sec-Fetch-Site where the browser sends it, else by Origin, and for whatever changes something
// with the session's own CSRF token besides. Keys in headers need none of that, and a request with
// a key in a header is never taken for a browser's.

#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

// Whether to go by the cookie. `public_url` as in ApiOptions.
bool is_browser(const net::Request& request, const std::string& public_url);

// kForbidden auth.cross_site, auth.bad_csrf_token; kUnauthenticated auth.no_session or what the
// engine says of the session.
Result<engine::Identity> authenticate_browser(const engine::Engine& engine,
                                              const net::Request& request,
                                              const std::string& public_url);

// kForbidden auth.cross_site: the request comes from a page of somebody else's.
Result<void> require_own_page(const net::Request& request, const std::string& public_url);

// Of the session in the request's cookie; empty when there is none.
std::string csrf_token(const net::Request& request, const std::string& public_url);
std::string csrf_token(std::string_view session);

// The value of Set-Cookie. `__Host-` and Secure wherever clients come by https. An empty `session`
// takes the cookie back.
std::string session_cookie(const std::string& session,
                           std::int64_t lasts_s,
                           const std::string& public_url);

}  // namespace fermata::api

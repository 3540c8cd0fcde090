// The embedded pages: /openapi.json, /docs and what belongs to it.

#include "api/pages/pages.hpp"
#include "api/problem.hpp"
#include "api/rest/headers.hpp"
#include "api/rest/routes.hpp"

namespace fermata::api {

net::Response get_page(Exchange& exchange) {
  const net::Request& request = exchange.request();
  const PageFile* page = find_page(request.path);
  if (page == nullptr)
    return problem_response(
        {ErrorCode::kNotFound, "request.no_such_route", "there is no such page; see /docs", {}, {}},
        exchange.request_id());
  net::Response response{200,
                         {{"Content-Type", std::string(page->content_type)},
                          {"ETag", std::string(page->etag)},
                          {"Cache-Control", "no-cache"}},
                         {}};
  // Its own script, style and requests, and nothing else: nothing inline, no frames.
  if (page->content_type.substr(0, 9) == "text/html") {
    response.headers.emplace_back(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
    response.headers.emplace_back("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
    response.headers.emplace_back("X-Frame-Options", "DENY");
  }
  if (none_match_holds(request.header("If-None-Match"), page->etag))
    response.status = 304;
  else
    response.body = page->body;
  return response;
}

}  // namespace fermata::api

#pragma once

// The one table from our errors to what a client is told: HTTP status, title, whether the same
// request may be tried again, and when. Problems are RFC 9457 documents:
//
//   {"type":"/docs/errors/<reason>","title","status","detail","reason","request_id","retryable",
//   ...}
//
// with the error's extension members ("errors", "outcome", "holder") beside them. What Error says
// for operators (detail) never gets into one (P15); an internal error says nothing but its id.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "net/http_server.hpp"

namespace fermata::api {

// The row of the table that an error falls under.
struct Answerable {
  int status = 500;
  bool retryable = false;  // The same request may succeed later, unchanged.
  int retry_after_s = 0;   // 0: no Retry-After.
};
Answerable answerable(ErrorCode code, std::string_view reason);

// "Not found" for 404; of statuses that we send.
std::string_view phrase(int status);

json::Value problem_document(const Error& error, std::string_view request_id);
// With Content-Type, and Retry-After or WWW-Authenticate where they belong.
net::Response problem_response(const Error& error, std::string_view request_id);
// For a refusal below the handlers, whose status is already chosen.
net::Response problem_response(int status, const Error& error, std::string_view request_id);

}  // namespace fermata::api

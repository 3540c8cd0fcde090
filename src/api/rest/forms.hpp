#pragma once

// Answers as a surface gives them: typed again before they become a decision.

#include <string>

#include "api/rest/exchange.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::api {

// The answer that `raw`, given on `surface`, means. kInvalid approval.bad_answer with `errors`, and
// `shown`, which is how that surface takes them; kNotFound approval.no_form.
Result<json::Value> typed_answer(const Exchange& exchange,
                                 const std::string& approval,
                                 const std::string& surface,
                                 const json::Value& raw);

}  // namespace fermata::api

#pragma once

// The portable subset of JSON Schema 2020-12 that forms are described in, and the one validator for
// all answers, whatever surface they come from. Unknown keywords are refused when a schema is
// registered, so that no rule is silently ignored.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::form {

struct FieldError {
  std::string pointer;  // RFC 6901: "/amount".
  std::string type;     // "missing", "type", "minimum", "pattern", "extra_forbidden", ...
  std::string message;  // For the person who filled it in.
};

// kInvalid form.unsupported_schema, with where and what.
Result<void> check_schema(const json::Value& schema);

// Empty when `answer` fits. `schema` has passed check_schema.
std::vector<FieldError> validate(const json::Value& schema, const json::Value& answer);

}  // namespace fermata::form

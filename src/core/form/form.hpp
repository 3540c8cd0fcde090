#pragma once

// The portable subset of JSON Schema 2020-12 that forms are described in, and the one validator for
// all answers, whatever surface they come from. Unknown keywords are refused when a schema is
// registered, so that no rule is silently ignored.

#include <cstdint>
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

// kInvalid form.unsupported_schema, with where and what; the detail is the JSON pointer.
Result<void> check_schema(const json::Value& schema);

// Of Regex::cost, for one answer: about a second and a half at the very worst.
inline constexpr std::uint64_t kMaxPatternSteps = 300'000'000;

// Empty when `answer` fits. `schema` has passed check_schema. A text whose patterns would take more
// than what is left of `pattern_steps` is "unchecked".
std::vector<FieldError> validate(const json::Value& schema,
                                 const json::Value& answer,
                                 std::uint64_t pattern_steps = kMaxPatternSteps);

// kInvalid approval.bad_answer: the first of `errors`, of which there is one at least, in words,
// and all of them for machines, in the shape that errors of a request's body have.
tl::unexpected<Error> bad_answer(const std::vector<FieldError>& errors);

// What is wrong with the arguments of a call, in words; empty: nothing, or `schema` is not of this
// subset, so that it is for whoever runs the call to judge.
std::string faults_in(const json::Value& schema, const json::Object& arguments);

}  // namespace fermata::form

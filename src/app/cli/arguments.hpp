#pragma once

// Changing arguments from the command line without losing their JSON types. Pure.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::app::cli {

// Applies "path=value" in order. A path is dotted ("items.0.amount"). A value takes the type of
// what it replaces: text stays text as typed, a number must be a number, true and false a flag,
// anything else JSON. What is new is JSON if it reads as JSON, and text otherwise.
//   kInvalid cli.bad_set   no '=', a path into something that is no object or list, another type
Result<json::Value> with_changes(json::Value arguments, const std::vector<std::string>& changes);

// The same for an answer: a form's schema says which type a field has.
Result<json::Value> with_answers(const json::Value& schema,
                                 const std::vector<std::string>& changes);

// "amount: 250 → 80" for each difference, one a line, in full.
std::vector<std::string> differences(const json::Value& before, const json::Value& after);

}  // namespace fermata::app::cli

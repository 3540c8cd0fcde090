#pragma once

// What the model is told about a question to people: data, and one text that says what to do now,
// in the words of core/workflow/words.hpp. Pure.

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::api::mcp {

// Of an approval request as the API shows it.
json::Object outcome(const json::Value& approval);
// Of a policy that allows nobody to be asked.
json::Object denial(const Error& error);
// "it takes 2 of finance, 1 so far"
std::string waiting_for(const json::Value& approval);

}  // namespace fermata::api::mcp

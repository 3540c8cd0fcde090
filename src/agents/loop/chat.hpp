#pragma once

// What a model answers, and how the journal keeps it: as the Python SDK does, so that the timelines
// of both read equal.
//
// The provider's ids of tool calls are not kept: they may be empty, random or the same twice. The
// loop names calls itself, "call_<model call>_<place>".

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::agents {

struct Usage {
  std::int64_t input = 0;
  std::int64_t output = 0;
};

struct AskedCall {
  std::string name;
  // The parsed JSON where the model's text was such; else that text.
  json::Value arguments;
};

struct Answer {
  std::string content;
  std::vector<AskedCall> calls;
  std::string finish_reason;  // "stop", "tool_calls", "length", ...
  Usage usage;
};

json::Value to_value(const Answer& answer);
Answer answer_from(const json::Value& value);

// Models send arguments as text. Text that is JSON becomes it, also when it is quoted twice.
json::Value parse_arguments(const std::string& text);

// A call that stands in the text of an answer: from the first "{" to the last "}", an object with
// "name" and "arguments". Servers without tool calls, and models that ignore them, answer so.
// kInvalid agents.no_call, worded for the model.
Result<AskedCall> call_in_text(const std::string& content);

}  // namespace fermata::agents

// A refusal in words that a model can act on.

#include "api/mcp/tools.hpp"
#include "api/problem.hpp"

namespace fermata::api::mcp {
namespace {

// "/arguments/amount must be a number", from the REST reader's list.
std::string what_is_wrong(const json::Value& problem) {
  std::string text;
  const json::Array* errors = problem["errors"].as_array();
  for (const json::Value& error : errors == nullptr ? json::Array{} : *errors) {
    const std::string pointer = error.string_or("pointer");
    text += (text.empty() ? "" : "; ") +
            (pointer.size() > 2 ? pointer.substr(2) : "the arguments") + " " +
            error.string_or("msg");
  }
  return text.empty() ? problem.string_or("detail") : text;
}

}  // namespace

json::Object tool_failure(const Error& error) {
  const json::Value problem = problem_document(error, "");
  const std::string what = what_is_wrong(problem);
  const bool retryable = problem.bool_or("retryable");
  const json::Value told = json::Object{
      {"error", problem["reason"]},
      {"retryable", retryable},
      {"text", "This did not work: " + what + (retryable ? ". Try again in a moment." : ".")}};
  return {{"content", json::Array{json::Object{{"type", "text"}, {"text", json::write(told)}}}},
          {"isError", true}};
}

}  // namespace fermata::api::mcp

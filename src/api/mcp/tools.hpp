#pragma once

// The tools that are offered, and how one answers.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/mcp/asking.hpp"

namespace fermata::api::mcp {

struct Tool {
  json::Object entry;     // As tools/list shows it.
  bool may_wait = false;  // Its answer may be a task.
  std::function<void(const AskingPtr&, const json::Value& arguments)> run;

  std::string name() const { return json::Value(entry).string_or("name"); }
};

// The product's own, in the order they are listed.
const std::vector<Tool>& product_tools();

// One text block that explains itself, for clients that read no more than that, and the same as
// data.
json::Object tool_result(const json::Object& structured);
// A failure that the model can read and act on.
json::Object tool_failure(const Error& error);

// ask.cpp
void request_approval(const AskingPtr& asking, const json::Value& arguments);
void ask_human(const AskingPtr& asking, const json::Value& arguments);
void check_approval(const AskingPtr& asking, const json::Value& arguments);
// history.cpp
void create_checkpoint(const AskingPtr& asking, const json::Value& arguments);
void roll_back(const AskingPtr& asking, const json::Value& arguments);

}  // namespace fermata::api::mcp

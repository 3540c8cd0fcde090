#pragma once

// What the makers of documents share: an object built member by member, and times as text.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"
#include "core/actor.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::codec {

// Members in the order of their writing. The names must differ: nobody checks.
class Document {
 public:
  Document& add(std::string_view name, json::Value value);
  json::Value done();

 private:
  std::vector<json::Member> members_;
};

json::Value time_document(TimeMs time_ms);
json::Value time_document(std::optional<TimeMs> time_ms);  // null when absent.
json::Value text_or_null(const std::string& text);         // null when empty.
json::Value strings_document(const std::vector<std::string>& strings);
json::Value actor_document(const Actor& actor);
json::Value error_document(const CallError& error);
json::Value undo_document(const Workflow& workflow, const Compensation& compensation);

}  // namespace fermata::codec

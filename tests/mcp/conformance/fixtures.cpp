#include "tests/mcp/conformance/fixtures.hpp"

#include "base/assert.hpp"

namespace fermata::conformance {
namespace {

using api::mcp::AskingPtr;
using api::mcp::Tool;

json::Object parsed(const char* text) {
  const auto value = json::parse(text);
  FERMATA_ASSERT(value && value->as_object() != nullptr, "a fixture is JSON");
  return *value->as_object();
}

Tool tool(const char* name, const char* schema, std::function<void(const AskingPtr&)> run) {
  return {{{"name", name}, {"description", "Of the test suite."}, {"inputSchema", parsed(schema)}},
          false,
          [run = std::move(run)](const AskingPtr& asking, const json::Value&) { run(asking); }};
}

// A tool that always answers the same.
Tool fixed(const char* name, const char* result) {
  return tool(name, R"({"type": "object", "properties": {}})", [result](const AskingPtr& asking) {
    asking->answer(parsed(result));
  });
}

// A stream of notifications, then the answer: how a tool of ours waits, in little.
void answer_with_progress(const AskingPtr& asking) {
  const json::Value& token = asking->message().meta("progressToken");
  if (!token.is_null() && asking->start_stream())
    for (const int done : {0, 50, 100})
      asking->send(
          api::mcp::notification("notifications/progress",
                                 {{"progressToken", token}, {"progress", done}, {"total", 100}}));
  asking->answer(parsed(R"({"content": [{"type": "text", "text": "done"}]})"));
}

void answer_on_a_stream(const AskingPtr& asking) {
  if (asking->start_stream()) asking->beat();
  asking->answer(parsed(R"({"content": [{"type": "text", "text": "done"}]})"));
}

void greet(const AskingPtr& asking, const json::Value& arguments) {
  const std::string text = "Hello, " + arguments.string_or("name") + "!";
  asking->answer({{"content", json::Array{json::Object{{"type", "text"}, {"text", text}}}}});
}

// A task of ours is a question to people; here one whose deadline ends it.
void ask_for(const AskingPtr& asking, std::int64_t seconds) {
  api::mcp::request_approval(
      asking, json::Object{{"action", "work"}, {"deadline_s", seconds}, {"wait_s", 0}});
}

void slow_compute(const AskingPtr& asking, const json::Value& arguments) {
  const std::int64_t seconds = arguments.int_or("seconds");
  if (seconds > 0) return ask_for(asking, seconds);
  asking->answer(parsed(R"({"content": [{"type": "text", "text": "computed"}]})"));
}

constexpr const char* kJsonSchema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
    }
  },
  "properties": {
    "name": {"type": "string"},
    "address": {"$ref": "#/$defs/address"},
    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
    "phone": {"type": "string"},
    "email": {"type": "string"}
  },
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]},
  "else": {"required": ["email"]},
  "additionalProperties": false
})json";

constexpr const char* kImage =
    R"({"content": [{"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}]})";
constexpr const char* kAudio =
    R"({"content": [{"type": "audio", "mimeType": "audio/wav", "data": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="}]})";
constexpr const char* kResource =
    R"({"content": [{"type": "resource", "resource": {"uri": "test://embedded-resource", "mimeType": "text/plain", "text": "This is an embedded resource content."}}]})";
constexpr const char* kMixed =
    R"({"content": [
      {"type": "text", "text": "Multiple content types test:"},
      {"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},
      {"type": "resource", "resource": {"uri": "test://mixed-content-resource", "mimeType": "application/json", "text": "{\"test\":\"data\",\"value\":123}"}}
    ]})";

}  // namespace

std::shared_ptr<const std::vector<Tool>> tools() {
  std::vector<Tool> all = api::mcp::product_tools();
  all.push_back(fixed(
      "test_simple_text",
      R"({"content": [{"type": "text", "text": "This is a simple text response for testing."}]})"));
  all.push_back(fixed(
      "test_error_handling",
      R"({"content": [{"type": "text", "text": "This tool intentionally returns an error for testing"}], "isError": true})"));
  all.push_back(fixed("test_image_content", kImage));
  all.push_back(fixed("test_audio_content", kAudio));
  all.push_back(fixed("test_embedded_resource", kResource));
  all.push_back(fixed("test_multiple_content_types", kMixed));
  all.push_back(fixed("test_logging_tool",
                      R"({"content": [{"type": "text", "text": "nothing was logged"}]})"));
  all.push_back(
      fixed("json_schema_2020_12_tool", R"({"content": [{"type": "text", "text": "ok"}]})"));
  all.back().entry.set("inputSchema", parsed(kJsonSchema));
  constexpr const char* kNothing = R"({"type": "object", "properties": {}})";
  all.push_back(tool("test_tool_with_progress", kNothing, &answer_with_progress));
  all.push_back(tool("test_streaming_elicitation", kNothing, &answer_on_a_stream));
  all.push_back(tool("greet", kNothing, nullptr));
  all.back().run = &greet;
  all.push_back(tool("slow_compute", kNothing, nullptr));
  all.back().run = &slow_compute;
  all.back().may_wait = true;
  all.push_back(tool("failing_job", kNothing, [](const AskingPtr& asking) { ask_for(asking, 1); }));
  all.back().may_wait = true;
  return std::make_shared<const std::vector<Tool>>(std::move(all));
}

}  // namespace fermata::conformance

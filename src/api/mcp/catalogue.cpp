// What the model reads about the tools: names, descriptions, schemas. Every schema has
// `properties`, because there are clients that read it unasked.

#include "api/mcp/tools.hpp"
#include "base/assert.hpp"

namespace fermata::api::mcp {
namespace {

json::Object parsed(std::string_view text) {
  auto value = json::parse(text);
  FERMATA_ASSERT(value && value->as_object() != nullptr, "the catalogue is JSON");
  return *value->as_object();
}

constexpr std::string_view kRequestApproval = R"json({
  "name": "request_approval",
  "title": "Request approval",
  "description": "Ask the responsible people whether you may do something risky, and wait for their answer. Call this before you do it, with exactly the arguments you will use. Do it only if the result says \"allowed\": true, and then with the \"arguments\" of the result, because people may have changed them. If the status is \"pending\", nobody has decided yet: call check_approval later.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "action": {"type": "string", "minLength": 1, "maxLength": 200, "description": "Name of the tool or action you want to do, such as \"refund\". The policy decides by it who is asked."},
      "arguments": {"type": "object", "description": "The arguments you will do it with. People see and approve exactly these."},
      "why": {"type": "string", "maxLength": 4000, "description": "Why it should be done, for the people who decide."},
      "otherwise": {"type": "string", "maxLength": 4000, "description": "What you will do if they say no."},
      "outcomes": {"type": "array", "maxItems": 16, "description": "Answers of your own that people can choose, each with what it means.", "items": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 200}, "means": {"type": "string", "enum": ["approve", "reject", "ignore"]}, "text": {"type": "string", "maxLength": 4000, "description": "What you are told if they choose it."}}, "required": ["name", "means"], "additionalProperties": false}},
      "workflow": {"type": "string", "description": "Id of a workflow of yours (wf_...) that this belongs to. Leave it out to ask on its own."},
      "deadline_s": {"type": "integer", "minimum": 1, "maximum": 31622400, "description": "Seconds after which the question ends unanswered."},
      "request_id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "A name of your own for this question. Asking again with the same one finds the same question and asks nobody twice."},
      "wait_s": {"type": "integer", "minimum": 0, "maximum": 86400, "description": "How many seconds to wait for the decision before answering \"pending\"."}
    },
    "required": ["action"],
    "additionalProperties": false
  },
  "annotations": {"title": "Request approval", "readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true}
})json";

constexpr std::string_view kAskHuman = R"json({
  "name": "ask_human",
  "title": "Ask a person",
  "description": "Ask the responsible people a question that only a person can answer, as a short form, and wait for the answer. The result's \"answer\" is the filled-in form. If the status is \"pending\", nobody has answered yet: call check_approval later.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "question": {"type": "string", "minLength": 1, "maxLength": 4000, "description": "What you want to know."},
      "schema": {"type": "object", "description": "JSON Schema of the form: {\"type\": \"object\", \"properties\": {...}, \"required\": [...]}. Fields are flat: string (also with enum or format), integer, number, boolean, or a list of choices. Without it the form has one text field, \"answer\"."},
      "why": {"type": "string", "maxLength": 4000, "description": "Why you need to know it."},
      "otherwise": {"type": "string", "maxLength": 4000, "description": "What you will do without an answer."},
      "outcomes": {"type": "array", "maxItems": 16, "description": "Answers of your own that people can choose in place of the form, each with what it means.", "items": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 200}, "means": {"type": "string", "enum": ["answer", "reject", "ignore"]}, "text": {"type": "string", "maxLength": 4000, "description": "What you are told if they choose it."}}, "required": ["name", "means"], "additionalProperties": false}},
      "workflow": {"type": "string", "description": "Id of a workflow of yours (wf_...) that this belongs to. Leave it out to ask on its own."},
      "deadline_s": {"type": "integer", "minimum": 1, "maximum": 31622400, "description": "Seconds after which the question ends unanswered."},
      "request_id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "A name of your own for this question. Asking again with the same one finds the same question and asks nobody twice."},
      "wait_s": {"type": "integer", "minimum": 0, "maximum": 86400, "description": "How many seconds to wait for the answer before answering \"pending\"."}
    },
    "required": ["question"],
    "additionalProperties": false
  },
  "annotations": {"title": "Ask a person", "readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true}
})json";

constexpr std::string_view kCheckApproval = R"json({
  "name": "check_approval",
  "title": "Check an approval",
  "description": "How a question stands that request_approval or ask_human has asked. With wait_s it waits that long for the decision.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "approval": {"type": "string", "description": "Id of the question (ap_...), from the result that said \"pending\"."},
      "wait_s": {"type": "integer", "minimum": 0, "maximum": 86400, "description": "How many seconds to wait for the decision. Without it: not at all."}
    },
    "required": ["approval"],
    "additionalProperties": false
  },
  "annotations": {"title": "Check an approval", "readOnlyHint": true, "openWorldHint": true}
})json";

constexpr std::string_view kCreateCheckpoint = R"json({
  "name": "create_checkpoint",
  "title": "Create a checkpoint",
  "description": "Name this point of a workflow of yours, so that you or a person can return to it with rollback.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "workflow": {"type": "string", "description": "Id of a workflow of yours (wf_...)."},
      "name": {"type": "string", "minLength": 1, "maxLength": 200, "description": "What to call this point, such as \"before the refunds\"."},
      "turn": {"type": "integer", "minimum": 1, "maximum": 999999999, "description": "The turn you run this workflow under. Needed only while a worker runs it."},
      "request_id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "A name of your own for this wish. Repeating it with the same one makes no second checkpoint."}
    },
    "required": ["workflow", "name"],
    "additionalProperties": false
  },
  "outputSchema": {
    "type": "object",
    "properties": {
      "checkpoint": {"type": "string"},
      "name": {"type": "string"},
      "workflow": {"type": "string"},
      "text": {"type": "string"}
    },
    "required": ["checkpoint", "name", "workflow", "text"]
  },
  "annotations": {"title": "Create a checkpoint", "readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": false}
})json";

constexpr std::string_view kRollback = R"json({
  "name": "rollback",
  "title": "Roll back",
  "description": "Return a workflow of yours to a checkpoint. What was decided after it no longer counts and must be asked again; questions that are still open are cancelled. Things done outside are not undone by this: the result lists them.",
  "inputSchema": {
    "type": "object",
    "properties": {
      "workflow": {"type": "string", "description": "Id of a workflow of yours (wf_...)."},
      "checkpoint": {"type": "string", "description": "Id of the checkpoint (cp_...), from create_checkpoint, or its name: then the latest of that name."},
      "reason": {"type": "string", "minLength": 1, "maxLength": 4000, "description": "Why; people read it in the history."},
      "turn": {"type": "integer", "minimum": 1, "maximum": 999999999, "description": "The turn you run this workflow under. Needed only while a worker runs it."},
      "request_id": {"type": "string", "minLength": 1, "maxLength": 200, "description": "A name of your own for this wish. Repeating it with the same one rolls back no second time."}
    },
    "required": ["workflow", "checkpoint", "reason"],
    "additionalProperties": false
  },
  "outputSchema": {
    "type": "object",
    "properties": {
      "workflow": {"type": "string"},
      "checkpoint": {"type": "string"},
      "epoch": {"type": "integer"},
      "cancelled": {"type": "array", "items": {"type": "string"}},
      "undone": {"type": "array", "items": {"type": "object"}},
      "text": {"type": "string"}
    },
    "required": ["workflow", "checkpoint", "epoch", "cancelled", "undone", "text"]
  },
  "annotations": {"title": "Roll back", "readOnlyHint": false, "destructiveHint": true, "idempotentHint": false, "openWorldHint": false}
})json";

// Of request_approval, ask_human and check_approval (outcome.cpp makes them).
constexpr std::string_view kOutcome = R"json({
  "type": "object",
  "properties": {
    "approval": {"type": "string"},
    "workflow": {"type": "string"},
    "status": {"type": "string", "enum": ["pending", "approved", "rejected", "answered", "expired", "cancelled", "superseded", "ignored", "denied"]},
    "allowed": {"type": "boolean"},
    "action": {"type": "string"},
    "arguments": {"type": "object"},
    "edited": {"type": "boolean"},
    "answer": {},
    "by": {"type": "string"},
    "reason": {"type": "string"},
    "name": {"type": ["string", "null"], "description": "Of your own outcomes the one that was chosen."},
    "comments": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}, "by": {"type": "string"}, "text": {"type": "string"}, "asks": {"type": "boolean"}}}},
    "ahead": {"type": "integer"},
    "equal_open": {"type": "integer"},
    "estimate": {"type": ["object", "null"], "properties": {"median_s": {"type": "integer"}, "p90_s": {"type": "integer"}, "of": {"type": "integer"}}},
    "choices": {"type": "array", "items": {"type": "string", "enum": ["wait", "replan", "withdraw"]}},
    "text": {"type": "string"}
  },
  "required": ["status", "allowed", "text"]
})json";

Tool asking_tool(std::string_view text,
                 bool may_wait,
                 void (*run)(const AskingPtr&, const json::Value&)) {
  json::Object entry = parsed(text);
  entry.set("outputSchema", parsed(kOutcome));
  return {std::move(entry), may_wait, run};
}

}  // namespace

const std::vector<Tool>& product_tools() {
  static const std::vector<Tool> all{
      asking_tool(kRequestApproval, true, &request_approval),
      asking_tool(kAskHuman, true, &ask_human),
      asking_tool(kCheckApproval, false, &check_approval),
      {parsed(kCreateCheckpoint), false, &create_checkpoint},
      {parsed(kRollback), false, &roll_back},
  };
  return all;
}

json::Object tool_result(const json::Object& structured) {
  return {
      {"content", json::Array{json::Object{{"type", "text"}, {"text", json::write(structured)}}}},
      {"structuredContent", structured},
      {"isError", false}};
}

}  // namespace fermata::api::mcp

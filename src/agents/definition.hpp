#pragma once

// What the configuration says of an agent that the server runs itself, and of the tools it may use.
//
// A secret never stands in here: a header or a model's key names a variable of the environment
// ("env:SHOP_KEY"), which is read when a request is made of it. So definitions may be hashed,
// logged and journaled (P15).

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::agents {

// How an HTTP tool is called. "{name}" in the URL's path or query is an argument; the arguments
// that the URL does not name go into the body as JSON, or into the query of a GET, HEAD or DELETE.
struct HttpCall {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // Values may hold "env:NAME".
  std::int64_t timeout_ms = 30'000;
  std::int64_t retries = 2;          // After the first try; only where it cannot do harm.
  std::int64_t max_bytes = 262'144;  // Of the answer that is kept.
};

// A server whose tools are called over MCP: Streamable HTTP at a url, or a process of ours that
// speaks it on its standard input and output. What they are is what it says; which
// of them are there at all, what may be repeated and what undoes what is for the configuration.
struct McpServer {
  std::string name;
  std::string url;                                           // Or:
  std::vector<std::string> command;                          // The program and its arguments.
  std::vector<std::pair<std::string, std::string>> headers;  // Values may hold "env:NAME".
  std::vector<std::pair<std::string, std::string>> env;      // The same, for the process.
  std::vector<std::string> allow;
  std::int64_t timeout_ms = 30'000;
  std::int64_t retries = 2;          // After the first try; only where it cannot do harm.
  std::int64_t max_bytes = 262'144;  // Of the answer that is kept.
  std::int64_t refresh_s = 60;       // Between two looks at the list of tools.

  std::string address() const;  // Where its tools are called; a part of their definition.
};
struct McpCall {
  std::string server, url;
};

// A tool that a worker serves. What it is is what the worker says; which there are at all, and what
// undoes what, is for the configuration.
struct WorkerCall {
  std::string name;                     // The worker's: the agent that its key is for.
  std::int64_t timeout_ms = 3'600'000;  // Of one run, whatever its lease.
  std::int64_t retries = 2;             // Of an idempotent one, when a worker went away with it.
  std::int64_t max_bytes = 262'144;     // Of its result.
};

struct ToolDefinition {
  std::string name;
  std::string description;
  json::Value arguments = json::Object{};  // JSON Schema, the subset of core/form.
  bool idempotent = false;                 // May be done again under the same idempotency key.
  std::string undo;                        // Name of the tool that undoes it; empty: none.
  std::optional<HttpCall> http;
  std::optional<McpCall> mcp;        // Then description and arguments are the server's.
  std::optional<WorkerCall> worker;  // Then they, and idempotent, are the worker's. None: built in.
};

// The tools that every server has: request_approval, create_checkpoint, rollback.
const std::vector<ToolDefinition>& built_in_tools();
bool is_built_in(const std::string& name);
// Those of them that mean a point of the workflow. They run at once: the policy has no say.
bool is_workflow_point(const std::string& name);
inline constexpr std::string_view kFinalAnswer = "final_answer";

// SHA-256 of what a tool is and does. It is part of H: a definition that changes voids what people
// permitted. Time limits and retries are no part of it.
std::string definition_hash(const ToolDefinition& tool);
// What it is the hash of.
json::Object described(const ToolDefinition& tool);

enum class HistoryStyle {
  kNative,      // assistant.tool_calls and a message of role tool for each.
  kSmolagents,  // As smolagents words it: text of assistant and user.
};

struct ModelDefinition {
  std::string url;  // Of the API, without "/chat/completions".
  std::string name;
  std::string key_env;  // Variable that holds the key; empty: none is sent.
  json::Object parameters;
  std::string tool_choice = "required";  // "required", "auto" or "none": not sent.
  bool stream = true;
  std::int64_t timeout_ms = 120'000;  // Of one try, from its start to its end.
  std::int64_t retries = 4;           // In one turn, with growing pauses.
  std::int64_t turn_pause_s = 30;  // At least, after a turn without an answer; doubles to 15 min.
  std::int64_t turns = 20;         // Without an answer to one question; then the workflow fails.
  double input_price = 0;          // Of a million tokens.
  double output_price = 0;
};

// 0: no such limit. They count the journal of the present branch: a crash does not reset them, a
// rollback does.
struct AgentLimits {
  std::int64_t tokens = 0;
  double cost = 0;
  std::int64_t time_s = 0;  // In model calls.
  std::int64_t observation_chars = 20'000;
  std::int64_t output_chars = 200'000;  // Of one answer of the model.
};

// What an agent is told beyond its task.
struct ContextParts {
  bool approvals = true;
  bool policy = true;
  bool checkpoints = true;
  bool limits = true;
  bool rollbacks = true;
  // How many decisions on the agent's tools in its other workflows; 0: none. They carry what those
  // workflows were about to this one's model.
  std::int64_t examples = 0;
};

struct AgentDefinition {
  std::string name;
  std::string instructions;
  ModelDefinition model;
  std::vector<std::string> tools;
  std::int64_t max_steps = 20;
  std::int64_t planning_interval = 0;  // 0: no plans.
  std::int64_t parallel_tools = 4;     // Calls of one answer that run at once.
  std::int64_t checkpoint_every = 0;   // Steps; 0: none but those before gated calls.
  HistoryStyle history = HistoryStyle::kNative;
  AgentLimits limits;
  ContextParts context;
};

// What a tenant's configuration declares.
struct Declared {
  std::vector<AgentDefinition> agents;
  std::vector<ToolDefinition> tools;
  std::vector<McpServer> mcp;

  const AgentDefinition* agent(const std::string& name) const;  // nullptr: none.
  const ToolDefinition* tool(const std::string& name) const;    // Built in ones too.
};

// The names behind "env:" in a header's value; the value with each replaced. kInvalid
// agents.missing_secret when a variable is absent or empty.
std::vector<std::string> secrets_in(const std::string& value);
Result<std::string> with_secrets(const std::string& value);

// The variables that a configuration refers to and that are not set, or empty; each once, by name.
std::set<std::string> missing_secrets(const Declared& declared);
// kInvalid agents.missing_secret, which names all of them; fine when there are none.
Result<void> refuse_missing(const std::set<std::string>& secrets);

}  // namespace fermata::agents

#pragma once

// What an agent is told beyond its task: each part a text of its own, which comes when it is new
// and not again. Pure; what was told is journaled with the model call, so a replay tells the same.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/definition.hpp"
#include "agents/loop/journal.hpp"
#include "base/json.hpp"
#include "core/policy/policy.hpp"

namespace fermata::agents {

// Of the records of what people were answered: "question/<approval>/<comment>".
inline constexpr std::string_view kQuestionKey = "question/";

// What a model call cost so far, of the whole journal.
struct Spent {
  std::int64_t tokens = 0;
  double cost = 0;
  std::int64_t model_ms = 0;
};
Spent spent_in(const Journal& journal, const ModelDefinition& model);
// The limit that has been reached: "limit.tokens", "limit.cost", "limit.time"; empty: none.
std::string limit_reached(const Spent& spent, const AgentLimits& limits);

struct Known {
  const AgentDefinition& agent;
  const Policy* policy = nullptr;
  std::vector<json::Value> approvals;    // Documents, oldest first.
  std::vector<json::Value> checkpoints;  // Documents.
  std::vector<json::Value> decided;      // Documents of other workflows' approvals, newest first.
  std::string notice;                    // Of a rollback, made by the server.
  bool is_fork = false;  // Then the notice belongs to the task: it is told always, and whole.
  std::int64_t steps_left = 0;
  Spent spent;
};

// The parts that are switched on and that no earlier notes of the journal hold, one after the
// other; empty: nothing new.
std::string notes(const Known& known, const Journal& journal);

}  // namespace fermata::agents

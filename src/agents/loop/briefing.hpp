#pragma once

// What an agent's loop depends on, apart from its model's and tools' addresses.
//
// It is journaled when a workflow begins, under kBriefingKey, and the workflow keeps to it: a later
// change of the configuration must not make a replay ask for something else than the journal holds.
// How a tool is reached, the model's name and the limits on tokens, cost and time are always those
// of today.

#include <cstdint>
#include <string>
#include <vector>

#include "agents/definition.hpp"
#include "base/json.hpp"
#include "core/workflow/briefing.hpp"

namespace fermata::agents {

struct Briefing {
  struct Tool {
    std::string name;
    std::string description;
    json::Value arguments;
    std::string definition_hash;  // For people who choose another tool than the model did.
    std::string undo;
    bool idempotent = false;
  };
  std::string instructions;
  std::vector<Tool> tools;
  std::int64_t max_steps = 20;
  std::int64_t planning_interval = 0;
  HistoryStyle history = HistoryStyle::kNative;
  std::int64_t observation_chars = 20'000;

  const Tool* tool(const std::string& name) const;  // nullptr: none.
};

// Tools that the agent names and nobody declares are left out; reading the configuration refuses
// them.
Briefing briefing_of(const AgentDefinition& agent, const Declared& declared);
json::Value to_value(const Briefing& briefing);
Briefing briefing_from(const json::Value& value);

// The task in words, of a workflow's input: a text as it is; of an object its "task", and the other
// members as values that come with it.
std::string task_text(const json::Value& input);

// The tools as a model is offered them: `final_answer` last.
json::Array tool_schemas(const Briefing& briefing);

}  // namespace fermata::agents

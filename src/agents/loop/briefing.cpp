#include "agents/loop/briefing.hpp"

#include <algorithm>

namespace fermata::agents {
namespace {

json::Value function(const std::string& name, const std::string& text, json::Value parameters) {
  return json::Object{
      {"type", "function"},
      {"function",
       json::Object{{"name", name}, {"description", text}, {"parameters", std::move(parameters)}}}};
}

}  // namespace

const Briefing::Tool* Briefing::tool(const std::string& name) const {
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const Tool& one) { return one.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

Briefing briefing_of(const AgentDefinition& agent, const Declared& declared) {
  Briefing briefing;
  briefing.instructions = agent.instructions;
  briefing.max_steps = agent.max_steps;
  briefing.planning_interval = agent.planning_interval;
  briefing.history = agent.history;
  briefing.observation_chars = agent.limits.observation_chars;
  for (const std::string& name : agent.tools)
    if (const ToolDefinition* tool = declared.tool(name))
      briefing.tools.push_back({tool->name,
                                tool->description,
                                tool->arguments,
                                definition_hash(*tool),
                                tool->undo,
                                tool->idempotent});
  return briefing;
}

json::Value to_value(const Briefing& briefing) {
  json::Array tools;
  for (const Briefing::Tool& tool : briefing.tools)
    tools.emplace_back(json::Object{{"name", tool.name},
                                    {"description", tool.description},
                                    {"arguments", tool.arguments},
                                    {"definition_hash", tool.definition_hash},
                                    {"undo", tool.undo},
                                    {"idempotent", tool.idempotent}});
  return json::Object{
      {"format", 1},
      {"instructions", briefing.instructions},
      {"tools", std::move(tools)},
      {"max_steps", briefing.max_steps},
      {"planning_interval", briefing.planning_interval},
      {"history_style", briefing.history == HistoryStyle::kNative ? "native" : "smolagents"},
      {"observation_chars", briefing.observation_chars}};
}

Briefing briefing_from(const json::Value& value) {
  Briefing briefing;
  briefing.instructions = value.string_or("instructions");
  briefing.max_steps = value.int_or("max_steps", briefing.max_steps);
  briefing.planning_interval = value.int_or("planning_interval");
  briefing.observation_chars = value.int_or("observation_chars", briefing.observation_chars);
  briefing.history = value.string_or("history_style") == "smolagents" ? HistoryStyle::kSmolagents
                                                                      : HistoryStyle::kNative;
  if (const json::Array* tools = value["tools"].as_array())
    for (const json::Value& tool : *tools)
      briefing.tools.push_back({tool.string_or("name"),
                                tool.string_or("description"),
                                tool["arguments"],
                                tool.string_or("definition_hash"),
                                tool.string_or("undo"),
                                tool.bool_or("idempotent")});
  return briefing;
}

std::string task_text(const json::Value& input) {
  if (const std::string* text = input.as_string()) return *text;
  const json::Object* members = input.as_object();
  if (members == nullptr || input["task"].as_string() == nullptr) return json::pretty(input);
  json::Object values;
  for (const auto& [name, value] : *members)
    if (name != "task") values.set(name, value);
  std::string text = *input["task"].as_string();
  if (!values.empty())
    text.append("\n\nThese values come with the task:\n").append(json::pretty(values));
  return text;
}

json::Array tool_schemas(const Briefing& briefing) {
  json::Array schemas;
  for (const Briefing::Tool& tool : briefing.tools)
    schemas.push_back(function(tool.name, tool.description, tool.arguments));
  schemas.push_back(function(
      std::string(kFinalAnswer),
      "Ends the task with its answer. Call it alone, when the work is done.",
      json::Object{
          {"type", "object"},
          {"properties",
           json::Object{{"answer", json::Object{{"description", "The answer to the task."}}}}},
          {"required", json::Array{"answer"}}}));
  return schemas;
}

}  // namespace fermata::agents

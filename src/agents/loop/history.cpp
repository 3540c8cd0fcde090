#include "agents/loop/history.hpp"

#include "agents/loop/prompts.hpp"
#include "agents/loop/python_text.hpp"

namespace fermata::agents {
namespace {

// Builds a list of messages; texts of one role that follow each other become one.
class Messages {
 public:
  void say(const char* role, const std::string& text) {
    if (text.empty()) return;
    if (!list_.empty() && mergeable_ && list_.back().string_or("role") == role) {
      std::string all = list_.back().string_or("content");
      list_.back().as_object()->set("content", all.append("\n").append(text));
      return;
    }
    list_.emplace_back(json::Object{{"role", role}, {"content", text}});
    mergeable_ = true;
  }

  // The protocol's own form: the calls, and an answer for each id.
  void call(const Entry& entry) {
    json::Array calls;
    for (const SeenCall& call : entry.calls)
      calls.emplace_back(json::Object{
          {"id", call.id},
          {"type", "function"},
          {"function",
           json::Object{{"name", call.name}, {"arguments", sendable(call.arguments)}}}});
    list_.emplace_back(json::Object{
        {"role", "assistant"},
        {"content", entry.content.empty() ? json::Value() : json::Value(entry.content)},
        {"tool_calls", std::move(calls)}});
    for (const SeenCall& call : entry.calls)
      list_.emplace_back(
          json::Object{{"role", "tool"}, {"tool_call_id", call.id}, {"content", call.observation}});
    mergeable_ = false;
  }

  json::Array take() { return std::move(list_); }

 private:
  // Servers parse the arguments of earlier calls again, and fail on what is no object. What the
  // model really wrote is quoted in the observation.
  static std::string sendable(const json::Value& arguments) {
    return arguments.as_object() != nullptr ? json::write(arguments) : "{}";
  }

  json::Array list_;
  bool mergeable_ = true;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string calls_as_text(const Entry& entry) {
  json::Array calls;
  for (const SeenCall& call : entry.calls)
    calls.emplace_back(json::Object{
        {"id", call.id},
        {"type", "function"},
        {"function", json::Object{{"name", call.name}, {"arguments", call.arguments}}}});
  return "Calling tools:\n" + python_repr(calls);
}

std::string observations_as_text(const Entry& entry) {
  std::string text = "Observation:\n";
  for (std::size_t i = 0; i < entry.calls.size(); ++i)
    text.append(i > 0 ? "\n" : "").append(entry.calls[i].observation);
  return text;
}

std::string error_text(const Entry& entry) {
  return "Error:\n" + entry.error + "\n" + std::string(kRetry);
}

// In words. `summary` leaves out what the model said, and its plans.
void tell(Messages& messages, const Entry& entry, bool summary) {
  messages.say("user", entry.notes);
  if (entry.kind == Entry::Kind::kPlan) {
    if (summary) return;
    messages.say("assistant", trimmed(entry.content));
    return messages.say("user", plan_reminder());
  }
  if (!summary) messages.say("assistant", trimmed(entry.content));
  if (!entry.calls.empty()) {
    messages.say("assistant", calls_as_text(entry));
    messages.say("user", observations_as_text(entry));
  }
  if (!entry.error.empty()) messages.say("user", error_text(entry));
}

void tell_natively(Messages& messages, const Entry& entry) {
  if (entry.calls.empty()) return tell(messages, entry, false);
  messages.say("user", entry.notes);
  messages.call(entry);
  if (!entry.error.empty()) messages.say("user", error_text(entry));
}

std::string task_message(const std::string& task) { return "New task:\n" + task; }

ModelRequest ask_to_act(const Situation& at, const std::string& notes) {
  Messages messages;
  messages.say("system", system_prompt(at.briefing));
  messages.say("user", task_message(at.task));
  const bool native = at.briefing.history == HistoryStyle::kNative;
  for (const Entry& entry : at.history) {
    if (native)
      tell_natively(messages, entry);
    else
      tell(messages, entry, false);
  }
  messages.say("user", notes);
  return {messages.take(),
          tool_schemas(at.briefing),
          native ? json::Array{} : json::Array{"Observation:", "Calling tools:"}};
}

ModelRequest ask_for_plan(const Situation& at, const std::string& notes) {
  Messages messages;
  if (at.history.empty()) {
    messages.say("user", first_plan_prompt(at.briefing, at.task));
  } else {
    messages.say("user", task_message(at.task));
    for (const Entry& entry : at.history) tell(messages, entry, true);
    messages.say("user", later_plan_prompt(at.briefing, at.steps_left));
  }
  messages.say("user", notes);
  return {messages.take(), {}, {"<end_plan>"}};
}

ModelRequest ask_for_last(const Situation& at, const std::string& notes) {
  Messages messages;
  messages.say("system", last_call_system());
  messages.say("user", task_message(at.task));
  for (const Entry& entry : at.history) tell(messages, entry, false);
  messages.say("user", notes);
  messages.say("user", last_call_prompt(at.task));
  return {messages.take(), {}, {}};
}

}  // namespace

ModelRequest request_aside(const Situation& at, const std::string& text) {
  Messages messages;
  messages.say("system", system_prompt(at.briefing));
  messages.say("user", task_message(at.task));
  for (const Entry& entry : at.history) tell(messages, entry, false);
  messages.say("user", text);
  return {messages.take(), {}, {}};
}

std::string to_string(Purpose purpose) {
  switch (purpose) {
    case Purpose::kPlan:
      return "plan";
    case Purpose::kAct:
      return "act";
    case Purpose::kLast:
      break;
  }
  return "last";
}

ModelRequest request_for(Purpose purpose, const Situation& situation, const std::string& notes) {
  switch (purpose) {
    case Purpose::kPlan:
      return ask_for_plan(situation, notes);
    case Purpose::kAct:
      return ask_to_act(situation, notes);
    case Purpose::kLast:
      break;
  }
  return ask_for_last(situation, notes);
}

}  // namespace fermata::agents

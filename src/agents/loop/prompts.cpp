#include "agents/loop/prompts.hpp"

namespace fermata::agents {
namespace {

std::string tool_list(const Briefing& briefing) {
  std::string list;
  for (const Briefing::Tool& tool : briefing.tools)
    list.append("- ")
        .append(tool.name)
        .append(": ")
        .append(tool.description)
        .append(" Arguments: ")
        .append(json::write(tool.arguments["properties"]))
        .append("\n");
  return list.append("- final_answer: ends the task; its argument `answer` is the result.\n");
}

constexpr std::string_view kProtocol =
    "You solve a task by calling tools. Each turn you call one or more of them; you then read what "
    "came back, an observation for each call, and decide on the next turn.\n"
    "The task ends when you call final_answer, alone, with the result. Nothing else ends it.\n\n"
    "Some calls are put to people before they run. You need not do anything for that: the "
    "observation is then their decision. A refusal says why; take the reason seriously, and do not "
    "look for a way around it.\n\n"
    "Example, with tools that are not yours:\n"
    "Task: How much do 3 tickets to Ghent cost?\n"
    "Call: {\"name\": \"ticket_price\", \"arguments\": {\"to\": \"Ghent\"}}\n"
    "Observation: 14\n"
    "Call: {\"name\": \"final_answer\", \"arguments\": {\"answer\": \"3 tickets cost 42\"}}\n";

constexpr std::string_view kRules =
    "Rules:\n"
    "1. Every turn calls at least one tool.\n"
    "2. Arguments are values, never names of variables or of earlier results.\n"
    "3. Call a tool only when you need what it gives.\n"
    "4. Do not repeat a call with the same arguments.\n";

constexpr std::string_view kPlanShape =
    "Write, under a heading each: what is known, what must be found out, and then a numbered plan "
    "of "
    "few steps in words, without calling a tool. Close with the line <end_plan>.";

}  // namespace

std::string system_prompt(const Briefing& briefing) {
  std::string prompt(kProtocol);
  prompt.append("\nYour tools:\n").append(tool_list(briefing));
  if (!briefing.instructions.empty())
    prompt.append("\n").append(briefing.instructions).append("\n");
  return prompt.append("\n").append(kRules);
}

std::string first_plan_prompt(const Briefing& briefing, const std::string& task) {
  std::string prompt = "Make a plan for the task below before anything is done.\n";
  prompt.append(kPlanShape).append("\n\nTools that will be there:\n").append(tool_list(briefing));
  return prompt.append("\nTask:\n").append(task);
}

std::string later_plan_prompt(const Briefing& briefing, std::int64_t steps_left) {
  std::string prompt = "Above are the task and what has been done. Renew the plan from here; ";
  prompt.append(std::to_string(steps_left)).append(" steps are left.\n").append(kPlanShape);
  return prompt.append("\n\nTools:\n").append(tool_list(briefing));
}

std::string plan_reminder() { return "Now carry the plan out."; }

std::string last_call_system() {
  return "An agent has worked on the task below and has no steps left. What it did and saw "
         "follows. "
         "You answer in its place.";
}

std::string last_call_prompt(const std::string& task) {
  return "Answer the task from what you have read, as well as that allows, and say what is "
         "missing. "
         "Task:\n" +
         task;
}

std::string question_prompt(const AskedByPeople& asked) {
  std::string text = asked.action + " with " + asked.arguments +
                     " has not run. It waits for people, and one of them, " + asked.who +
                     ", asks you about it before deciding.\n\n";
  if (!asked.before.empty()) text += "Said about it before:\n" + asked.before + "\n";
  return text + "The question:\n" + asked.question +
         "\n\nAnswer it for them in plain words, from what you know of this task; where you do "
         "not know, say so. You cannot call tools now, and your answer decides nothing.";
}

std::string unknown_tool_text(const Briefing& briefing, const std::string& name) {
  std::string text = "There is no tool '" + name + "'. There are: ";
  for (const Briefing::Tool& tool : briefing.tools) text.append(tool.name).append(", ");
  return text.append(kFinalAnswer).append(".");
}

std::string bad_arguments_text(const std::string& name, const std::string& what) {
  return "The call of " + name + " was not run, its arguments are wrong: " + what;
}

std::string cut(const std::string& text, std::int64_t chars) {
  std::int64_t seen = 0;
  std::size_t end = 0;
  while (end < text.size() && seen < chars) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    ++seen;
  }
  if (end == text.size()) return text;
  return text.substr(0, end) + "\n[cut here: " + std::to_string(text.size() - end) +
         " more bytes are not shown]";
}

}  // namespace fermata::agents

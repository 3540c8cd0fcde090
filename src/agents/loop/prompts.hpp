#pragma once

// The words that a native agent is spoken to with.
//
// They are not journaled and not compared when a journal is replayed, only the answers are, so they
// may be bettered while workflows wait.

#include <string>

#include "agents/loop/briefing.hpp"

namespace fermata::agents {

std::string system_prompt(const Briefing& briefing);
// Asks for the first plan, or for one that goes on from what has been observed.
std::string first_plan_prompt(const Briefing& briefing, const std::string& task);
std::string later_plan_prompt(const Briefing& briefing, std::int64_t steps_left);
std::string plan_reminder();
// Of the last call, when the steps are used up.
std::string last_call_system();
std::string last_call_prompt(const std::string& task);

// What people ask about a call that waits for them: the call, what was said about it before, and
// the question.
struct AskedByPeople {
  std::string action, arguments, who, question;
  std::string before;  // A line for each comment; or empty.
};
std::string question_prompt(const AskedByPeople& asked);
inline constexpr std::string_view kNothingYet = "(nothing yet)";

// What an agent is told of its own mistakes.
std::string unknown_tool_text(const Briefing& briefing, const std::string& name);
std::string bad_arguments_text(const std::string& name, const std::string& what);
inline constexpr std::string_view kMixedFinalAnswer =
    "final_answer must be the only call of a turn. Nothing was run. Call the other tools first, "
    "and "
    "final_answer alone when you have their results.";
inline constexpr std::string_view kRetry =
    "Do not repeat this mistake; if it comes back, go about it in another way.";
inline constexpr std::string_view kCutAnswer =
    "Your answer was cut off at the length limit, so nothing of it was run. Answer in fewer words.";

// At most `chars` characters of `text`, never half a character, and a remark if any are missing.
std::string cut(const std::string& text, std::int64_t chars);

}  // namespace fermata::agents

#pragma once

// What an agent has said, done and seen, and how a model is told of it.

#include <string>
#include <vector>

#include "agents/loop/briefing.hpp"
#include "agents/loop/chat.hpp"

namespace fermata::agents {

struct SeenCall {
  std::string id;  // call_0003_001
  std::string name;
  json::Value arguments;
  std::string observation;
};

// One answer of the model and what came of it.
struct Entry {
  enum class Kind { kPlan, kAction };
  Kind kind = Kind::kAction;
  std::string notes;  // What the model was told besides, before it answered.
  std::string content;
  std::vector<SeenCall> calls;
  std::string error;  // Why nothing was called.
};
using History = std::vector<Entry>;

enum class Purpose { kPlan, kAct, kLast };
std::string to_string(Purpose purpose);

struct ModelRequest {
  json::Array messages;
  json::Array tools;  // Empty: none may be called.
  json::Array stop;
};

// What the model is asked next, after `history`, with `notes` as the last thing it reads before it
// acts. `steps_left` is for a plan.
struct Situation {
  const Briefing& briefing;
  const std::string& task;
  const History& history;
  std::int64_t steps_left = 0;
};
ModelRequest request_for(Purpose purpose, const Situation& situation, const std::string& notes);
// Something beside the work, after all that was said and done: in words, and nothing may be called.
ModelRequest request_aside(const Situation& situation, const std::string& text);

}  // namespace fermata::agents

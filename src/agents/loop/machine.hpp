#pragma once

// The loop of a tool-calling agent as a state machine: given the same answers and outcomes it
// always needs the same things, so an agent is its journal and nothing else.
//
//   Machine machine(briefing, task);
//   while (true) visit(machine.need()):
//     AskModel  -> answered(...)   a model is asked: for a plan, for the next calls, for last words
//     RunTools  -> ran(...)        the calls that it asked for
//     Finish                       the end
//
// Every call has a key, the same at each replay and the same as the Python SDK's: "run/m3" is the
// third question to the model, "run/t:call_0003_001:refund" the second call of its answer.
//
// Mistakes of the model cost it a step and are told to it, call by call: an unknown tool or wrong
// arguments do not keep the other calls of the turn from running. Only a final_answer beside other
// calls stops them all, before any is run. Not thread-safe; no I/O.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agents/loop/history.hpp"
#include "base/json.hpp"

namespace fermata::agents {

struct AskModel {
  std::string key;
  Purpose purpose = Purpose::kAct;
  std::int64_t step = 1;
  std::string request_hash;  // Of the task and all that was said, done and seen so far.
};

struct PlannedCall {
  std::string key;
  std::string name;
  json::Object arguments;  // Fit the tool's schema; its defaults are filled in.
};
struct RunTools {
  std::vector<PlannedCall> calls;
  std::string why;  // What the model said with them.
  std::int64_t step = 1;
};

struct Finish {
  json::Value result;
  bool out_of_steps = false;
};

using Need = std::variant<AskModel, RunTools, Finish>;

// What came of a planned call.
struct Outcome {
  enum class Kind { kResult, kError, kDenied };
  Kind kind = Kind::kResult;
  json::Value result;
  std::string message;  // Of an error or a denial.
  std::string note;     // What the model must know besides: that a person changed the arguments.
};

class Machine {
 public:
  Machine(Briefing briefing, std::string task);

  const Need& need() const { return need_; }
  // Of need(), which is AskModel.
  ModelRequest request(const std::string& notes) const;
  void answered(const Answer& answer, const std::string& notes);
  // A question beside the work, while the calls of need(), which is RunTools, wait for people. What
  // is answered to it is no part of the machine.
  ModelRequest aside(const std::string& question) const;
  // One for each call of need(), which is RunTools, in its order.
  void ran(const std::vector<Outcome>& outcomes);

  const Briefing& briefing() const { return briefing_; }
  std::int64_t steps_left() const { return briefing_.max_steps - step_ + 1; }

 private:
  void begin_step();
  void ask(Purpose purpose);
  void act_on(const Answer& answer, Entry entry);
  void plan_calls(const std::vector<AskedCall>& asked, Entry entry);
  void next_step(Entry entry);
  void remember(Entry entry);
  std::string observation_of(const Outcome& outcome) const;

  Briefing briefing_;
  std::string task_;
  History history_;
  std::string hash_;
  std::int64_t step_ = 1;
  std::int64_t models_ = 0;
  Entry open_;                       // Whose calls are being run,
  std::vector<std::size_t> places_;  // and which of its calls these are.
  Need need_;
};

}  // namespace fermata::agents

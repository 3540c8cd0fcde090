#include "agents/loop/machine.hpp"

#include <algorithm>
#include <cstdio>

#include "agents/loop/prompts.hpp"
#include "agents/loop/python_text.hpp"
#include "base/assert.hpp"
#include "base/hash.hpp"
#include "core/form/form.hpp"

namespace fermata::agents {
namespace {

constexpr std::size_t kMaxCalls = 64;  // Of one answer.
constexpr std::int64_t kMaxQuoted = 500;
constexpr std::int64_t kMaxWhy = 2000;

std::string call_id(std::int64_t model, std::size_t place) {
  std::string id = "call_0000_000";
  std::snprintf(id.data(),
                id.size() + 1,
                "call_%04d_%03d",
                static_cast<int>(std::min<std::int64_t>(model, 9999)),
                static_cast<int>(place));
  return id;
}

std::string task_hash(const Briefing& briefing, const std::string& task) {
  return sha256_hex(json::canonical(json::Array{to_value(briefing), task}));
}

// What identifies an entry: all that a model is shown of it.
json::Value to_value(const Entry& entry) {
  json::Array calls;
  for (const SeenCall& call : entry.calls)
    calls.emplace_back(json::Array{call.id, call.name, call.arguments, call.observation});
  return json::Array{entry.kind == Entry::Kind::kPlan ? "plan" : "action",
                     entry.notes,
                     entry.content,
                     std::move(calls),
                     entry.error};
}

void fill_defaults(const json::Value& schema, json::Object& arguments) {
  const json::Object* properties = schema["properties"].as_object();
  if (properties == nullptr) return;
  for (const auto& [name, property] : *properties) {
    const json::Object* members = property.as_object();
    const json::Value* value = members == nullptr ? nullptr : members->find("default");
    if (value != nullptr && arguments.find(name) == nullptr) arguments.set(name, *value);
  }
}

json::Value final_result(const json::Value& arguments) {
  const json::Object* members = arguments.as_object();
  const json::Value* answer = members == nullptr ? nullptr : members->find("answer");
  return answer != nullptr ? *answer : arguments;
}

bool is_final(const AskedCall& call) { return call.name == kFinalAnswer; }

}  // namespace

Machine::Machine(Briefing briefing, std::string task)
    : briefing_(std::move(briefing)),
      task_(std::move(task)),
      hash_(task_hash(briefing_, task_)),
      need_(Finish{}) {
  begin_step();
}

void Machine::begin_step() {
  if (step_ > briefing_.max_steps) return ask(Purpose::kLast);
  const std::int64_t interval = briefing_.planning_interval;
  const bool planned = !history_.empty() && history_.back().kind == Entry::Kind::kPlan;
  const bool plan_is_due = interval > 0 && (step_ - 1) % interval == 0 && !planned;
  ask(plan_is_due ? Purpose::kPlan : Purpose::kAct);
}

void Machine::ask(Purpose purpose) {
  ++models_;
  need_ = AskModel{
      "run/m" + std::to_string(models_), purpose, step_, sha256_hex(hash_ + to_string(purpose))};
}

ModelRequest Machine::request(const std::string& notes) const {
  const auto* asked = std::get_if<AskModel>(&need_);
  FERMATA_ASSERT(asked != nullptr, "a request is made when a model is to be asked");
  return request_for(asked->purpose, {briefing_, task_, history_, steps_left()}, notes);
}

ModelRequest Machine::aside(const std::string& question) const {
  FERMATA_ASSERT(std::holds_alternative<RunTools>(need_), "calls wait while people ask");
  History history = history_;
  history.push_back(open_);
  for (SeenCall& call : history.back().calls)
    if (call.observation.empty()) call.observation = kNothingYet;
  return request_aside({briefing_, task_, history, steps_left()}, question);
}

void Machine::answered(const Answer& answer, const std::string& notes) {
  const auto* asked = std::get_if<AskModel>(&need_);
  FERMATA_ASSERT(asked != nullptr, "only a model that was asked answers");
  Entry entry;
  entry.notes = notes;
  entry.content = answer.content;
  switch (asked->purpose) {
    case Purpose::kLast:
      need_ = Finish{answer.content, true};
      return;
    case Purpose::kPlan:
      entry.kind = Entry::Kind::kPlan;
      if (const auto end = entry.content.find("<end_plan>"); end != std::string::npos)
        entry.content.resize(end);
      remember(std::move(entry));
      return begin_step();
    case Purpose::kAct:
      return act_on(answer, std::move(entry));
  }
}

void Machine::act_on(const Answer& answer, Entry entry) {
  if (answer.finish_reason == "length") {
    entry.error = kCutAnswer;
    return next_step(std::move(entry));
  }
  std::vector<AskedCall> asked = answer.calls;
  if (asked.empty()) {
    Result<AskedCall> call = call_in_text(answer.content);
    if (!call) {
      entry.error = call.error().message;
      return next_step(std::move(entry));
    }
    asked.push_back(*std::move(call));
  }
  if (asked.size() == 1 && is_final(asked.front())) {
    need_ = Finish{final_result(asked.front().arguments)};
    return;
  }
  if (asked.size() > kMaxCalls) {
    entry.error = "These are " + std::to_string(asked.size()) + " calls; a turn may have " +
                  std::to_string(kMaxCalls) + ". None was run.";
    return next_step(std::move(entry));
  }
  plan_calls(asked, std::move(entry));
}

void Machine::plan_calls(const std::vector<AskedCall>& asked, Entry entry) {
  const bool mixed = std::any_of(asked.begin(), asked.end(), is_final);
  RunTools run;
  run.why = cut(entry.content, kMaxWhy);
  run.step = step_;
  places_.clear();
  for (const AskedCall& call : asked) {
    SeenCall seen{call_id(models_, entry.calls.size()), call.name, call.arguments, {}};
    const Briefing::Tool* tool = briefing_.tool(call.name);
    const json::Object* given = call.arguments.as_object();
    json::Object arguments = given != nullptr ? *given : json::Object{};
    if (mixed) {
      seen.observation = kMixedFinalAnswer;
    } else if (tool == nullptr) {
      seen.observation = unknown_tool_text(briefing_, call.name);
    } else if (given == nullptr) {
      seen.observation = bad_arguments_text(
          call.name, "not a JSON object: " + cut(python_str(call.arguments), kMaxQuoted));
    } else {
      fill_defaults(tool->arguments, arguments);
      // A schema beyond our subset came from an MCP server, which judges the arguments itself.
      if (const std::string fault = form::faults_in(tool->arguments, arguments); !fault.empty())
        seen.observation = bad_arguments_text(call.name, fault);
    }
    if (seen.observation.empty()) {
      places_.push_back(entry.calls.size());
      run.calls.push_back({"run/t:" + seen.id + ":" + call.name, call.name, std::move(arguments)});
    }
    entry.calls.push_back(std::move(seen));
  }
  if (run.calls.empty()) return next_step(std::move(entry));
  open_ = std::move(entry);
  need_ = std::move(run);
}

void Machine::ran(const std::vector<Outcome>& outcomes) {
  FERMATA_ASSERT(outcomes.size() == places_.size(), "every call has an outcome");
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    open_.calls[places_[i]].observation = observation_of(outcomes[i]);
  next_step(std::move(open_));
}

std::string Machine::observation_of(const Outcome& outcome) const {
  std::string text;
  switch (outcome.kind) {
    case Outcome::Kind::kResult:
      if (const std::string* plain = outcome.result.as_string())
        text = *plain;
      else
        text = briefing_.history == HistoryStyle::kNative ? json::write(outcome.result)
                                                          : python_repr(outcome.result);
      break;
    case Outcome::Kind::kError:
      text = "The call failed: " + outcome.message;
      break;
    case Outcome::Kind::kDenied:
      text = outcome.message;
      break;
  }
  text = cut(text, briefing_.observation_chars);
  if (text.empty()) text = "(nothing came back)";
  return outcome.note.empty() ? text : text + "\n\n" + outcome.note;
}

void Machine::next_step(Entry entry) {
  remember(std::move(entry));
  ++step_;
  begin_step();
}

void Machine::remember(Entry entry) {
  hash_ = sha256_hex(hash_ + json::canonical(to_value(entry)));
  history_.push_back(std::move(entry));
}

}  // namespace fermata::agents

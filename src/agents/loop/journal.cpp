#include "agents/loop/journal.hpp"

namespace fermata::agents {
namespace {

constexpr std::size_t kHashDigits = 8;

std::string member_text(const json::Object& of, const std::string& name) {
  const json::Value* value = of.find(name);
  return value == nullptr ? "(none)" : json::write(*value);
}

// What the model is told of arguments that people changed.
std::string edit_note(const std::string& tool, const json::Value& asked, const json::Value& ran) {
  const json::Object* before = asked.as_object();
  const json::Object* after = ran.as_object();
  if (before == nullptr || after == nullptr) return {};
  std::string changes;
  const auto compare = [&](const std::string& name) {
    const std::string old_text = member_text(*before, name);
    const std::string new_text = member_text(*after, name);
    if (old_text == new_text) return;
    changes.append(changes.empty() ? "" : "; ")
        .append(name)
        .append(": ")
        .append(old_text)
        .append(" -> ")
        .append(new_text);
  };
  for (const auto& [name, value] : *before) compare(name);
  for (const auto& [name, value] : *after)
    if (before->find(name) == nullptr) compare(name);
  if (changes.empty()) return {};
  return "[A person changed the arguments of this call of " + tool + " before it ran: " + changes +
         "]";
}

Outcome outcome_of(const json::Value& call) {
  const std::string state = call.string_or("state");
  if (state == "denied")
    return {.kind = Outcome::Kind::kDenied, .message = call["denial"].string_or("message")};
  Outcome outcome;
  const std::string chosen = call.string_or("effective_tool");
  outcome.note =
      chosen.empty()
          ? edit_note(call.string_or("tool"), call["arguments"], call["effective_arguments"])
          : "[A person had " + chosen + " called instead of " + call.string_or("tool") + ", with " +
                json::write(call["effective_arguments"]) + "; what came of it is that one's]";
  if (state == "failed") {
    outcome.kind = Outcome::Kind::kError;
    outcome.message = call["error"].string_or("type") + ": " + call["error"].string_or("message");
  } else {
    // A checkpoint's record has its words for the model made by the server.
    const bool is_checkpoint = call.string_or("kind") == "checkpoint";
    outcome.result = is_checkpoint ? call["result"]["text"] : call["result"];
  }
  return outcome;
}

tl::unexpected<Error> diverged(const std::string& key, const std::string& what) {
  return fail(ErrorCode::kConflict,
              "agents.diverged",
              "the journal has another " + what + " under '" + key +
                  "' than the agent asks for now; fork the workflow from a checkpoint to go on");
}

// Whether the model had been asked; feeds the machine its answer.
Result<bool> replay_model(Machine& machine, const AskModel& asked, const Journal& journal) {
  const json::Value* call = journal.find(asked.key);
  if (call == nullptr) return false;
  if (call->string_or("kind") != "model") return diverged(asked.key, "kind of call");
  if (call->string_or("request_hash") != asked.request_hash)
    return diverged(asked.key, "question to the model");
  machine.answered(answer_from((*call)["result"]), (*call)["arguments"].string_or("notes"));
  return true;
}

bool replay_tools(Machine& machine, const RunTools& run, const Journal& journal) {
  std::vector<Outcome> outcomes;
  for (const PlannedCall& call : run.calls) {
    std::optional<Outcome> outcome = journal.outcome(call);
    if (!outcome) return false;
    outcomes.push_back(*std::move(outcome));
  }
  machine.ran(outcomes);
  return true;
}

}  // namespace

bool is_closed(const json::Value& call) {
  const std::string state = call.string_or("state");
  return state == "done" || state == "failed" || state == "denied";
}

void Journal::put(json::Value call) {
  const auto [at, is_new] = by_key_.try_emplace(call.string_or("key"), calls_.size());
  if (is_new)
    calls_.push_back(std::move(call));
  else
    calls_[at->second] = std::move(call);
}

const json::Value* Journal::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &calls_[found->second];
}

const json::Value* Journal::find(const PlannedCall& call) const {
  const std::string later = call.key + "#";
  const json::Value* latest = find(std::string_view(call.key));
  std::size_t place = latest == nullptr ? 0 : by_key_.find(call.key)->second;
  for (auto at = by_key_.lower_bound(later); at != by_key_.end(); ++at) {
    if (!at->first.starts_with(later)) break;
    if (latest != nullptr && at->second < place) continue;
    place = at->second;
    latest = &calls_[place];
  }
  return latest;
}

std::string Journal::key_to_open(const PlannedCall& call,
                                 const std::string& definition_hash) const {
  const json::Value* latest = find(call);
  if (latest == nullptr) return call.key;
  // One that has begun keeps its definition: whether it happened is still to be said.
  const bool begun = latest->int_or("attempt") > 0;
  if (begun || latest->string_or("request_hash") == definition_hash)
    return latest->string_or("key");
  return call.key + "#" + definition_hash.substr(0, kHashDigits);
}

std::optional<Outcome> Journal::outcome(const PlannedCall& call) const {
  const json::Value* latest = find(call);
  if (latest == nullptr || !is_closed(*latest)) return std::nullopt;
  return outcome_of(*latest);
}

Result<void> replay(Machine& machine, const Journal& journal) {
  while (true) {
    // A copy: what is needed changes while the machine is fed.
    const Need need = machine.need();
    if (const auto* asked = std::get_if<AskModel>(&need)) {
      FERMATA_TRY(const bool fed, replay_model(machine, *asked, journal));
      if (!fed) return {};
    } else if (const auto* run = std::get_if<RunTools>(&need)) {
      if (!replay_tools(machine, *run, journal)) return {};
    } else {
      return {};
    }
  }
}

}  // namespace fermata::agents

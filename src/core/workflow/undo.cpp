#include "core/workflow/undo.hpp"

#include <charconv>

#include "core/names.hpp"

namespace fermata {
namespace {

constexpr Names<UndoState, 7> kStates{{{UndoState::kPending, "pending"},
                                       {UndoState::kRunning, "running"},
                                       {UndoState::kWaiting, "waiting"},
                                       {UndoState::kDone, "done"},
                                       {UndoState::kFailed, "failed"},
                                       {UndoState::kRefused, "refused"},
                                       {UndoState::kImpossible, "impossible"}}};
constexpr std::string_view kPrefix = "undo/";

const Call& undone_by(const Workflow& workflow, const Compensation& compensation) {
  return workflow.calls[compensation.call];
}

const Call* last_attempt(const Workflow& workflow, const Compensation& compensation) {
  return compensation.last ? &workflow.calls[*compensation.last] : nullptr;
}

// Only what is known to have happened is undone by itself: anything else would be a guess (P17).
bool is_possible(const Call& call) { return !call.undo.empty() && call.state == CallState::kDone; }

UndoState after_failure(const Compensation& compensation) {
  const std::int64_t tried = compensation.attempts - compensation.withdrawn;
  return tried < compensation.most ? UndoState::kPending : UndoState::kFailed;
}

}  // namespace

bool was_withdrawn(const Call& attempt) { return attempt.denial_reason == "approval.cancelled"; }

UndoState undo_state(const Workflow& workflow, const Compensation& compensation) {
  if (!is_possible(undone_by(workflow, compensation))) return UndoState::kImpossible;
  const Call* call = last_attempt(workflow, compensation);
  if (call == nullptr) return UndoState::kPending;
  switch (call->state) {
    case CallState::kWaiting:
    case CallState::kInDoubt:
      return UndoState::kWaiting;
    case CallState::kGranted:
      return UndoState::kPending;
    case CallState::kRunning:
      return UndoState::kRunning;
    case CallState::kDone:
      return UndoState::kDone;
    case CallState::kFailed:
      return after_failure(compensation);
    case CallState::kDenied:
      return was_withdrawn(*call) ? UndoState::kPending : UndoState::kRefused;
  }
  FERMATA_ASSERT(false, "every state of a call is one of its undo");
}

bool is_settled(UndoState state) {
  return state != UndoState::kPending && state != UndoState::kRunning &&
         state != UndoState::kWaiting;
}

std::string undo_error(const Workflow& workflow, const Compensation& compensation) {
  const Call& undone = undone_by(workflow, compensation);
  if (!is_possible(undone)) {
    if (undone.state == CallState::kFailed)
      return "it failed, so it is not known whether there is anything to undo";
    if (undone.state != CallState::kDone) return "it is not known whether it happened";
    return "there is no tool that undoes it";
  }
  const Call* call = last_attempt(workflow, compensation);
  if (call == nullptr) return {};
  if (call->state == CallState::kDenied) return call->denial_message;
  return call->error ? call->error->message : std::string();
}

std::string undo_key(const Workflow& workflow, const Compensation& compensation) {
  if (is_settled(undo_state(workflow, compensation))) return {};
  const Call* call = last_attempt(workflow, compensation);
  // One that was begun goes on under its key; so does one that a rollback took back before that.
  const bool goes_on = call != nullptr && !call->closed();
  const std::int64_t attempt = compensation.attempts + (goes_on ? 0 : 1);
  return std::string(kPrefix) + undone_by(workflow, compensation).id + "/" +
         std::to_string(attempt);
}

json::Object undo_arguments(const Call& undone) {
  return {{"arguments", undone.effective()}, {"result", undone.result}};
}

const Compensation* next_undo(const Workflow& workflow) {
  for (const Compensation& compensation : workflow.compensations)
    if (!is_settled(undo_state(workflow, compensation))) return &compensation;
  return nullptr;
}

std::optional<UndoKey> parse_undo_key(const std::string& key) {
  const std::size_t cut = key.rfind('/');
  if (!key.starts_with(kPrefix) || cut <= kPrefix.size()) return std::nullopt;
  UndoKey parsed{key.substr(kPrefix.size(), cut - kPrefix.size()), 0};
  const char* end = key.data() + key.size();
  const auto [rest, error] = std::from_chars(key.data() + cut + 1, end, parsed.attempt);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return parsed;
}

Result<void> require_all_undone(const Workflow& workflow) {
  const Compensation* next = next_undo(workflow);
  if (next == nullptr) return {};
  return fail(
      ErrorCode::kConflict,
      "undo.pending",
      "a rollback left effects to undo first; the next one is " + undo_key(workflow, *next));
}

Result<void> require_undone(const Workflow& workflow, const command::OpenCall& wish) {
  if (!wish.key.starts_with(kPrefix)) return require_all_undone(workflow);
  const Compensation* next = next_undo(workflow);
  const auto unexpected = [](const std::string& why) {
    return fail(ErrorCode::kConflict, "undo.unexpected", why);
  };
  if (next == nullptr) return unexpected("there is nothing to undo");
  const Call& undone = undone_by(workflow, *next);
  if (wish.key != undo_key(workflow, *next))
    return unexpected("what must be undone now is " + undo_key(workflow, *next));
  if (wish.kind != CallKind::kTool || wish.tool != undone.undo)
    return unexpected("the tool that undoes this is " + undone.undo);
  if (!(json::Value(wish.arguments) == json::Value(undo_arguments(undone))))
    return unexpected("its arguments are those of the call that it undoes, and its result");
  return {};
}

std::string to_string(UndoState state) { return name_of(kStates, state); }

}  // namespace fermata

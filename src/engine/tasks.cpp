// Tasks that have come due: each becomes a command, or is handed out, and ends with its commit.

#include <algorithm>

#include "base/assert.hpp"
#include "codec/event_codec.hpp"
#include "core/approval/clock.hpp"
#include "engine/impl.hpp"
#include "observability/log.hpp"
#include "resilience/retry.hpp"

namespace fermata::engine {
namespace {

constexpr std::int64_t kFrozenMs = 1'000;
constexpr std::int64_t kNobodyMs = 60'000;
constexpr std::size_t kMaxTasksOut = 256;
constexpr resilience::RetryPolicy kStuck{.first_ms = 1'000, .cap_ms = 600'000};

// The kill switch stopped the request's clock. While it holds, it is looked at again and again: a
// second is what the promise about deadlines (L1) can wait.
TimeMs due_again(const Workflow& workflow,
                 const command::Command& command,
                 const Context& context) {
  const auto& advance = std::get<command::AdvanceApproval>(command);
  const Approval& approval = *find_approval(workflow, advance.approval);
  const TimeMs at =
      real_time(workflow, approval, *context.directory, *next_moment(approval), context.now);
  return std::max(at, context.now + (at <= context.now ? kFrozenMs : 1));
}

struct CommandOf {
  command::Command operator()(const task::ApprovalTimer& due) const {
    return command::AdvanceApproval{due.approval};
  }
  command::Command operator()(const task::PolicyPublication& policy) const {
    return command::PublishPolicy{
        policy.source, policy.hash, policy.approval, policy.replaces, policy.proposed_by};
  }
  command::Command operator()(const task::TurnLapse& lapse) const {
    return command::ExpireTurn{lapse.turn};
  }
  template <class HandedOut>
  command::Command operator()(const HandedOut&) const {
    FERMATA_ASSERT(false, "what is handed out becomes no command here");
    return command::ExpireTurn{};
  }
};

bool is_handed_out(const task::Task& task) {
  return std::holds_alternative<task::Announcement>(task) ||
         std::holds_alternative<task::Delivery>(task);
}

}  // namespace

// Done unless the command was refused; then again later, not before it can succeed.
std::optional<store::TaskEnd> Engine::Impl::task_end(const Pending& pending,
                                                     const Stream::State& state,
                                                     const Context& context,
                                                     const Error* error) {
  if (!pending.task) return std::nullopt;
  store::TaskEnd end{pending.task->id, pending.task->token, std::nullopt};
  if (error == nullptr || error->code == ErrorCode::kNotFound) {
    ++tasks_done_;
  } else if (error->reason == "turn.not_lapsed") {
    end.retry_at = state.workflow.turn->lease_until;  // It was renewed, which is no failure.
  } else if (error->reason == "approval.not_due") {
    end.retry_at = due_again(state.workflow, pending.submission.command, context);
  } else {
    ++tasks_failed_;
    end.retry_at = std::max(pending.task->due_at, now()) +
                   resilience::delay_ms({.first_ms = 20}, pending.task->attempts, random_);
  }
  return end;
}

std::size_t Engine::Impl::task_room() const {
  return kMaxTasksOut - std::min<std::size_t>(kMaxTasksOut, tasks_out_);
}

void Engine::Impl::run_task(store::TaskRow task) {
  ++tasks_out_;
  Pending pending;
  pending.submission.caller = {task.tenant, {ActorKind::kSystem, "timer"}, "", ""};
  pending.submission.stream = task.stream;
  pending.submission.door = Door::kTimer;
  pending.done = [](const Result<Reply>&) {};  // A lease that was not ended runs out by itself.
  auto decoded = codec::decode_task(task.kind, task.body);
  pending.task = std::move(task);
  if (!decoded) {
    put_off(pending, decoded.error());
    --tasks_out_;
    return;
  }
  if (is_handed_out(*decoded)) {
    --tasks_out_;
    return hand_out(*std::move(pending.task), *decoded);
  }
  pending.submission.command = std::visit(CommandOf{}, *decoded);
  if (is_directory_command(pending.submission.command)) pending.submission.stream = "directory";
  submit(std::move(pending));
}

// Nobody is there to see to it: it waits until somebody is.
void Engine::Impl::hand_out(store::TaskRow row, const task::Task& task) {
  if (options_.announced.hand_out) return options_.announced.hand_out(std::move(row), task);
  put_off(row, now() + kNobodyMs);
}

void Engine::Impl::put_off(const store::TaskRow& task, TimeMs until) {
  store::Commit commit;
  commit.stream = {task.tenant, "tasks"};
  commit.ended_task = {task.id, task.token, until};
  committer_->enqueue(std::move(commit), [](const Result<void>&) {});  // Else its lease runs out.
}

// A task that cannot be done because something stored is damaged: it stays, because nobody may drop
// it, and is tried again ever more rarely, because somebody may mend what is damaged. Its stream
// cannot be written, so it is put off by a commit on a stream that has no events.
void Engine::Impl::put_off(const Pending& pending, const Error& error) {
  if (!pending.task || error.code != ErrorCode::kInternal) return;
  const store::TaskRow& task = *pending.task;
  ++tasks_failed_;
  observability::log(observability::Level::kError,
                     "task.stuck",
                     {{"tenant", task.tenant},
                      {"task", task.id},
                      {"stream", task.stream},
                      {"attempt", task.attempts},
                      {"reason", error.reason},
                      {"detail", error.detail}});
  put_off(task, now() + resilience::delay_ms(kStuck, task.attempts, random_));
}

}  // namespace fermata::engine

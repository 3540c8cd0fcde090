#include "core/workflow/fork.hpp"

#include <algorithm>
#include <set>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "core/approval/decide.hpp"
#include "core/refuse.hpp"
#include "core/workflow/rollback.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

using command::AllowEffects;
using command::ForkWorkflow;
using command::Supposition;

// Where in the source a fork begins. All calls and checkpoints before it that were on its branch
// belong to the fork.
struct Beginning {
  const Checkpoint* checkpoint = nullptr;
  const Approval* supposed = nullptr;
  std::size_t calls = 0;     // How many had been opened.
  std::int64_t epoch = 0;    // The branch.
  std::int64_t version = 0;  // Of the source's stream.

  // Of what was there before the beginning.
  template <class Entity>
  bool on_branch(const Entity& entity) const {
    return entity.left == 0 || entity.left > epoch;
  }
};

Result<Beginning> at_checkpoint(const Workflow& source, const std::string& id) {
  const Checkpoint* checkpoint = find_checkpoint(source, id);
  if (checkpoint == nullptr) return not_found("checkpoint", id);
  return Beginning{checkpoint, nullptr, checkpoint->calls, checkpoint->epoch, checkpoint->version};
}

Result<void> check_supposition(const Workflow& source,
                               const Supposition& wish,
                               const Approval& approval,
                               const Actor& actor) {
  const Call* call = find_call(source, approval.call);
  if (call == nullptr || !call->undoes.empty() || approval.question.kind != ApprovalKind::kCall)
    return fail(ErrorCode::kInvalid,
                "fork.no_call",
                "this request held no call of the agent's own path, so nothing on it would have "
                "gone otherwise");
  if (wish.decision == DecisionKind::kApprove && actor.kind == ActorKind::kAgent)
    return fail(ErrorCode::kForbidden,
                "auth.kind_not_allowed",
                "only people and admins suppose that people agreed");
  if (wish.decision == DecisionKind::kReject &&
      wish.reason.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(ErrorCode::kInvalid,
                "approval.reason_required",
                "say why: the agent reads it as if a person had said it");
  if (wish.decision == DecisionKind::kApprove && !wish.result &&
      approval.question.action != kRequestApproval)
    return fail(ErrorCode::kInvalid,
                "fork.result_required",
                "nothing is done in a fork: say what the call would have given");
  return {};
}

Result<Beginning> at_decision(const Workflow& source, const Supposition& wish, const Actor& actor) {
  const Approval* approval = find_approval(source, wish.approval);
  if (approval == nullptr) return not_found("approval", wish.approval);
  FERMATA_CHECK_OK(check_supposition(source, wish, *approval, actor));
  const auto call =
      static_cast<std::size_t>(find_call(source, approval->call) - source.calls.data());
  return Beginning{nullptr, approval, call, approval->epoch, approval->asked_at_version};
}

Result<Beginning> beginning_of(const Workflow& source,
                               const ForkWorkflow& wish,
                               const Actor& actor) {
  if (!wish.checkpoint.empty() && wish.decision)
    return fail(ErrorCode::kInvalid,
                "fork.two_places",
                "say a checkpoint or a decision: a fork begins at one place");
  if (!wish.checkpoint.empty()) return at_checkpoint(source, wish.checkpoint);
  if (wish.decision) return at_decision(source, *wish.decision, actor);
  return Beginning{};
}

// What an undo did belongs to the source's effects; what is open there has no end to take over.
// Nor what was handed over: nobody told what it gave.
bool can_be_taken(const Call& call) { return call.closed() && call.undoes.empty() && !call.handed; }

// Everybody who may not decide there.
std::vector<std::string> parties_of(const Workflow& source) {
  std::set<std::string> parties(source.parties.begin(), source.parties.end());
  if (source.requester.kind == ActorKind::kPerson) parties.insert(source.requester.id);
  for (const std::string& person : {source.on_behalf_of, source.acts_for})
    if (!person.empty()) parties.insert(person);
  return {parties.begin(), parties.end()};
}

event::CallImported taken(const Call& call, std::int64_t epoch) {
  event::CallImported imported;
  imported.source = call.id;
  imported.kind = call.kind;
  imported.tool = call.asked_tool();
  imported.arguments = call.arguments;
  imported.effective_arguments = call.effective_arguments;
  if (call.tool != imported.tool) imported.effective_tool = call.tool;
  imported.request_hash = call.request_hash;
  imported.definition_hash = call.asked ? call.asked->definition_hash : call.definition_hash;
  imported.target = call.target;
  imported.result = call.result;
  imported.error = call.error;
  imported.denial_reason = call.denial_reason;
  imported.denial_message = call.denial_message;
  imported.epoch = std::min(call.epoch, epoch);
  return imported;
}

class Fork {
 public:
  Fork(const ForkWorkflow& wish, Beginning beginning, const Context& context)
      : source_(*wish.source), wish_(wish), beginning_(beginning), context_(context) {}

  Events events() {
    take_calls();
    take_checkpoints();
    events_.push_back(created());
    events_.push_back(forked());
    for (event::CallImported& call : calls_) events_.push_back(std::move(call));
    if (beginning_.supposed != nullptr) events_.push_back(supposed());
    for (event::CheckpointCreated& checkpoint : checkpoints_)
      events_.push_back(std::move(checkpoint));
    keep_recordings();
    return std::move(events_);
  }

 private:
  // Another input is told where the fork begins, if that is not the very beginning.
  bool tells_input() const { return wish_.input && beginning_.version > 0; }

  event::WorkflowCreated created() const {
    // An agent forks within the task that somebody gave it; whoever gave it never decides (P3).
    const bool by_agent = context_.actor.kind == ActorKind::kAgent;
    event::WorkflowCreated created;
    created.id = context_.stream;
    created.agent = source_.agent;
    created.name = wish_.name.empty() ? source_.name : wish_.name;
    created.input = wish_.input && !tells_input() ? *wish_.input : source_.input;
    created.context = source_.context;
    created.metadata = source_.metadata;
    created.tags = wish_.tags.empty() ? source_.tags : wish_.tags;
    created.requester = by_agent ? source_.requester : context_.actor;
    created.on_behalf_of = source_.acts_for.empty() ? context_.on_behalf_of : source_.acts_for;
    created.dispatch = wish_.dispatch.value_or(source_.dispatch);
    created.effects = Effects::kRecorded;
    created.forked_from = Origin{source_.id,
                                 beginning_.checkpoint == nullptr ? "" : beginning_.checkpoint->id,
                                 source_.version};
    return created;
  }

  event::WorkflowForked forked() const {
    event::WorkflowForked forked;
    forked.branches = branches();
    forked.root = source_.root;
    forked.parties = parties_of(source_);
    // Forks of forks go on with what was told there, unless they tell another.
    forked.told = tells_input() ? words::forked(*wish_.input)
                  : wish_.input ? ""
                                : source_.told_input;
    forked.reason = wish_.reason;
    if (wish_.decision) {
      forked.supposed_approval = wish_.decision->approval;
      forked.supposed_decision = to_string(wish_.decision->decision);
    }
    return forked;
  }

  void take_calls() {
    for (std::size_t i = 0; i < beginning_.calls; ++i) {
      const Call& call = source_.calls[i];
      if (!beginning_.on_branch(call) || !can_be_taken(call)) continue;
      event::CallImported imported = taken(call, beginning_.epoch);
      imported.call = entity_id("cl", context_.stream, calls_.size() + 1);
      imported.key = call.key;
      places_.push_back(i);
      calls_.push_back(std::move(imported));
    }
  }

  // Its number among the fork's calls; that of the next one if it is none of them.
  std::size_t place_of(std::size_t source_index) const {
    const auto found = std::lower_bound(places_.begin(), places_.end(), source_index);
    return static_cast<std::size_t>(found - places_.begin());
  }

  void take_checkpoints() {
    for (const Checkpoint& checkpoint : source_.checkpoints) {
      // One that was made while the supposed call waited counts calls that are behind it.
      const bool behind =
          checkpoint.version > beginning_.version || checkpoint.calls > beginning_.calls;
      if (behind || !beginning_.on_branch(checkpoint)) continue;
      event::CheckpointCreated made;
      made.checkpoint = entity_id("cp", context_.stream, checkpoints_.size() + 1);
      made.name = checkpoint.name;
      made.snapshot = checkpoint.snapshot;
      made.recovery = checkpoint.recovery;
      made.metadata = checkpoint.metadata;
      made.epoch = checkpoint.epoch;
      made.calls = place_of(checkpoint.calls);
      if (!checkpoint.call.empty()) made.call = take_record(checkpoint, made.checkpoint);
      taken_checkpoints_.push_back(&checkpoint);
      checkpoints_.push_back(std::move(made));
    }
  }

  // What the checkpoint's call gave when the source last came by, under the fork's own name for it.
  std::string take_record(const Checkpoint& checkpoint, const std::string& id) {
    const auto index =
        static_cast<std::size_t>(find_call(source_, checkpoint.call) - source_.calls.data());
    const std::size_t place = place_of(index);
    FERMATA_ASSERT(place < places_.size() && places_[place] == index,
                   "a checkpoint counts its own call in");
    event::CallImported& call = calls_[place];
    json::Object record = *checkpoint_record(source_, checkpoint, beginning_.epoch).as_object();
    record.set("checkpoint", id);
    if (&checkpoint == beginning_.checkpoint && tells_input())
      record.set("text", words::forked(*wish_.input));
    call.result = std::move(record);
    return call.call;
  }

  std::string checkpoint_here(const std::string& source_id) const {
    for (std::size_t i = 0; i < taken_checkpoints_.size(); ++i)
      if (taken_checkpoints_[i]->id == source_id) return checkpoints_[i].checkpoint;
    return {};
  }

  std::vector<Branch> branches() const {
    std::vector<Branch> branches;
    for (const Branch& branch : source_.branches) {
      if (branch.epoch > beginning_.epoch) break;
      branches.push_back(branch);
      branches.back().told = notice(source_, branch);
      branches.back().checkpoint = checkpoint_here(branch.checkpoint);
    }
    const bool has_call = beginning_.checkpoint != nullptr && !beginning_.checkpoint->call.empty();
    if (!tells_input() || has_call) return branches;
    branches.push_back({beginning_.epoch + 1,
                        beginning_.epoch,
                        "",
                        wish_.reason,
                        context_.now,
                        context_.actor,
                        1,
                        words::forked(*wish_.input)});
    return branches;
  }

  // The call that was asked about, as if people had decided otherwise.
  event::CallImported supposed() const {
    const Approval& approval = *beginning_.supposed;
    const Call& call = source_.calls[beginning_.calls];
    const Supposition& wish = *wish_.decision;
    const bool approves = wish.decision == DecisionKind::kApprove;
    const ApprovalStatus status = approves ? ApprovalStatus::kApproved : ApprovalStatus::kRejected;
    event::CallImported imported = taken(call, beginning_.epoch);
    imported.call = entity_id("cl", context_.stream, calls_.size() + 1);
    imported.key = call.key;
    imported.source.clear();
    imported.error.reset();
    imported.result = json::Value();
    imported.denial_reason.clear();
    imported.denial_message.clear();
    if (approval.question.action == kRequestApproval) {
      imported.result = outcome_for_agent(approval, status, context_.actor.id, wish.reason);
    } else if (approves) {
      imported.result = *wish.result;
    } else {
      imported.denial_reason = "approval.rejected";
      imported.denial_message =
          words::not_performed(approval, status, context_.actor.id, wish.reason);
    }
    return imported;
  }

  // Of what the source did later on, whatever became of its branch. Not of the supposed call, which
  // ended otherwise here, and not what people answered there: here they were not asked.
  void keep_recordings() {
    const std::size_t first = beginning_.calls + (beginning_.supposed == nullptr ? 0 : 1);
    for (std::size_t i = first; i < source_.calls.size(); ++i) {
      const Call& call = source_.calls[i];
      const bool ended = call.state == CallState::kDone || call.state == CallState::kFailed;
      const bool did = call.kind == CallKind::kTool && call.tool != kRequestApproval;
      if (did && ended && can_be_taken(call)) events_.push_back(taken(call, beginning_.epoch));
    }
  }

  const Workflow& source_;
  const ForkWorkflow& wish_;
  const Beginning beginning_;
  const Context& context_;
  Events events_;
  std::vector<event::CallImported> calls_;
  std::vector<std::size_t> places_;  // Of calls_ in the source, ascending.
  std::vector<event::CheckpointCreated> checkpoints_;
  std::vector<const Checkpoint*> taken_checkpoints_;  // In the source, one by one.
};

// As if it had been approved: nobody did it. In a dry run every other call that is done has a
// source.
bool is_supposed(const Call& call) {
  return call.live() && call.kind == CallKind::kTool && call.state == CallState::kDone &&
         call.imported_from.empty();
}

}  // namespace

std::string recording_key(const std::string& tool, const json::Object& arguments) {
  return sha256_hex(tool + "\n" + json::canonical(arguments));
}

const Recording* find_recording(const Workflow& workflow,
                                const std::string& tool,
                                const json::Object& arguments) {
  const auto found = workflow.recordings.find(recording_key(tool, arguments));
  if (found == workflow.recordings.end() || found->second.empty()) return nullptr;
  const std::vector<Recording>& recordings = found->second;
  const auto next = std::find_if(recordings.begin(), recordings.end(), [](const Recording& one) {
    return one.ahead && !one.used;
  });
  return next == recordings.end() ? &recordings.back() : &*next;
}

Result<Events> decide_fork(const Workflow& workflow,
                           const ForkWorkflow& wish,
                           const Context& context) {
  if (workflow.exists())
    return fail(ErrorCode::kConflict, "workflow.exists", "this workflow exists already");
  const Workflow& source = *wish.source;
  FERMATA_CHECK_OK(require_own(source, context));
  if (source.standalone)
    return fail(ErrorCode::kConflict,
                "workflow.standalone",
                "this workflow was made for one request and has no journal to fork");
  if (static_cast<std::int64_t>(source.calls.size()) > context.limits.fork_calls)
    return fail(ErrorCode::kConflict,
                "fork.too_large",
                "the workflow has more than " + std::to_string(context.limits.fork_calls) +
                    " calls (limits.fork_calls)");
  const Dispatch dispatch = wish.dispatch.value_or(source.dispatch);
  FERMATA_CHECK_OK(require_runnable(dispatch, source.agent, context));
  FERMATA_TRY(const Beginning beginning, beginning_of(source, wish, context.actor));
  // Further on another input is told beside the task.
  if (beginning.version == 0)
    FERMATA_CHECK_OK(require_task(dispatch, wish.input ? *wish.input : source.input));
  return Fork(wish, beginning, context).events();
}

Result<Events> decide_fork(const Workflow& workflow,
                           const AllowEffects& wish,
                           const Context& context) {
  if (workflow.exists() && !workflow.forked_from)
    return fail(ErrorCode::kConflict,
                "fork.not_a_fork",
                "this workflow is no fork: its calls do the real thing already");
  FERMATA_CHECK_OK(require_open(workflow, context));
  if (workflow.effects == Effects::kLive) return Events{};
  if (std::any_of(workflow.calls.begin(), workflow.calls.end(), is_supposed))
    return fail(ErrorCode::kConflict,
                "fork.supposed",
                "this fork supposes that something was approved and done, which nobody did; what "
                "follows from it must not be done for real");
  return Events{event::EffectsAllowed{wish.reason}};
}

}  // namespace fermata

#include "tests/model_check/oracle.hpp"

#include <algorithm>
#include <set>

namespace fermata::model_check {
namespace {

std::int64_t amount_in(const json::Object& arguments) {
  return json::Value(arguments).int_or("amount", -1);
}

bool must_wait(int policy, std::int64_t amount) { return policy == 1 && amount > 1000; }

bool in_finance(const World& world, const std::string& person) {
  return person == "cleo" || person == "ana" || (person == "ben" && !world.ben_left);
}

std::size_t index_of(const Workflow& workflow, const std::string& call) {
  return static_cast<std::size_t>(find_call(workflow, call) - workflow.calls.data());
}
std::size_t question_of(const Workflow& workflow, const std::string& approval) {
  return static_cast<std::size_t>(find_approval(workflow, approval) - workflow.approvals.data());
}

struct Judge {
  const World& before;
  const event::Recorded& recorded;
  World& after;
  Counts& counts;
  std::vector<std::string>& broken;

  void see(Seen seen) const { ++counts[static_cast<std::size_t>(seen)]; }
  void require(bool holds, const char* what) const {
    if (!holds) broken.emplace_back(what);
  }

  void operator()(const event::ApprovalRequested& e) const {
    Question question;
    question.asked_under = before.policy;
    question.doubt = e.question.kind == ApprovalKind::kInDoubt;
    question.needed =
        question.doubt ? 1 : std::max(1, required(before.policy, amount_in(e.question.arguments)));
    question.deadline = e.question.deadline.value_or(0);
    question.waits = !question.doubt && must_wait(before.policy, amount_in(e.question.arguments));
    after.questions.push_back(std::move(question));
    require(!e.thresholds.empty(), "P2: people are asked of whom nobody is meant");
    require(e.epoch == before.workflow.epoch, "P13: a question of another branch");
    if (e.question.kind == ApprovalKind::kInDoubt) see(Seen::kDoubted);
    const Call* call = find_call(before.workflow, e.call);
    if (call != nullptr && call->state == CallState::kGranted) see(Seen::kAskedAnew);
  }

  void operator()(const event::ApprovalEdited& e) const {
    see(Seen::kEdited);
    Question& question = after.questions[question_of(after.workflow, e.approval)];
    const int now = required(before.policy, amount_in(e.arguments));
    require(now >= 0, "P1: edited into what is denied");
    const bool same_policy = question.asked_under == before.policy;
    question.waits = question.waits || must_wait(before.policy, amount_in(e.arguments));
    question.needed = same_policy ? std::max(1, now) : std::max({1, now, question.needed});
    question.said.clear();
    question.effect = 0;
    if (e.deadline) {
      // The event's is of the request's own clock, the oracle's of the world's.
      const TimeMs due = before.now + kDeadlineMs;
      require(question.deadline == 0 || due < question.deadline, "P1: an edit gave more time");
      question.deadline = due;
    }
  }

  void operator()(const event::ApprovalDecided& e) const {
    Question& question = after.questions[question_of(after.workflow, e.approval)];
    require(recorded.actor.kind == ActorKind::kPerson && recorded.actor.id == e.person,
            "P3: decided by somebody else than the caller");
    require(e.person != "ana", "P3: whom the agent works for decided");
    require(in_finance(before, e.person) || (e.person == "dan" && question.lent),
            "P1: decided by somebody of no group");
    require(e.person != "cleo" || !question.lent, "P3: decided in a place that was handed on");
    const bool stops = question.effect != 0 && e.decision == DecisionKind::kReject;
    require(question.deadline == 0 || stops || before.now < question.deadline,
            "P1: decided after the deadline");
    require(e.hash == find_approval(after.workflow, e.approval)->hash,
            "P5: decided what was not shown");
    for (const auto& [person, agreed] : question.said)
      require(person != e.person, "P4: one person decided twice");
    question.said.emplace_back(e.person, e.decision != DecisionKind::kReject);
  }

  void operator()(const event::ApprovalWithdrawn& e) const {
    see(Seen::kWithdrawn);
    Question& question = after.questions[question_of(after.workflow, e.approval)];
    const auto said = [&](const auto& one) { return one.first == e.person; };
    require(std::erase_if(question.said, said) == 1, "P6: withdrew what nobody had said");
    require(recorded.actor.id == e.person, "P3: withdrawn by somebody else");
  }

  void operator()(const event::ApprovalDelegated& e) const {
    see(Seen::kDelegated);
    Question& question = after.questions[question_of(after.workflow, e.approval)];
    require(e.delegation.from == "cleo" && e.delegation.to == "dan",
            "P3: handed on to whom the policy does not name");
    for (const auto& [person, agreed] : question.said)
      require(person != "cleo", "P3: handed on what was used");
    question.lent = true;
  }

  void operator()(const event::ApprovalAgreed& e) const {
    see(Seen::kAgreed);
    Question& question = after.questions[question_of(after.workflow, e.approval)];
    question.effect = before.now + kWaitMs;
  }
  void operator()(const event::ApprovalReopened& e) const {
    after.questions[question_of(after.workflow, e.approval)].effect = 0;
  }

  void operator()(const event::ApprovalClosed& e) const {
    const Approval* old = find_approval(before.workflow, e.approval);
    require(old != nullptr && old->pending(), "P4: an outcome after the outcome");
    const Question& question = after.questions[question_of(after.workflow, e.approval)];
    std::set<std::string> agreed, refused;
    for (const auto& [person, agrees] : question.said)
      if (in_finance(before, person) || person == "dan") (agrees ? agreed : refused).insert(person);
    switch (e.status) {
      case ApprovalStatus::kApproved:
      case ApprovalStatus::kAnswered:
        see(e.status == ApprovalStatus::kApproved ? Seen::kApproved : Seen::kAnswered);
        require(static_cast<int>(agreed.size()) >= question.needed, "P1: too few agreed");
        require(refused.empty(), "P1: somebody had refused");
        require(!question.waits || (question.effect != 0 && before.now >= question.effect),
                "P1: took effect before its time");
        break;
      case ApprovalStatus::kRejected:
        see(Seen::kRejected);
        require(!refused.empty(), "P1: nobody refused");
        break;
      case ApprovalStatus::kExpired:
        see(Seen::kExpired);
        require(question.deadline != 0 && before.now >= question.deadline,
                "P1: expired before its time");
        break;
      default:
        see(Seen::kCancelled);
    }
  }

  void operator()(const event::CallGranted& e) const {
    see(Seen::kGranted);
    const Approval* approval = find_approval(after.workflow, e.approval);
    const bool permits = approval->status == ApprovalStatus::kApproved ||
                         (approval->status == ApprovalStatus::kAnswered &&
                          !approval->outcome->answer.bool_or("happened", true));
    require(permits, "P1: granted without a yes");
    require(e.hash == approval->hash, "P5: granted what was not approved");
    require(e.epoch == before.workflow.epoch && approval->epoch == before.workflow.epoch,
            "P13: a decision of another branch was used");
    ++after.permits[index_of(after.workflow, e.call)];
    after.grant_ends[index_of(after.workflow, e.call)] = before.now + kGrantMs;
  }

  void operator()(const event::CallOpened& e) const {
    if (e.effect != "allow") return;
    require(required(before.policy, amount_in(e.arguments)) == 0,
            "P2: allowed what the policy does not allow");
    ++after.permits[index_of(after.workflow, e.call)];
  }

  void operator()(const event::CallStarted& e) const {
    see(Seen::kStarted);
    const std::size_t index = index_of(after.workflow, e.call);
    const Call& call = after.workflow.calls[index];
    const Call* old = find_call(before.workflow, e.call);
    require(call.live(), "P13: a call of an abandoned branch was started");
    require(after.workflow.turn && after.workflow.turn->n == e.turn, "P16: started by a late turn");
    require(call.grant->epoch == before.workflow.epoch || call.idempotent,
            "P13: a grant of another branch was used");
    require(!call.grant->expires_at || before.now < after.grant_ends[index],
            "P9: a grant was used after its end");
    require(!before.is_frozen(), "P9: a grant was used while the kill switch held");
    const bool used = std::count(after.claimed.begin(), after.claimed.end(), e.grant) > 0;
    const bool retry = call.idempotent && old != nullptr && old->state == CallState::kRunning;
    require(!used || retry, "P9: a grant was used twice");
    if (retry) see(Seen::kRetried);
    if (!used) after.claimed.push_back(e.grant);
    ++after.starts[index];
    require(retry || after.starts[index] <= after.permits[index] || call.idempotent,
            "P17: started more often than permitted");
  }

  void operator()(const event::CallClosed& e) const {
    see(Seen::kDone);
    const Call& old = *find_call(before.workflow, e.call);
    require(!old.closed(), "P17: an end after the end");
    require(e.hash == old.hash, "P5: done what was not approved");
    require(after.starts[index_of(after.workflow, e.call)] > 0, "P9: done without a start");
  }

  void operator()(const event::CallDenied&) const { see(Seen::kDenied); }
  void operator()(const event::WorkflowRolledBack& e) const {
    see(Seen::kRolledBack);
    require(e.epoch == before.workflow.epoch + 1, "P13: a rollback makes the next branch");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

const char* name_of(Seen seen) {
  static constexpr const char* kNames[] = {"approved",
                                           "rejected",
                                           "expired",
                                           "cancelled",
                                           "answered",
                                           "edited",
                                           "denied",
                                           "granted",
                                           "started",
                                           "retried",
                                           "done",
                                           "doubted",
                                           "asked anew",
                                           "rolled back",
                                           "withdrawn",
                                           "delegated",
                                           "agreed"};
  return kNames[static_cast<std::size_t>(seen)];
}

std::vector<std::string> judge(const World& before,
                               const event::Recorded& recorded,
                               World& after,
                               Counts& counts) {
  std::vector<std::string> broken;
  std::visit(Judge{before, recorded, after, counts, broken}, recorded.payload);
  return broken;
}

std::vector<std::string> judge_wish(const World& before, const command::Command& command) {
  const auto* decision = std::get_if<command::DecideApproval>(&command);
  if (decision == nullptr) return {};
  const Approval* approval = find_approval(before.workflow, decision->approval);
  if (approval != nullptr && approval->hash == decision->hash) return {};
  return {"P5: decided what is not there any more"};
}

std::vector<std::string> judge_whole(const World& before, const World& after, bool rolled_back) {
  std::vector<std::string> broken;
  const auto require = [&](bool holds, const char* what) {
    if (!holds) broken.emplace_back(what);
  };
  const Workflow& old = before.workflow;
  const Workflow& w = after.workflow;
  for (std::size_t i = 0; i < old.approvals.size(); ++i) {
    const Approval& was = old.approvals[i];
    const Approval& is = w.approvals[i];
    if (was.pending()) continue;
    require(is.status == was.status && is.decisions == was.decisions,
            "P4: an outcome became another one");
  }
  for (std::size_t i = 0; i < old.calls.size(); ++i)
    if (old.calls[i].closed())
      require(w.calls[i].result == old.calls[i].result && w.calls[i].state == old.calls[i].state,
              "P6: a closed call became another one");
  if (!rolled_back) return broken;
  require(w.pending.empty(), "P13: a question outlived the rollback");
  for (const Call& call : w.calls)
    require(!call.live() || call.state != CallState::kGranted,
            "P13: a permission outlived the rollback");
  for (std::size_t i = 0; i < old.calls.size(); ++i) {
    const bool left = old.calls[i].live() && !w.calls[i].live();
    if (!left || after.starts[i] == 0) continue;
    const bool listed = std::any_of(w.compensations.begin(),
                                    w.compensations.end(),
                                    [&](const Compensation& one) { return one.call == i; });
    require(listed, "P13: an effect that was left behind is not listed");
  }
  return broken;
}

}  // namespace fermata::model_check

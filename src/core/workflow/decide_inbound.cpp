// The decider for what a program of another framework asks at once (inbound.hpp).

#include <algorithm>

#include "base/hash.hpp"
#include "core/approval/decide.hpp"
#include "core/refuse.hpp"
#include "core/workflow/asked_call.hpp"
#include "core/workflow/words.hpp"

namespace fermata {
namespace {

using command::AskInbound;

constexpr std::size_t kMaxQuestions = 100;
constexpr std::size_t kMaxCalls = 100'000;

// What a policy and a freeze look at, without what grows with the history: the questions of one
// payload are counted one after the other, as if each had come alone.
Workflow outline(const Workflow& workflow) {
  Workflow some;
  some.id = workflow.id;
  some.agent = workflow.agent;
  some.tags = workflow.tags;
  some.requester = workflow.requester;
  some.on_behalf_of = workflow.on_behalf_of;
  some.acts_for = workflow.acts_for;
  some.parties = workflow.parties;
  some.epoch = workflow.epoch;
  some.turns = workflow.turns;
  some.totals = workflow.totals;
  some.grants = workflow.grants;
  return some;
}

event::WorkflowCreated created(const AskInbound& wish, const Context& context) {
  event::WorkflowCreated made;
  made.id = context.stream;
  made.agent = context.actor.id;
  made.name = wish.questions.front().title;
  made.requester = context.actor;
  made.on_behalf_of = context.on_behalf_of;
  made.standalone = true;
  return made;
}

class Asking {
 public:
  Asking(const Workflow& workflow, const AskInbound& wish, const Context& context)
      : before_(workflow), wish_(wish), context_(context), seen_(outline(workflow)) {
    asked_.key = wish.key;
    asked_.asked = wish.asked;
    asked_.hash = sha256_hex(json::canonical(wish.asked));
  }

  Result<Events> events() {
    if (!before_.exists()) begin();
    asked_.inbound = entity_id("in", seen_.id, before_.inbound.size() + 1);
    for (const Question& question : wish_.questions) {
      FERMATA_CHECK_OK(require_not_frozen(seen_, question.action, context_));
      if (question.kind == ApprovalKind::kCall)
        FERMATA_CHECK_OK(add_call(question));
      else
        FERMATA_CHECK_OK(add_request(question));
    }
    const std::string inbound = asked_.inbound;
    events_.push_back(std::move(asked_));
    if (!before_.exists() && requests_ == 0)
      events_.push_back(event::WorkflowCompleted{json::Object{{"inbound", inbound}}});
    return std::move(events_);
  }

 private:
  void begin() {
    const event::WorkflowCreated made = created(wish_, context_);
    seen_.id = made.id;
    seen_.agent = made.agent;
    seen_.requester = made.requester;
    seen_.on_behalf_of = seen_.acts_for = made.on_behalf_of;
    events_.push_back(made);
  }

  std::string next_approval() const {
    return entity_id("ap", seen_.id, before_.approvals.size() + requests_ + 1);
  }

  // A yes that the program could not use is none: then people are asked.
  PolicyVerdict judged(const Call& call, const Question& question) const {
    PolicyVerdict verdict = judge(seen_, call, context_);
    const auto& takes = question.takes;
    const bool takes_yes =
        takes.empty() ||
        std::find(takes.begin(), takes.end(), DecisionKind::kApprove) != takes.end();
    if (verdict.effect != Effect::kAllow || takes_yes) return verdict;
    verdict.effect = Effect::kAsk;
    verdict.thresholds =
        askable(*context_.policy, policy_input(seen_, context_, call.tool, call.arguments));
    return verdict;
  }

  Call next_call(const Question& question) const {
    const std::size_t n = asked_.parts.size() + 1;
    Call call;
    call.id = entity_id("cl", seen_.id, before_.calls.size() + calls_ + 1);
    call.key = asked_.inbound + "/" + std::to_string(n);
    call.tool = question.action;
    call.arguments = question.arguments;
    call.definition_hash = asked_.hash;
    call.why = question.why;
    return rebound(seen_, std::move(call), context_);
  }

  Result<void> add_call(const Question& question) {
    const Call call = next_call(question);
    if (before_.by_key.contains(call.key))
      return fail(ErrorCode::kConflict, "call.diverged", "the journal has a call of that key");
    const PolicyVerdict verdict = judged(call, question);
    events_.push_back(event::CallOpened{call.id,
                                        call.key,
                                        CallKind::kTool,
                                        call.tool,
                                        call.arguments,
                                        "",
                                        call.definition_hash,
                                        "",
                                        call.why,
                                        "",
                                        false,
                                        call.hash,
                                        call.policy_hash,
                                        verdict.rule,
                                        to_string(verdict.effect),
                                        seen_.turns,
                                        call.epoch});
    asked_.parts.push_back({call.id, ""});
    ++calls_;
    if (verdict.effect == Effect::kDeny) {
      events_.push_back(denied(call, verdict));
      return {};
    }
    if (verdict.effect == Effect::kAllow) {
      hand_over(call);
    } else {
      FERMATA_CHECK_OK(require_askers(verdict.thresholds, call.tool));
      if (!ask_about(call, question, verdict)) return {};
    }
    seen_.totals.add(call);
    return {};
  }

  void hand_over(const Call& call) {
    const std::string grant = entity_id("gr", seen_.id, static_cast<std::size_t>(++seen_.grants));
    events_.push_back(event::CallStarted{call.id, grant, seen_.turns, 1});
    events_.push_back(event::CallClosed{call.id, call.hash, handed_over(), std::nullopt});
  }

  // False: the agent asks too much already, so the answer is no.
  bool ask_about(const Call& call, const Question& question, const PolicyVerdict& verdict) {
    if (const std::string why = too_much_asked(); !why.empty()) {
      events_.push_back(
          event::CallDenied{call.id, "approval.too_much_asked", words::too_much_asked(why)});
      return false;
    }
    event::ApprovalRequested asked = ask(seen_, call, ApprovalKind::kCall, verdict, context_);
    asked.approval = next_approval();
    asked.question.title = question.title;
    asked.question.outcomes = question.outcomes;
    asked.question.takes = question.takes;
    events_.push_back(std::move(asked));
    ++requests_;
    return true;
  }

  // The policy's no to a question in words has no call that could carry it.
  Result<void> add_request(const Question& question) {
    command::RequestApproval wish{question, std::nullopt, {}};
    wish.question.definition_hash = asked_.hash;
    FERMATA_TRY(event::ApprovalRequested asked, make_request(seen_, wish, context_));
    if (const std::string why = too_much_asked(); !why.empty())
      return fail(ErrorCode::kRateLimited, "approval.too_much_asked", words::too_much_asked(why));
    asked.approval = next_approval();
    asked_.parts.push_back({"", asked.approval});
    events_.push_back(std::move(asked));
    ++requests_;
    return {};
  }

  // As if those before it in the payload had been asked already.
  std::string too_much_asked() const {
    if (context_.attention == nullptr) return {};
    Attention with = *context_.attention;
    with.open_of_agent += static_cast<std::int64_t>(requests_);
    with.asked_in_hour += static_cast<std::int64_t>(requests_);
    return too_much(context_.policy->attention, with, seen_.agent);
  }

  const Workflow& before_;
  const AskInbound& wish_;
  const Context& context_;
  Workflow seen_;
  std::size_t calls_ = 0, requests_ = 0;  // Of this payload.
  event::InboundAsked asked_;
  Events events_;
};

Result<void> check_shape(const AskInbound& wish) {
  if (wish.questions.empty() || wish.questions.size() > kMaxQuestions)
    return fail(ErrorCode::kInvalid, "inbound.unknown_shape", "it asks 1 to 100 questions");
  for (const Question& question : wish.questions) {
    if (question.kind != ApprovalKind::kCall && question.kind != ApprovalKind::kQuestion)
      return fail(ErrorCode::kInvalid, "inbound.unknown_shape", "it asks about what is Fermata's");
    FERMATA_CHECK_OK(check_question(question));
  }
  return {};
}

}  // namespace

Result<Events> decide_inbound(const Workflow& workflow,
                              const AskInbound& wish,
                              const Context& context) {
  if (workflow.exists()) FERMATA_CHECK_OK(require_own(workflow, context));
  // However long ago it was, and however it ended.
  if (const InboundAsk* known = find_inbound_by_key(workflow, wish.key)) {
    if (known->asked == wish.asked) return Events{};
    return fail(ErrorCode::kInvalid,
                "request.idempotency_mismatch",
                "this Idempotency-Key was used for another payload");
  }
  FERMATA_CHECK_OK(check_shape(wish));
  if (workflow.exists()) {
    FERMATA_CHECK_OK(require_open(workflow, context));
    FERMATA_CHECK_OK(require_fence(workflow, wish.turn, context));
    FERMATA_CHECK_OK(require_room_for(workflow, wish.questions.size()));
    if (workflow.calls.size() + wish.questions.size() > kMaxCalls)
      return fail(ErrorCode::kConflict, "call.too_many", "a workflow has at most 100000 calls");
  }
  return Asking(workflow, wish, context).events();
}

}  // namespace fermata

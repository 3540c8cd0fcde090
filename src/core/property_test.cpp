// Random commands by anybody against one workflow, from a seed. After each step the promises are
// asserted on the events themselves; at the end the history is folded again (P10).

#include <map>
#include <memory>
#include <random>
#include <set>

#include "core/approval/tally.hpp"
#include "core/workflow/rollback.hpp"
#include "core/workflow/undo.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

constexpr int kSeeds = 1500;
constexpr int kSteps = 60;

class Monkey {
 public:
  explicit Monkey(unsigned seed) : random_(seed) {
    for (Rule& rule : story_.policy.rules)
      if (rule.effect == Effect::kAsk && pick(2) == 0) rule.deadline_ms = 5000;
    story_.created();
  }

  // In a fork of what another one has made, begun anywhere.
  Monkey(unsigned seed, const Monkey& source) : random_(seed) {
    story_.stream = "wf_0000000000000000000000000" + std::to_string(seed % 10);
    story_.policy = source.story_.policy;
    story_.directory = source.story_.directory;
    story_.now = source.story_.now;
    command::ForkWorkflow wish;
    wish.source = std::make_shared<const Workflow>(source.story_.workflow);
    const auto& checkpoints = wish.source->checkpoints;
    if (!checkpoints.empty() && pick(4) != 0)
      wish.checkpoint = checkpoints[pick(checkpoints.size())].id;
    if (pick(2) == 0) wish.input = "another";
    const Actor by = pick(2) == 0 ? Story::agent() : Story::person(somebody());
    EXPECT_EQ(reason(story_.when(by, wish)), "accepted");
    EXPECT_TRUE(story_.workflow.approvals.empty()) << "P13: a decision came with the fork";
    for (const Call& call : story_.workflow.calls)
      EXPECT_TRUE(call.closed() && !call.grant) << "P9: a permission came with the fork";
  }

  void run() {
    for (int i = 0; i < kSteps && !::testing::Test::HasFailure(); ++i) step();
    Workflow again;
    for (const event::Recorded& recorded : story_.history)
      again = evolve(std::move(again), recorded);
    EXPECT_EQ(again.version, story_.workflow.version) << "P10";
    EXPECT_EQ(again.calls.size(), story_.workflow.calls.size()) << "P10";
    EXPECT_EQ(again.pending, story_.workflow.pending) << "P10";
    EXPECT_EQ(again.epoch, story_.workflow.epoch) << "P10";
  }

 private:
  std::size_t pick(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::string somebody() { return std::vector<std::string>{"ana", "ben", "cleo", "dan"}[pick(4)]; }

  command::OpenCall some_call() {
    if (pick(8) == 0) return some_request();
    command::OpenCall call = story_.refund(std::vector<std::int64_t>{50, 500, 5000}[pick(3)],
                                           "k" + std::to_string(pick(6)),
                                           pick(2) == 0);
    if (pick(2) == 0) call.undo = "cancel_refund";
    return call;
  }
  command::OpenCall some_request() {
    command::OpenCall call = story_.refund(500, "r" + std::to_string(pick(3)));
    call.tool = kRequestApproval;
    call.arguments = {{"action", "refund"}, {"arguments", json::Object{{"amount", 500}}}};
    return call;
  }
  // What must be undone now, or now and then something else under such a key.
  command::OpenCall some_undo() {
    const Workflow& w = story_.workflow;
    command::OpenCall call = story_.refund(1, "undo/x/1", pick(2) == 0);
    call.tool = "cancel_refund";
    const std::size_t any = w.compensations.empty() ? 0 : pick(w.compensations.size());
    const Compensation* next =
        pick(8) == 0 && !w.compensations.empty() ? &w.compensations[any] : next_undo(w);
    if (next == nullptr) return call;
    call.key = undo_key(w, *next);
    call.arguments = undo_arguments(w.calls[next->call]);
    return call;
  }

  void step() {
    story_.now += static_cast<TimeMs>(pick(2000));
    const std::size_t before = story_.history.size();
    const Workflow old = story_.workflow;
    act();
    for (std::size_t i = before; i < story_.history.size(); ++i) check(story_.history[i], old);
  }

  void act() {
    const Workflow& w = story_.workflow;
    const Actor agent = Story::agent();
    switch (pick(16)) {
      case 0:
        (void)story_.when(agent, command::StartTurn{.worker = "w", .takeover = true});
        break;
      case 1:
      case 2:
      case 3:
        (void)story_.when(agent, some_call());
        break;
      case 4:
        if (!w.calls.empty()) (void)story_.when(agent, close_some());
        break;
      case 5:
      case 6:
      case 7:
        if (!w.approvals.empty()) decide_some();
        break;
      case 8:
        (void)story_.when(agent, command::CreateCheckpoint{.name = "c", .turn = turn_held()});
        break;
      case 9:
        if (!w.checkpoints.empty() && pick(3) == 0) roll_back();
        break;
      case 10:
        if (!w.approvals.empty())
          (void)story_.when(Story::timer(),
                            command::AdvanceApproval{w.approvals[pick(w.approvals.size())].id});
        break;
      case 11:
        change_membership();
        break;
      case 12:
      case 13:
        (void)story_.when(agent, some_undo());
        break;
      case 14:
        (void)story_.when(agent, some_checkpoint());
        break;
      case 15:
        if (pick(4) == 0) (void)story_.when(Story::person(somebody()), command::AllowEffects{});
        break;
      default:
        break;
    }
  }

  command::CreateCheckpoint some_checkpoint() {
    command::CreateCheckpoint wish{.name = "c", .key = "c" + std::to_string(pick(3))};
    wish.turn = turn_held();
    return wish;
  }
  std::optional<std::int64_t> turn_held() const {
    return story_.workflow.turn ? std::optional(story_.workflow.turn->n) : std::nullopt;
  }

  command::CloseCall close_some() {
    const Call& call = story_.workflow.calls[pick(story_.workflow.calls.size())];
    return {story_.workflow.turn ? story_.workflow.turn->n : 0,
            call.id,
            call.grant ? call.grant->id : "",
            call.hash,
            "done",
            pick(4) == 0 ? std::optional(CallError{"E", "e"}) : std::nullopt};
  }

  // What the preview says is what happens.
  void roll_back() {
    const Workflow before = story_.workflow;
    const std::string to = before.checkpoints[pick(before.checkpoints.size())].id;
    const Actor by = pick(2) == 0 ? Story::agent() : Story::person(somebody());
    Context context{
        .now = story_.now, .actor = by, .directory = &story_.directory, .policy = &story_.policy};
    const auto plan = plan_rollback(before, to, context);
    command::RollBack wish{to, "r", {}, before.version};
    if (by == Story::agent()) wish.turn = turn_held();
    const auto rolled = story_.when(by, wish);
    ASSERT_EQ(plan.has_value(), rolled.has_value());
    if (!plan) return;
    for (const std::size_t i : plan->cancelled)
      EXPECT_EQ(story_.workflow.approvals[i].status, ApprovalStatus::kCancelled);
    EXPECT_EQ(plan->cancelled, before.pending);
    EXPECT_EQ(story_.workflow.branches.back().attempt, plan->attempt);
    for (const std::size_t i : plan->effects) EXPECT_TRUE(is_to_undo(i)) << "P13: it is listed";
    check_undecided(before);
  }

  bool is_to_undo(std::size_t call) const {
    for (const Compensation& compensation : story_.workflow.compensations)
      if (compensation.call == call) return true;
    return false;
  }

  // P13 to the letter: no decision and no outcome of before is another one after it, no call that
  // was only permitted is permitted still, and each effect that left the branch is listed.
  void check_undecided(const Workflow& before) {
    const Workflow& w = story_.workflow;
    EXPECT_TRUE(w.pending.empty()) << "P13";
    for (std::size_t i = 0; i < before.approvals.size(); ++i) {
      EXPECT_EQ(w.approvals[i].decisions, before.approvals[i].decisions) << "P13: un-decided";
      if (before.approvals[i].pending()) continue;
      EXPECT_EQ(w.approvals[i].status, before.approvals[i].status) << "P13: un-decided";
      EXPECT_EQ(w.approvals[i].outcome->by, before.approvals[i].outcome->by) << "P13";
    }
    for (std::size_t i = 0; i < w.calls.size(); ++i) {
      const Call& call = w.calls[i];
      EXPECT_FALSE(call.live() && call.state == CallState::kGranted) << "P13: a grant outlived it";
      const bool left = before.calls[i].live() && !call.live();
      const bool effect = call.kind == CallKind::kTool && call.attempt > 0;
      EXPECT_TRUE(!left || !effect || is_to_undo(i)) << "P13: an effect is not listed";
    }
  }

  void decide_some() {
    const Approval& approval = story_.workflow.approvals[pick(story_.workflow.approvals.size())];
    command::DecideApproval decision;
    decision.approval = approval.id;
    decision.hash = pick(8) == 0 ? "other" : approval.hash;
    decision.decision = std::vector<DecisionKind>{DecisionKind::kApprove,
                                                  DecisionKind::kApprove,
                                                  DecisionKind::kReject,
                                                  DecisionKind::kEdit,
                                                  DecisionKind::kAnswer}[pick(5)];
    decision.reason = "r";
    decision.arguments = {{"amount", static_cast<std::int64_t>(pick(3000))}};
    decision.answer = json::Object{{"happened", pick(2) == 0}, {"result", "x"}};
    (void)story_.when(pick(10) == 0 ? Story::agent() : Story::person(somebody()), decision);
  }

  void change_membership() {
    auto& members = story_.directory.groups["finance"].members;
    const std::string who = somebody();
    if (!members.erase(who)) members.insert(who);
  }

  void check(const event::Recorded& recorded, const Workflow& old) {
    const Workflow& w = story_.workflow;
    if (old.effects == Effects::kRecorded) {
      EXPECT_FALSE(std::holds_alternative<event::CallStarted>(recorded.payload)) << "a dry run";
      EXPECT_FALSE(std::holds_alternative<event::ApprovalRequested>(recorded.payload));
    }
    if (const auto* granted = std::get_if<event::CallGranted>(&recorded.payload)) {
      const Approval& approval = *find_approval(w, granted->approval);
      EXPECT_EQ(verdict(approval, story_.directory), Verdict::kApproved) << "P1";
      EXPECT_EQ(granted->hash, approval.hash) << "P5";
      EXPECT_EQ(granted->epoch, old.epoch) << "P13: a decision of before was resurrected";
      EXPECT_NE(find_call(w, granted->call)->tool, kRequestApproval) << "it permits nothing";
    } else if (const auto* decided = std::get_if<event::ApprovalDecided>(&recorded.payload)) {
      EXPECT_EQ(recorded.actor.kind, ActorKind::kPerson) << "P3";
      EXPECT_NE(decided->person, "ana") << "P3: the agent works for ana";
      EXPECT_TRUE(find_approval(old, decided->approval)->pending()) << "P4";
    } else if (const auto* closed = std::get_if<event::ApprovalClosed>(&recorded.payload)) {
      EXPECT_TRUE(outcomes_.insert(closed->approval).second) << "P4: " << closed->approval;
    } else if (const auto* started = std::get_if<event::CallStarted>(&recorded.payload)) {
      check_start(*started, old);
    } else if (const auto* ended = std::get_if<event::CallClosed>(&recorded.payload)) {
      EXPECT_TRUE(ended_.insert(ended->call).second) << "P17: closed twice";
      EXPECT_TRUE(starts_.contains(ended->call) ||
                  find_call(w, ended->call)->tool == kRequestApproval)
          << "P9: closed without a start";
    } else if (const auto* opened = std::get_if<event::CallOpened>(&recorded.payload)) {
      check_open(*opened, old);
    }
  }

  // Nothing new before what a rollback left is settled, and the newest effect first.
  void check_open(const event::CallOpened& opened, const Workflow& old) {
    const Compensation* next = next_undo(old);
    if (next == nullptr) {
      EXPECT_FALSE(parse_undo_key(opened.key)) << "an undo of nothing";
      return;
    }
    EXPECT_EQ(opened.key, undo_key(old, *next));
    for (const Compensation& other : old.compensations)
      EXPECT_TRUE(other.call <= next->call || is_settled(undo_state(old, other)));
    EXPECT_EQ(old.calls[next->call].state, CallState::kDone) << "P17: undone by a guess";
  }

  void check_start(const event::CallStarted& started, const Workflow& old) {
    const Call* call = find_call(old, started.call);
    const int before = starts_[started.call]++;
    EXPECT_FALSE(ended_.contains(started.call)) << "P17: started after its end";
    if (call == nullptr) return;  // Opened and allowed in this very step.
    const bool fresh_grant = call->state == CallState::kGranted;
    EXPECT_TRUE(fresh_grant || (call->idempotent && before > 0))
        << "P9, P17: only a fresh grant or an idempotent tool in doubt starts";
    EXPECT_TRUE(call->live()) << "P13";
    if (fresh_grant) {
      EXPECT_EQ(call->grant->epoch, old.epoch) << "P13";
      EXPECT_TRUE(grants_.insert(started.grant).second) << "P9: claimed twice";
    }
  }

  std::mt19937 random_;
  Story story_;
  std::set<std::string> outcomes_, ended_, grants_;
  std::map<std::string, int> starts_;
};

TEST(Property, the_promises_hold_under_random_commands) {
  for (unsigned seed = 1; seed <= kSeeds && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Monkey monkey(seed);
    monkey.run();
    if (seed % 4 != 0) continue;
    Monkey fork(seed + 1, monkey);
    fork.run();
    Monkey(seed + 2, fork).run();
  }
}

}  // namespace
}  // namespace fermata::testing

#include "tests/model_check/moves.hpp"

namespace fermata::model_check {
namespace {

using Wish = Move::Wish;

constexpr const char* kWorkflow = "wf_00000000000000000000000001";

Actor agent() { return {ActorKind::kAgent, "refunds"}; }
Actor person(const char* id) { return {ActorKind::kPerson, id}; }
Actor timer() { return {ActorKind::kSystem, "timer"}; }

command::OpenCall call_of(const World& world, const char* key, int amount, bool idempotent) {
  command::OpenCall open;
  open.turn = world.workflow.turn ? world.workflow.turn->n : 0;
  open.key = key;
  open.tool = "refund";
  open.arguments = {{"amount", amount}};
  open.idempotent = idempotent;
  return open;
}

template <int amount, bool idempotent = false>
std::optional<Wish> open(const World& world) {
  static const std::string key = "k" + std::to_string(amount);
  return Wish{agent(), call_of(world, key.c_str(), amount, idempotent)};
}
std::optional<Wish> open_late(const World& world) {
  command::OpenCall open = call_of(world, "k5000", 5000, false);
  --open.turn;
  return Wish{agent(), open};
}

template <bool wrong_hash>
std::optional<Wish> close(const World& world) {
  for (const Call& call : world.workflow.calls) {
    if (call.state != CallState::kRunning || !call.live()) continue;
    return Wish{agent(),
                command::CloseCall{world.workflow.turn ? world.workflow.turn->n : 0,
                                   call.id,
                                   call.grant->id,
                                   wrong_hash ? "0000" : call.hash,
                                   "paid",
                                   std::nullopt}};
  }
  return std::nullopt;
}
std::optional<Wish> close_again(const World& world) {
  for (const Call& call : world.workflow.calls)
    if (call.closed())
      return Wish{agent(),
                  command::CloseCall{world.workflow.turn ? world.workflow.turn->n : 0,
                                     call.id,
                                     call.grant ? call.grant->id : "",
                                     call.hash,
                                     "paid twice",
                                     std::nullopt}};
  return std::nullopt;
}

std::optional<Wish> take_turn(const World&) {
  return Wish{agent(), command::StartTurn{.worker = "w", .takeover = true}};
}
std::optional<Wish> mark(const World& world) {
  command::CreateCheckpoint wish{.name = "c"};
  if (world.workflow.turn) wish.turn = world.workflow.turn->n;
  return Wish{agent(), wish};
}

template <bool by_agent>
std::optional<Wish> roll_back(const World& world) {
  for (const Checkpoint& checkpoint : world.workflow.checkpoints) {
    if (!checkpoint.live()) continue;
    command::RollBack wish{checkpoint.id, "wrong", {}, {}};
    if (by_agent && world.workflow.turn) wish.turn = world.workflow.turn->n;
    return Wish{by_agent ? agent() : person("ben"), wish};
  }
  return std::nullopt;
}

// About the latest request that is pending.
std::optional<command::DecideApproval> decision(const World& world, DecisionKind kind) {
  if (world.workflow.pending.empty()) return std::nullopt;
  const Approval& approval = world.workflow.approvals[world.workflow.pending.back()];
  command::DecideApproval wish;
  wish.approval = approval.id;
  wish.decision = kind;
  wish.hash = approval.hash;
  wish.reason = "because";
  return wish;
}

constexpr const char* kAna = "ana";
constexpr const char* kBen = "ben";
constexpr const char* kCleo = "cleo";
constexpr const char* kDan = "dan";

template <const char* const& who, DecisionKind kind>
std::optional<Wish> decide(const World& world) {
  auto wish = decision(world, kind);
  if (!wish) return std::nullopt;
  return Wish{person(who), *wish};
}
// One that has the name of a person.
std::optional<Wish> decide_as_agent(const World& world) {
  auto wish = decision(world, DecisionKind::kApprove);
  if (!wish) return std::nullopt;
  return Wish{Actor{ActorKind::kAgent, "cleo"}, *wish};
}
template <const char* const& who, int amount>
std::optional<Wish> edit(const World& world) {
  auto wish = decision(world, DecisionKind::kEdit);
  if (!wish) return std::nullopt;
  wish->arguments = {{"amount", amount}};
  return Wish{person(who), *wish};
}
template <const char* const& who, bool happened>
std::optional<Wish> answer(const World& world) {
  auto wish = decision(world, DecisionKind::kAnswer);
  if (!wish) return std::nullopt;
  wish->answer = json::Object{{"happened", happened}, {"result", "paid"}};
  return Wish{person(who), *wish};
}
// With the H of the first request, as from a message that was sent before.
std::optional<Wish> approve_what_was_shown_first(const World& world) {
  if (world.questions.empty()) return std::nullopt;
  auto wish = decision(world, DecisionKind::kApprove);
  if (!wish) return std::nullopt;
  const Approval& first = world.workflow.approvals.front();
  wish->hash = first.decisions.empty() ? first.hash : first.decisions.front().hash;
  return Wish{person("cleo"), *wish};
}
std::optional<Wish> approve_the_first(const World& world) {
  if (world.workflow.approvals.empty()) return std::nullopt;
  const Approval& first = world.workflow.approvals.front();
  command::DecideApproval wish;
  wish.approval = first.id;
  wish.hash = first.hash;
  return Wish{person("cleo"), wish};
}
std::optional<Wish> withdraw(const World& world) {
  if (world.workflow.pending.empty()) return std::nullopt;
  return Wish{agent(),
              command::CancelApproval{world.workflow.approvals[world.workflow.pending.back()].id,
                                      "changed my mind"}};
}
std::optional<Wish> expire(const World& world) {
  if (world.workflow.pending.empty()) return std::nullopt;
  return Wish{
      timer(),
      command::AdvanceApproval{world.workflow.approvals[world.workflow.pending.front()].id}};
}

std::optional<Wish> take_back(const World& world) {
  if (world.workflow.pending.empty()) return std::nullopt;
  return Wish{person("ben"),
              command::WithdrawDecision{world.workflow.approvals[world.workflow.pending.back()].id,
                                        "I misread it"}};
}
template <const char* const& from, const char* const& to>
std::optional<Wish> delegate(const World& world) {
  if (world.workflow.pending.empty()) return std::nullopt;
  return Wish{
      person(from),
      command::DelegateApproval{
          world.workflow.approvals[world.workflow.pending.back()].id, to, "away", std::nullopt}};
}

// What stands still while the switch holds is moved by as much.
void tick(World& world) {
  world.now += kTickMs;
  if (!world.is_frozen()) return;
  for (Question& question : world.questions) {
    if (question.deadline != 0) question.deadline += kTickMs;
    if (question.effect != 0) question.effect += kTickMs;
  }
  for (TimeMs& end : world.grant_ends)
    if (end != 0) end += kTickMs;
}
void throw_or_lift(World& world) {
  if (world.is_frozen())
    world.freezes.back().until = world.now;
  else
    world.freezes.push_back({"fz", "", "", "", "ben", world.now, std::nullopt});
}
void next_policy(World& world) { world.policy = (world.policy + 1) % kPolicies; }
void move_ben(World& world) { world.ben_left = !world.ben_left; }

constexpr Move kMoves[] = {
    {"the agent opens 5000", open<5000>, nullptr},
    {"the agent opens 500", open<500, true>, nullptr},
    {"the agent opens 50", open<50>, nullptr},
    {"the agent opens with a late turn", open_late, nullptr},
    {"the agent closes", close<false>, nullptr},
    {"the agent closes another thing", close<true>, nullptr},
    {"the agent closes again", close_again, nullptr},
    {"a worker takes the turn over", take_turn, nullptr},
    {"the agent makes a checkpoint", mark, nullptr},
    {"the agent rolls back", roll_back<true>, nullptr},
    {"ben rolls back", roll_back<false>, nullptr},
    {"the agent approves", decide_as_agent, nullptr},
    {"the agent withdraws", withdraw, nullptr},
    {"ana approves", decide<kAna, DecisionKind::kApprove>, nullptr},
    {"ben approves", decide<kBen, DecisionKind::kApprove>, nullptr},
    {"cleo approves", decide<kCleo, DecisionKind::kApprove>, nullptr},
    {"cleo approves what she was shown first", approve_what_was_shown_first, nullptr},
    {"cleo approves the first one", approve_the_first, nullptr},
    {"ben rejects", decide<kBen, DecisionKind::kReject>, nullptr},
    {"cleo rejects", decide<kCleo, DecisionKind::kReject>, nullptr},
    {"dan approves", decide<kDan, DecisionKind::kApprove>, nullptr},
    {"ben takes his decision back", take_back, nullptr},
    {"cleo delegates to dan", delegate<kCleo, kDan>, nullptr},
    {"cleo delegates to ben", delegate<kCleo, kBen>, nullptr},
    {"ben delegates to ana", delegate<kBen, kAna>, nullptr},
    {"ben edits to 50", edit<kBen, 50>, nullptr},
    {"cleo edits to 500", edit<kCleo, 500>, nullptr},
    {"ben edits to 5000", edit<kBen, 5000>, nullptr},
    {"ben says it happened", answer<kBen, true>, nullptr},
    {"cleo says it did not happen", answer<kCleo, false>, nullptr},
    {"a deadline's timer fires", expire, nullptr},
    {"time passes", nullptr, tick},
    {"the kill switch is thrown or lifted", nullptr, throw_or_lift},
    {"the policy changes", nullptr, next_policy},
    {"ben leaves or joins the group", nullptr, move_ben},
};

Context context_of(const World& world, const Wish& wish) {
  return {.tenant = "default",
          .stream = kWorkflow,
          .now = world.now,
          .actor = wish.actor,
          .on_behalf_of = wish.actor.kind == ActorKind::kAgent ? "ana" : "",
          .door = Door::kRest,
          .directory = &directory_of(world),
          .policy = policy_of(world),
          .grant_lifetime_ms = kGrantMs};
}

// One event after the other, each judged against what was before it.
void fold(Step& step, const World& first, const Wish& wish, const Events& events, Counts& counts) {
  World& world = *step.world;
  World kept;
  const World* before = &first;
  bool rolled_back = false;
  for (const event::Event& payload : events) {
    if (&payload != &events.front()) {
      kept = world;
      before = &kept;
    }
    event::Recorded recorded;
    recorded.version = world.workflow.version + 1;
    recorded.at = world.now;
    recorded.actor = wish.actor;
    if (wish.actor.kind == ActorKind::kAgent) recorded.on_behalf_of = "ana";
    recorded.payload = payload;
    if (const auto why = misfit(world.workflow, recorded); !why.empty()) {
      step.broken.push_back("P10: " + std::string(why));
      return;
    }
    world.workflow = evolve(std::move(world.workflow), recorded);
    for (std::string& what : judge(*before, recorded, world, counts))
      step.broken.push_back(std::move(what));
    rolled_back = rolled_back || std::holds_alternative<event::WorkflowRolledBack>(payload);
    step.happened.push_back(std::move(recorded));
  }
  for (std::string& what : judge_whole(first, world, rolled_back))
    step.broken.push_back(std::move(what));
}

World after(std::initializer_list<const Move*> moves) {
  Counts counts{};
  const Move created{
      "create",
      [](const World&) {
        return std::optional(Wish{agent(), command::CreateWorkflow{.agent = "refunds"}});
      },
      nullptr};
  World world = *make(World{}, created, counts).world;
  for (const Move* move : moves) world = *make(world, *move, counts).world;
  return world;
}

}  // namespace

std::span<const Move> all_moves() { return kMoves; }

Step make(const World& world, const Move& move, Counts& counts) {
  Step step;
  if (move.change != nullptr) {
    step.world = world;
    move.change(*step.world);
    return step;
  }
  const std::optional<Wish> wish = move.wish(world);
  if (!wish) return step;
  const Result<Events> events = decide(world.workflow, wish->command, context_of(world, *wish));
  if (!events || events->empty()) return step;
  step.world = world;
  step.broken = judge_wish(world, wish->command);
  fold(step, world, *wish, *events, counts);
  return step;
}

std::vector<Beginning> beginnings() {
  const auto move = [](const char* name) {
    for (const Move& one : kMoves)
      if (std::string(one.name) == name) return &one;
    return static_cast<const Move*>(nullptr);
  };
  const Move* turn = move("a worker takes the turn over");
  const Move* large = move("the agent opens 5000");
  const Move* middling = move("the agent opens 500");
  const Move* ben = move("ben approves");
  return {{"a turn", after({turn})},
          {"two are to agree", after({turn, large})},
          {"one is to agree", after({turn, middling})},
          {"an idempotent call runs", after({turn, middling, ben, middling})},
          {"a call runs", after({turn, large, ben, move("cleo approves"), large})}};
}

}  // namespace fermata::model_check

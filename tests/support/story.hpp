#pragma once

// Given-when-then for the core: a tenant with people and a policy, one workflow, and commands sent
// to it. No clock, no database: the story's own time only moves when it is told to.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/decide.hpp"

namespace fermata::testing {

inline constexpr const char* kWorkflow = "wf_00000000000000000000000001";

// finance = ana, ben, cleo; ops = dan; ana is who the agent works for. Refunds up to 100 run, above
// one of finance must agree, above 1000 two; "drop_database" is denied; anything else asks ops.
class Story {
 public:
  Story() {
    for (const char* id : {"ana", "ben", "cleo", "dan"})
      directory.people[id] = {.id = id, .name = id};
    directory.groups["finance"] = {"finance", "Finance", {"ana", "ben", "cleo"}};
    directory.groups["ops"] = {"ops", "Operations", {"dan"}};
    policy.hash = "policy-1";
    policy.rules = {
        rule("small refunds run", "refund", Operator::kLte, 100, Effect::kAllow, {}),
        rule("refunds ask", "refund", Operator::kGt, 100, Effect::kAsk, {{"finance", 1, 1}}),
        rule("large refunds", "refund", Operator::kGt, 1000, Effect::kAsk, {{"finance", 2, 1}}),
        {.name = "never", .tool = "drop_database", .effect = Effect::kDeny},
    };
    policy.fallback = {
        .name = "default", .tool = "*", .effect = Effect::kAsk, .thresholds = {{"ops", 1, 1}}};
  }

  static Rule rule(std::string name,
                   std::string tool,
                   Operator op,
                   int amount,
                   Effect effect,
                   std::vector<Threshold> thresholds) {
    Rule made;
    made.name = std::move(name);
    made.tool = std::move(tool);
    made.when = {{"amount", op, json::Value(amount)}};
    made.effect = effect;
    made.thresholds = std::move(thresholds);
    return made;
  }

  static Actor agent() { return {ActorKind::kAgent, "refunds"}; }
  static Actor person(std::string id) { return {ActorKind::kPerson, std::move(id)}; }
  static Actor timer() { return {ActorKind::kSystem, "timer"}; }

  // Decides and, if that is not refused, folds.
  Result<Events> when(const Actor& actor, const command::Command& command) {
    Context context{.tenant = "default",
                    .stream = stream,
                    .now = now,
                    .actor = actor,
                    .on_behalf_of = actor.kind == ActorKind::kAgent ? "ana" : "",
                    .door = Door::kRest,
                    .directory = &directory,
                    .policy = has_policy ? &policy : nullptr,
                    .grant_lifetime_ms = 1'000'000,
                    .limits = limits,
                    .attention = attention ? &*attention : nullptr,
                    .native_agents = &native_agents};
    Result<Events> events = decide(workflow, command, context);
    if (events)
      for (const event::Event& payload : *events) fold(actor, payload);
    return events;
  }

  void fold(const Actor& actor, const event::Event& payload) {
    event::Recorded recorded;
    recorded.version = workflow.version + 1;
    recorded.at = now;
    recorded.actor = actor;
    if (actor.kind == ActorKind::kAgent) recorded.on_behalf_of = "ana";
    recorded.payload = payload;
    history.push_back(recorded);
    workflow = evolve(std::move(workflow), recorded);
  }

  // Shorthands for the usual beginning; each asserts that it was accepted.
  Story& created() { return done(when(agent(), command::CreateWorkflow{.agent = "refunds"})); }
  std::int64_t turn(const std::string& worker = "w1", bool takeover = true) {
    done(when(agent(), command::StartTurn{.worker = worker, .takeover = takeover}));
    return workflow.turn->n;
  }
  command::OpenCall refund(std::int64_t amount,
                           const std::string& key = "a/t:1",
                           bool idempotent = false) const {
    command::OpenCall open;
    open.turn = workflow.turn ? workflow.turn->n : 0;
    open.key = key;
    open.tool = "refund";
    open.arguments = {{"ticket", "T-1"}, {"amount", amount}};
    open.idempotent = idempotent;
    return open;
  }
  Result<Events> decide_as(const std::string& who,
                           DecisionKind kind,
                           const std::string& reason = "because",
                           std::int64_t amount = 0) {
    command::DecideApproval decision;
    decision.approval = workflow.approvals.back().id;
    decision.decision = kind;
    decision.hash = workflow.approvals.back().hash;
    decision.reason = reason;
    if (kind == DecisionKind::kEdit) decision.arguments = {{"ticket", "T-1"}, {"amount", amount}};
    return when(person(who), decision);
  }
  command::CloseCall close(const json::Value& result = "paid") const {
    const Call& call = workflow.calls.back();
    return {workflow.turn ? workflow.turn->n : 0,
            call.id,
            call.grant ? call.grant->id : "",
            call.hash,
            result,
            std::nullopt};
  }
  const Approval& approval() const { return workflow.approvals.back(); }
  const Call& call() const { return workflow.calls.back(); }

  std::string stream = kWorkflow;
  Directory directory;
  Policy policy;
  bool has_policy = true;
  Limits limits;
  std::optional<Attention> attention;  // What people have before them already.
  std::set<std::string> native_agents;
  Workflow workflow;
  TimeMs now = 1'700'000'000'000;
  std::vector<event::Recorded> history;

 private:
  Story& done(const Result<Events>& events) {
    EXPECT_TRUE(events.has_value()) << (events ? "" : events.error().reason);
    return *this;
  }
};

template <class E>
bool has(const Result<Events>& events) {
  if (!events) return false;
  for (const event::Event& event : *events)
    if (std::holds_alternative<E>(event)) return true;
  return false;
}

inline std::string reason(const Result<Events>& events) {
  return events ? "accepted" : events.error().reason;
}

}  // namespace fermata::testing

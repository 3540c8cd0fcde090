// Standing permissions: what they cover, whose yes they are, and when they end.

#include "core/permission/permission.hpp"

#include <functional>

#include "core/permission/permitted.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

constexpr std::int64_t kHour = 3'600'000;

// The way through both streams that the engine goes: the use first, then the call.
class Office {
 public:
  Office() {
    story.created();
    story.turn();
  }

  static PermissionTerms terms(json::Object when = {{"amount", json::Object{{"lte", 500}}}}) {
    return {.tool = "refund",
            .definition_hash = "",
            .agent = "refunds",
            .when = std::move(when),
            .until = Story().now + 2 * kHour,
            .calls = 5,
            .sum_of = "",
            .sum_most = ""};
  }

  Result<Events> directory(const Actor& actor, const command::Command& command) {
    const Context context = context_of(actor);
    Result<Events> events = decide(story.directory, command, context);
    if (!events) return events;
    for (const event::Event& payload : *events) {
      event::Recorded recorded;
      recorded.version = ++version_;
      recorded.at = story.now;
      recorded.actor = actor;
      recorded.payload = payload;
      story.directory = evolve(std::move(story.directory), recorded);
    }
    return events;
  }

  std::string give(const std::string& who, const PermissionTerms& terms) {
    return reason(directory(Story::person(who), command::GivePermission{terms, "backlog"}));
  }

  std::optional<command::UsePermission> sought(const command::OpenCall& open,
                                               const std::vector<std::string>& tried = {}) {
    const Context context = context_of(Story::agent());
    const Result<Events> decided = decide(story.workflow, open, context);
    EXPECT_TRUE(decided) << reason(decided);
    if (!decided) return std::nullopt;
    return permission_sought(story.workflow, open, *decided, context, tried);
  }

  // "runs" or "asks".
  std::string open(const command::OpenCall& call) {
    if (const auto use = sought(call)) {
      EXPECT_TRUE(directory(Story::agent(), *use));
    }
    const Result<Events> events = story.when(Story::agent(), call);
    if (has<event::CallPermitted>(events) && has<event::CallStarted>(events)) return "runs";
    return has<event::ApprovalRequested>(events) ? "asks" : reason(events);
  }

  const Permission& permission() const { return *story.directory.permissions.all().back(); }

  Context context_of(const Actor& actor) const {
    return {.tenant = "default",
            .stream = story.stream,
            .now = story.now,
            .actor = actor,
            .on_behalf_of = actor.kind == ActorKind::kAgent ? "ana" : "",
            .door = Door::kRest,
            .directory = &story.directory,
            .policy = &story.policy,
            .grant_lifetime_ms = 24 * kHour,
            .limits = limits};
  }

  Story story;
  Limits limits;

 private:
  std::int64_t version_ = 0;
};

TEST(Permission, lets_a_call_run_that_people_agreed_to_before) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500)), "runs");
  EXPECT_EQ(office.story.call().state, CallState::kRunning);
  EXPECT_EQ(office.story.call().permission, office.permission().id);
  EXPECT_EQ(office.permission().uses.size(), 1U);
}

TEST(Permission, covers_only_what_it_says) {
  Office office;
  ASSERT_EQ(office.give("ben",
                        Office::terms({{"amount", json::Object{{"lte", 500}}},
                                       {"ticket", json::Object{{"in", json::Array{"T-1"}}}}})),
            "accepted");
  EXPECT_EQ(office.open(office.story.refund(501, "k1")), "asks");
  command::OpenCall other = office.story.refund(500, "k2");
  other.arguments = {{"ticket", "T-2"}, {"amount", 500}};
  EXPECT_EQ(office.open(other), "asks");
  other.key = "k3";
  other.arguments = {{"ticket", "T-1"}, {"amount", "500"}};  // Text is no amount.
  EXPECT_EQ(office.open(other), "asks");
  EXPECT_EQ(office.open(office.story.refund(500, "k4")), "runs");
}

TEST(Permission, P1_counts_whoever_gave_it_as_an_approver_of_the_call_and_nobody_else) {
  Office office;
  ASSERT_EQ(office.give("dan", Office::terms()), "accepted");  // Of ops, not of finance.
  EXPECT_EQ(office.open(office.story.refund(500, "k1")), "asks");
}

TEST(Permission, P1_what_needs_two_needs_two) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms({{"amount", json::Object{{"lte", 5000}}}})),
            "accepted");
  EXPECT_EQ(office.open(office.story.refund(2000, "k1")), "asks");
  EXPECT_EQ(reason(office.directory(Story::person("cleo"),
                                    command::JoinPermission{office.permission().id})),
            "accepted");
  EXPECT_EQ(office.open(office.story.refund(2000, "k2")), "runs");
}

// Who decides a request decides it once, in a stage that is open; so it is with a permission.
TEST(Permission, P1_one_person_is_not_two_stages) {
  Office office;
  Threshold second{"ops", 1, 1};
  second.stage = 2;
  office.story.policy.rules[1].thresholds.push_back(second);
  office.story.directory.groups["ops"].members = {"ben", "dan"};
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500, "k1")), "asks") << "ben alone";
  const auto join = [&](const char* who) {
    return reason(
        office.directory(Story::person(who), command::JoinPermission{office.permission().id}));
  };
  EXPECT_EQ(join("cleo"), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500, "k2")), "runs") << "cleo first, then ben";
}

TEST(Permission, P1_who_may_only_veto_agrees_to_nothing) {
  Office office;
  Threshold veto{"ops", 1, 1};
  veto.veto = true;
  office.story.policy.rules[1].thresholds.push_back(veto);
  ASSERT_EQ(office.give("dan", Office::terms()), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500, "k1")), "asks");
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500, "k2")), "runs");
}

TEST(Permission, P3_whom_the_agent_works_for_does_not_count) {
  Office office;
  ASSERT_EQ(office.give("ana", Office::terms()), "accepted");
  EXPECT_EQ(office.open(office.story.refund(500)), "asks");
}

TEST(Permission, P1_who_left_the_group_no_longer_counts) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  office.story.directory.groups["finance"].members.erase("ben");
  EXPECT_EQ(office.open(office.story.refund(500)), "asks");
}

TEST(Permission, only_people_give_and_join_one) {
  Office office;
  for (const Actor& actor : {Story::agent(), Actor{ActorKind::kAdmin, "admin"}, Story::timer()})
    EXPECT_EQ(reason(office.directory(actor, command::GivePermission{Office::terms(), ""})),
              "auth.kind_not_allowed");
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(
      reason(office.directory(Story::agent(), command::JoinPermission{office.permission().id})),
      "auth.kind_not_allowed");
}

TEST(Permission, is_never_about_a_name_alone_and_always_ends) {
  Office office;
  const auto refused = [&](const std::function<void(PermissionTerms&)>& change) {
    PermissionTerms terms = Office::terms();
    change(terms);
    return office.give("ben", terms);
  };
  const std::string bad = "permission.bad_terms";
  EXPECT_EQ(refused([](auto& t) { t.when = {}; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.when = {{"amount", json::Object{}}}; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.when = {{"amount", json::Object{{"exists", true}}}}; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.when = {{"to", json::Object{{"glob", "**"}}}}; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.tool = "*"; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.agent = ""; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.until = 0; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.until += 400 * 24 * kHour; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.calls = 0; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.sum_of = "amount"; }), bad);
  EXPECT_EQ(refused([](auto& t) { t.sum_most = "5"; }), bad);
}

TEST(Permission, ends_at_its_time_after_its_calls_and_at_its_sum) {
  Office late;
  ASSERT_EQ(late.give("ben", Office::terms()), "accepted");
  late.story.now += 2 * kHour;
  EXPECT_EQ(late.open(late.story.refund(500)), "asks");

  Office often;
  ASSERT_EQ(often.give("ben", Office::terms()), "accepted");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(often.open(often.story.refund(200, "k" + std::to_string(i))), "runs");
  EXPECT_EQ(often.open(often.story.refund(200, "k5")), "asks");
  EXPECT_EQ(status(often.permission(), often.story.now), PermissionStatus::kUsedUp);

  Office much;
  PermissionTerms terms = Office::terms();
  terms.sum_of = "amount";
  terms.sum_most = "500";
  ASSERT_EQ(much.give("ben", terms), "accepted");
  EXPECT_EQ(much.open(much.story.refund(300, "k1")), "runs");
  EXPECT_EQ(much.open(much.story.refund(201, "k2")), "asks");
  EXPECT_EQ(much.open(much.story.refund(200, "k3")), "runs");
  EXPECT_EQ(much.permission().sum, Decimal(500));
}

TEST(Permission, an_amount_below_zero_gives_nothing_back) {
  Office office;
  PermissionTerms terms = Office::terms({{"ticket", json::Object{{"eq", "T-1"}}}});
  terms.sum_of = "amount";
  terms.sum_most = "500";
  // The policy asks about whatever is not above 100 as well.
  office.story.policy.rules = {
      Story::rule("all", "refund", Operator::kLt, 1'000'000, Effect::kAsk, {{"finance", 1, 1}})};
  ASSERT_EQ(office.give("ben", terms), "accepted");
  EXPECT_EQ(office.open(office.story.refund(-400, "k1")), "asks");
  EXPECT_EQ(office.permission().sum, Decimal());
}

TEST(Permission, is_revoked_at_once_also_between_its_use_and_the_call) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  const auto use = office.sought(office.story.refund(500));
  ASSERT_TRUE(use);
  ASSERT_TRUE(has<event::PermissionUsed>(office.directory(Story::agent(), *use)));
  ASSERT_EQ(reason(office.directory(Story::person("dan"),
                                    command::RevokePermission{office.permission().id, "stop"})),
            "accepted");
  EXPECT_TRUE(
      has<event::ApprovalRequested>(office.story.when(Story::agent(), office.story.refund(500))));
}

TEST(Permission, one_call_is_one_use_however_often_it_is_tried) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  const auto use = office.sought(office.story.refund(500));
  ASSERT_TRUE(use);
  EXPECT_TRUE(has<event::PermissionUsed>(office.directory(Story::agent(), *use)));
  EXPECT_EQ(office.directory(Story::agent(), *use)->size(), 0U);
  EXPECT_EQ(office.open(office.story.refund(500)), "runs");
  EXPECT_EQ(office.permission().uses.size(), 1U);
}

TEST(Permission, P5_a_use_is_of_one_H) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  auto use = office.sought(office.story.refund(500));
  ASSERT_TRUE(use);
  ASSERT_TRUE(has<event::PermissionUsed>(office.directory(Story::agent(), *use)));
  use->hash = "another";
  EXPECT_EQ(reason(office.directory(Story::agent(), *use)), "permission.not_covered");
  const auto events = office.story.when(Story::agent(), office.story.refund(400));
  EXPECT_TRUE(has<event::ApprovalRequested>(events)) << "the use was of another call's H";
}

TEST(Permission, is_void_for_another_definition_of_the_tool_and_for_another_agent) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  command::OpenCall open = office.story.refund(500, "k1");
  open.definition_hash = "another";
  EXPECT_EQ(office.open(open), "asks");
  PermissionTerms terms = Office::terms();
  terms.agent = "payments";
  Office others;
  ASSERT_EQ(others.give("ben", terms), "accepted");
  EXPECT_EQ(others.open(others.story.refund(500)), "asks");
}

TEST(Permission, never_goes_round_a_denial_a_wait_or_a_question) {
  Office office;
  PermissionTerms terms = Office::terms({{"name", json::Object{{"eq", "x"}}}});
  terms.tool = "drop_database";
  ASSERT_EQ(office.give("dan", terms), "accepted");
  command::OpenCall open = office.story.refund(1, "k1");
  open.tool = "drop_database";
  open.arguments = {{"name", "x"}};
  EXPECT_FALSE(office.sought(open));
  EXPECT_TRUE(has<event::CallDenied>(office.story.when(Story::agent(), open)));

  Office waiting;
  waiting.story.policy.rules[1].terms.effect_wait_ms = kHour;
  ASSERT_EQ(waiting.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(waiting.open(waiting.story.refund(500)), "asks");

  Office asking;
  terms.tool = std::string(kRequestApproval);
  terms.when = {{"action", json::Object{{"eq", "refund"}}}};
  ASSERT_EQ(asking.give("ben", terms), "accepted");
  open.tool = terms.tool;
  open.arguments = {{"action", "refund"}, {"arguments", json::Object{{"amount", 500}}}};
  EXPECT_EQ(asking.open(open), "asks");
}

TEST(Permission, is_not_used_while_the_kill_switch_holds) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  const auto use = office.sought(office.story.refund(500));
  ASSERT_TRUE(use);
  const command::ThrowSwitch stop{"", "", "stop", true};
  ASSERT_EQ(reason(office.directory(Story::person("dan"), stop)), "accepted");
  EXPECT_EQ(reason(office.directory(Story::agent(), *use)), "switch.frozen");
}

TEST(KillSwitch, is_thrown_by_one_person_only_so_often_and_by_an_admin_always) {
  Office office;
  office.limits.freezes_per_hour = 2;
  const auto freeze = [&](const Actor& actor, const std::string& tool) {
    return reason(office.directory(actor, command::ThrowSwitch{"", tool, "stop"}));
  };
  EXPECT_EQ(freeze(Story::person("dan"), "a"), "accepted");
  EXPECT_EQ(freeze(Story::person("dan"), "b"), "accepted");
  EXPECT_EQ(freeze(Story::person("dan"), "c"), "switch.too_many");
  EXPECT_EQ(freeze(Story::person("ben"), "c"), "accepted") << "each counts for themselves";
  EXPECT_EQ(freeze({ActorKind::kAdmin, "root"}, "d"), "accepted");
  EXPECT_EQ(freeze({ActorKind::kAdmin, "root"}, "e"), "accepted");
  EXPECT_EQ(freeze({ActorKind::kAdmin, "root"}, "f"), "accepted");
  office.story.now += 3'600'000;
  EXPECT_EQ(freeze(Story::person("dan"), "c"), "accepted") << "it is held already";
  EXPECT_EQ(freeze(Story::person("dan"), "g"), "accepted");
}

TEST(Permission, memory_holds_so_many_however_many_there_were) {
  Office office;
  PermissionTerms terms = Office::terms();
  terms.calls = 1;
  for (int i = 0; i < 2500; ++i) {
    ASSERT_EQ(office.give("ben", terms), "accepted");
    const std::string key = "k" + std::to_string(i);
    ASSERT_TRUE(office.directory(Story::agent(),
                                 command::UsePermission{"pm_" + std::to_string(i + 1),
                                                        "wf",
                                                        key,
                                                        0,
                                                        "h",
                                                        "refund",
                                                        "",
                                                        "refunds",
                                                        {{"amount", 5}}}));
  }
  EXPECT_LE(office.story.directory.permissions.all().size(), 2000U);
  EXPECT_EQ(office.story.directory.permissions_given, 2500);
}

TEST(Permission, looks_at_no_more_than_its_limit) {
  Office office;
  json::Array many;
  for (int i = 0; i < 2000; ++i) many.emplace_back("account-" + std::to_string(i));
  PermissionTerms terms = Office::terms({{"account", json::Object{{"in", std::move(many)}}}});
  EXPECT_EQ(office.give("ben", terms), "permission.too_large");
  office.limits.permission_bytes = 1 << 20;
  EXPECT_EQ(office.give("ben", terms), "accepted");
}

TEST(Permission, all_that_have_not_ended_allow_so_many_calls_and_no_more) {
  Office office;
  office.limits.permitted_calls = 12;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  EXPECT_EQ(office.give("ben", Office::terms()), "permission.too_many") << "three times 5";
  ASSERT_TRUE(
      office.directory(Story::person("dan"), command::RevokePermission{"pm_1", "not needed"}));
  EXPECT_EQ(office.give("ben", Office::terms()), "accepted");
}

TEST(Permission, what_has_ended_keeps_its_count_and_not_its_uses) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  ASSERT_EQ(office.open(office.story.refund(500)), "runs");
  Office late = office;
  ASSERT_TRUE(office.directory(Story::person("dan"), command::RevokePermission{"pm_1", "stop"}));
  EXPECT_EQ(office.permission().uses.size(), 0U);
  EXPECT_EQ(office.permission().used, 1);
  EXPECT_EQ(status(office.permission(), office.story.now), PermissionStatus::kRevoked);

  late.story.now += 3 * kHour;
  PermissionTerms next = Office::terms();
  next.until = late.story.now + kHour;
  ASSERT_EQ(late.give("ben", next), "accepted");
  const Permission& first = late.story.directory.permissions.at("pm_1");
  EXPECT_EQ(first.uses.size(), 0U);
  EXPECT_EQ(first.used, 1);
  EXPECT_EQ(status(first, late.story.now - 3 * kHour), PermissionStatus::kEnded)
      << "a clock that goes back does not let it begin again";
}

TEST(Permission, P9_a_use_is_known_until_its_permission_ends_however_many_there_are) {
  Office office;
  PermissionTerms terms = Office::terms();
  terms.calls = 3000;
  ASSERT_EQ(office.give("ben", terms), "accepted");
  command::UsePermission use{"pm_1", "wf", "k", 0, "h", "refund", "", "refunds", {{"amount", 5}}};
  for (int i = 0; i < 1000; ++i) {
    use.call_key = "k" + std::to_string(i);
    ASSERT_TRUE(office.directory(Story::agent(), use));
  }
  const Directory seen = office.story.directory;
  for (int i = 0; i < 1000; ++i) {
    use.call_key = "k" + std::to_string(i);
    use.hash = "h";
    ASSERT_EQ(office.directory(Story::agent(), use)->size(), 0U) << use.call_key;
    use.hash = "another";
    ASSERT_EQ(reason(office.directory(Story::agent(), use)), "permission.not_covered");
  }
  use.call_key = "one more";
  ASSERT_TRUE(office.directory(Story::agent(), use));
  EXPECT_EQ(seen.permissions.at("pm_1").used, 1000) << "what was handed out stays as it was";
  EXPECT_EQ(office.permission().used, 1001);
}

// At each use a directory is handed out anew; what it has no part in is not copied for it.
TEST(Permission, a_use_copies_nothing_that_it_does_not_change) {
  Office office;
  ASSERT_EQ(office.give("ben", Office::terms({{"amount", json::Object{{"lte", 1}}}})), "accepted");
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  const Directory before = office.story.directory;
  ASSERT_EQ(office.open(office.story.refund(500)), "runs");
  const Directory& after = office.story.directory;
  EXPECT_TRUE(after.policies.same(before.policies));
  EXPECT_TRUE(after.people.same(before.people));
  EXPECT_TRUE(after.keys.same(before.keys));
  EXPECT_TRUE(after.permissions.all()[0].same(before.permissions.all()[0]));
  EXPECT_FALSE(after.permissions.all()[1].same(before.permissions.all()[1]));
  EXPECT_TRUE(after.permissions.all()[1]->terms.same(before.permissions.all()[1]->terms));
  EXPECT_TRUE(after.permissions.all()[1]->conditions.same(before.permissions.all()[1]->conditions));
}

TEST(Permission, of_several_the_one_that_ends_first_is_used_and_then_the_next) {
  Office office;
  PermissionTerms terms = Office::terms();
  terms.until += kHour;
  for (int i = 0; i < 10; ++i) ASSERT_EQ(office.give("ben", terms), "accepted");
  ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
  const auto call = office.story.refund(500);
  EXPECT_EQ(office.sought(call)->permission, "pm_11");
  EXPECT_EQ(office.sought(call, {"pm_11"})->permission, "pm_1");
  EXPECT_EQ(office.sought(call, {"pm_11", "pm_1"})->permission, "pm_2") << "10 comes after 9";
}

TEST(Permission, P13_on_another_branch_it_is_another_use) {
  Office office;
  PermissionTerms terms = Office::terms();
  terms.calls = 1;
  ASSERT_EQ(office.give("ben", terms), "accepted");
  ASSERT_EQ(office.open(office.story.refund(500)), "runs");
  ASSERT_TRUE(office.story.when(Story::agent(), office.story.close()));
  ASSERT_EQ(reason(office.story.when(
                Story::person("dan"),
                command::RollBack{office.story.workflow.checkpoints.front().id, "wrong"})),
            "accepted");
  office.story.turn();
  EXPECT_EQ(office.open(office.story.refund(500)), "asks");
}

TEST(Permission, P17_what_is_in_doubt_runs_again_only_while_it_stands) {
  for (const bool revoked : {false, true}) {
    Office office;
    ASSERT_EQ(office.give("ben", Office::terms()), "accepted");
    command::OpenCall call = office.story.refund(500, "k1", true);
    ASSERT_EQ(office.open(call), "runs");
    if (revoked) {
      ASSERT_EQ(reason(office.directory(
                    Story::person("ben"),
                    command::RevokePermission{office.permission().id, "they changed it"})),
                "accepted");
    }
    call.turn = office.story.turn("w2");  // The first one is gone.
    const Result<Events> again = office.story.when(Story::agent(), call);
    EXPECT_EQ(has<event::CallStarted>(again), !revoked);
    EXPECT_EQ(has<event::ApprovalRequested>(again), revoked);
  }
}

}  // namespace
}  // namespace fermata::testing

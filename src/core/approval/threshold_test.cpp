// Stages, choices, vetoes, weights and delegates.

#include "core/approval/tally.hpp"
#include "tests/support/story.hpp"

namespace fermata::testing {
namespace {

// finance = ana, ben, cleo; ops = dan; legal = eve, fay; ana's agent asks.
Story asking(std::vector<Threshold> thresholds) {
  Story story;
  for (const char* id : {"eve", "fay"}) story.directory.people[id] = {.id = id, .name = id};
  story.directory.groups["legal"] = {"legal", "", {"eve", "fay"}};
  story.policy.rules = {Story::rule(
      "refunds", "refund", Operator::kGt, 0, Effect::kAsk, combine(std::move(thresholds), {}))};
  story.created();
  story.turn();
  EXPECT_TRUE(has<event::ApprovalRequested>(story.when(Story::agent(), story.refund(500))));
  return story;
}

std::string approve(Story& story, const std::string& who) {
  return reason(story.decide_as(who, DecisionKind::kApprove));
}
std::string reject(Story& story, const std::string& who) {
  return reason(story.decide_as(who, DecisionKind::kReject));
}

std::string delegate(Story& story,
                     const std::string& from,
                     const std::string& to,
                     std::optional<TimeMs> until = std::nullopt) {
  return reason(story.when(Story::person(from),
                           command::DelegateApproval{story.approval().id, to, "away", until}));
}

TEST(Thresholds, a_later_stage_waits_for_the_one_before) {
  Threshold second{"legal", 1, 1};
  second.stage = 2;
  Story story = asking({{"finance", 1, 1}, second});
  EXPECT_EQ(approve(story, "eve"), "approval.stage_not_open");
  EXPECT_EQ(approve(story, "ben"), "accepted");
  EXPECT_TRUE(story.approval().pending());
  EXPECT_EQ(approve(story, "eve"), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kApproved);
}

TEST(Thresholds, P1_who_left_the_first_stage_closes_the_second) {
  Threshold second{"legal", 1, 1};
  second.stage = 2;
  Story story = asking({{"finance", 1, 1}, second});
  ASSERT_EQ(approve(story, "ben"), "accepted");
  story.directory.groups["finance"].members = {"cleo"};
  EXPECT_EQ(approve(story, "eve"), "approval.stage_not_open");
  EXPECT_TRUE(story.approval().pending());
}

TEST(Thresholds, of_a_choice_one_is_enough_and_all_must_refuse) {
  Threshold finance{"finance", 1, 1}, legal{"legal", 1, 1};
  finance.choice = legal.choice = "either";
  Story one = asking({finance, legal});
  EXPECT_EQ(approve(one, "eve"), "accepted");
  EXPECT_EQ(one.approval().status, ApprovalStatus::kApproved);
  Story both = asking({finance, legal});
  EXPECT_EQ(reject(both, "ben"), "accepted");
  EXPECT_TRUE(both.approval().pending());
  EXPECT_EQ(reject(both, "eve"), "accepted");
  EXPECT_EQ(both.approval().status, ApprovalStatus::kRejected);
}

TEST(Thresholds, a_veto_only_refuses_and_does_so_at_any_time) {
  Threshold veto{"legal", 1, 1};
  veto.veto = true;
  veto.stage = 3;
  Story story = asking({{"finance", 2, 1}, veto});
  EXPECT_EQ(approve(story, "eve"), "approval.veto_only");
  EXPECT_EQ(approve(story, "ben"), "accepted");
  EXPECT_EQ(reject(story, "eve"), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kRejected);
}

TEST(Thresholds, P2_vetoes_alone_never_approve) {
  Threshold veto{"finance", 1, 1};
  veto.veto = true;
  Story story = asking({veto});
  EXPECT_EQ(approve(story, "ben"), "approval.veto_only");
  EXPECT_EQ(verdict(story.approval(), story.directory), Verdict::kOpen);
}

TEST(Thresholds, a_weight_counts_for_several) {
  Threshold weighed{"finance", 3, 2};
  weighed.weights = {{"role:cfo", 2}};
  Story story = asking({weighed});
  story.directory.people["ben"].roles = {"cfo"};
  EXPECT_EQ(approve(story, "ben"), "accepted");
  EXPECT_TRUE(story.approval().pending());
  EXPECT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kApproved);
  Story refused = asking({weighed});
  refused.directory.people["ben"].roles = {"cfo"};
  EXPECT_EQ(reject(refused, "ben"), "accepted");
  EXPECT_EQ(refused.approval().status, ApprovalStatus::kRejected);
}

TEST(Thresholds, says_what_is_needed_and_who_can_give_it) {
  Threshold second{"legal", 2, 1};
  second.stage = 2;
  Story story = asking({{"finance", 2, 1}, second});
  ASSERT_EQ(approve(story, "ben"), "accepted");
  const auto open = needs(story.approval(), story.directory, story.now);
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[0].missing, 1);
  EXPECT_EQ(open[0].people, std::vector<std::string>{"cleo"});  // ana is a party, ben has decided.
  EXPECT_TRUE(open[0].line.open);
  EXPECT_EQ(open[1].missing, 2);
  EXPECT_FALSE(open[1].line.open);
  EXPECT_TRUE(open[1].possible);
  story.directory.groups["legal"].members = {"eve"};
  EXPECT_FALSE(needs(story.approval(), story.directory, story.now)[1].possible);
}

TEST(Thresholds, says_whom_a_later_stage_needs_and_that_it_has_become_a_dead_end) {
  Threshold second{"person:cleo", 1, 1};
  second.stage = 2;
  Story story = asking({{"finance or legal", 2, 1}, second});
  const auto at_first = needs(story.approval(), story.directory, story.now);
  EXPECT_TRUE(at_first[0].possible && at_first[1].possible);
  EXPECT_EQ(at_first[0].needed_later, std::vector<std::string>{"cleo"});
  EXPECT_TRUE(at_first[1].needed_later.empty());
  ASSERT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_FALSE(needs(story.approval(), story.directory, story.now)[1].possible);
}

TEST(Thresholds, says_from_the_start_that_stages_want_more_people_than_there_are) {
  Threshold second{"finance", 1, 1};
  second.stage = 2;
  Story story = asking({{"finance", 2, 1}, second});  // ben and cleo; ana is a party.
  const auto open = needs(story.approval(), story.directory, story.now);
  EXPECT_TRUE(open[0].possible);
  EXPECT_FALSE(open[1].possible);
}

std::string ignore(Story& story, const std::string& who) {
  return reason(story.decide_as(who, DecisionKind::kIgnore));
}

TEST(Thresholds, a_dismissal_is_no_rejection_and_one_rejection_is_one) {
  Story dismissed = asking({{"finance or legal", 2, 2}});
  ASSERT_EQ(ignore(dismissed, "ben"), "accepted");
  ASSERT_EQ(ignore(dismissed, "eve"), "accepted");
  EXPECT_EQ(dismissed.approval().status, ApprovalStatus::kIgnored);
  for (const bool rejects_first : {true, false}) {
    Story mixed = asking({{"finance or legal", 2, 2}});
    ASSERT_EQ(rejects_first ? reject(mixed, "ben") : ignore(mixed, "eve"), "accepted");
    EXPECT_TRUE(mixed.approval().pending());
    ASSERT_EQ(rejects_first ? ignore(mixed, "eve") : reject(mixed, "ben"), "accepted");
    EXPECT_EQ(mixed.approval().status, ApprovalStatus::kRejected);
    EXPECT_EQ(mixed.approval().outcome->by, "ben");
  }
}

TEST(Thresholds, who_agrees_agrees_on_one_outcome_and_a_no_waits_for_nothing) {
  Story story = asking({{"finance or legal", 3, 1}});
  const auto choose = [&](const std::string& who, DecisionKind kind, const std::string& outcome) {
    command::DecideApproval wish{
        story.approval().id, kind, story.approval().hash, outcome == "no" ? "no" : "", {}, {}, {}};
    wish.outcome = outcome;
    return reason(story.when(Story::person(who), wish));
  };
  story.workflow.approvals.back().question.outcomes = {{"slow", DecisionKind::kApprove, "go slow"},
                                                       {"fast", DecisionKind::kApprove, "go fast"},
                                                       {"no", DecisionKind::kReject, "not today"}};
  ASSERT_EQ(choose("ben", DecisionKind::kApprove, "slow"), "accepted");
  EXPECT_EQ(choose("cleo", DecisionKind::kApprove, "fast"), "approval.answers_differ");
  EXPECT_EQ(choose("cleo", DecisionKind::kApprove, ""), "approval.answers_differ");
  EXPECT_EQ(choose("cleo", DecisionKind::kApprove, "slow"), "accepted");
  EXPECT_EQ(choose("eve", DecisionKind::kReject, "no"), "accepted");
  EXPECT_EQ(story.approval().outcome->name, "no");
}

Threshold delegable() {
  Threshold finance{"finance", 2, 1};
  finance.delegate_to = "legal or ops or finance";
  return finance;
}

TEST(Delegation, P2_is_for_whom_the_policy_names_and_else_for_nobody) {
  Story closed = asking({{"finance", 2, 1}});
  EXPECT_EQ(delegate(closed, "ben", "eve"), "approval.delegation_not_allowed");
  Threshold finance{"finance", 2, 1};
  finance.delegate_to = "legal";
  Story story = asking({finance});
  EXPECT_EQ(delegate(story, "ben", "dan"), "approval.delegation_not_allowed");
  EXPECT_EQ(delegate(story, "dan", "eve"), "approval.not_an_approver");
  EXPECT_EQ(delegate(story, "ben", "eve"), "accepted");
  EXPECT_EQ(approve(story, "ben"), "approval.delegated");
  EXPECT_EQ(approve(story, "eve"), "accepted");
  EXPECT_EQ(story.approval().decisions.back().delegated_by, "ben");
}

TEST(Delegation, P3_never_goes_to_the_requester_nor_on_to_another) {
  Story story = asking({delegable()});
  EXPECT_EQ(delegate(story, "ben", "ana"), "approval.requester_decides");
  EXPECT_EQ(delegate(story, "ana", "eve"), "approval.not_an_approver");
  ASSERT_EQ(delegate(story, "ben", "eve"), "accepted");
  EXPECT_EQ(delegate(story, "eve", "fay"), "approval.not_an_approver");
}

TEST(Delegation, P3_one_person_counts_once_whatever_seats_they_hold) {
  Story story = asking({delegable()});
  ASSERT_EQ(delegate(story, "ben", "cleo"), "accepted");
  EXPECT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_EQ(approve(story, "cleo"), "approval.already_decided");
  EXPECT_TRUE(story.approval().pending());
}

TEST(Delegation, P3_one_seat_counts_once_whoever_sits_in_it) {
  Story story = asking({delegable()});
  ASSERT_EQ(delegate(story, "ben", "eve", story.now + 1000), "accepted");
  ASSERT_EQ(approve(story, "eve"), "accepted");
  story.now += 2000;  // It is ben's again, but used.
  EXPECT_EQ(approve(story, "ben"), "approval.already_decided");
  EXPECT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kApproved);
}

TEST(Delegation, P1_dies_with_the_right_of_who_delegated) {
  Story story = asking({delegable()});
  ASSERT_EQ(delegate(story, "ben", "eve"), "accepted");
  ASSERT_EQ(approve(story, "eve"), "accepted");
  story.directory.groups["finance"].members = {"ana", "cleo"};
  EXPECT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_TRUE(story.approval().pending());
}

TEST(Delegation, ends_with_its_date_or_by_who_delegated) {
  Story story = asking({delegable()});
  ASSERT_EQ(delegate(story, "ben", "eve", story.now + 1000), "accepted");
  story.now += 1000;
  EXPECT_EQ(approve(story, "eve"), "approval.not_an_approver");
  ASSERT_EQ(delegate(story, "ben", "eve", story.now + 1000), "accepted");
  EXPECT_EQ(reason(story.when(Story::person("ben"), command::EndDelegation{story.approval().id})),
            "accepted");
  EXPECT_EQ(approve(story, "eve"), "approval.not_an_approver");
  EXPECT_EQ(approve(story, "ben"), "accepted");
}

TEST(Delegation, who_sits_in_anothers_place_hands_their_own_on_to_nobody) {
  Story story = asking({delegable()});
  ASSERT_EQ(delegate(story, "ben", "cleo"), "accepted");
  EXPECT_EQ(delegate(story, "cleo", "eve"), "approval.delegation_not_allowed");
  EXPECT_EQ(approve(story, "cleo"), "accepted") << "no seat is locked (L3)";
}

TEST(Delegation, lends_only_the_seats_that_the_other_may_sit_in) {
  Threshold finance = delegable(), audit{"person:ben", 1, 1};
  finance.approve = 1;
  audit.name = "audit";
  Story story = asking({finance, audit});
  ASSERT_EQ(delegate(story, "ben", "eve"), "accepted");
  const auto open = needs(story.approval(), story.directory, story.now);
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[1].people, std::vector<std::string>{"ben"}) << "of audit he has lent nothing";
  EXPECT_EQ(approve(story, "cleo"), "accepted");
  EXPECT_EQ(approve(story, "ben"), "accepted");
  EXPECT_EQ(story.approval().status, ApprovalStatus::kApproved);
}

TEST(Changes, go_to_and_fro_only_so_often_and_a_yes_can_always_be_taken_back) {
  Threshold two = delegable();
  two.approve = 2;
  Story story = asking({two});
  story.limits.request_changes = 12;
  const auto withdraw = [&] {
    return reason(story.when(Story::person("ben"),
                             command::WithdrawDecision{story.approval().id, "no, wait"}));
  };
  int rounds = 0;
  while (approve(story, "ben") == "accepted" && ++rounds < 100) ASSERT_EQ(withdraw(), "accepted");
  EXPECT_EQ(rounds, 6);
  EXPECT_EQ(approve(story, "ben"), "approval.too_many");
  EXPECT_EQ(reason(story.when(Story::person("ben"), command::ClaimApproval{story.approval().id})),
            "approval.too_many");
  EXPECT_EQ(approve(story, "cleo"), "accepted") << "who has not decided yet";
  EXPECT_EQ(reason(story.when(Story::person("cleo"),
                              command::WithdrawDecision{story.approval().id, "no"})),
            "accepted");
}

TEST(Combine, P1_keeps_two_choices_of_one_name_apart) {
  Threshold finance{"finance", 1, 1}, legal{"legal", 1, 1}, ops{"ops", 1, 1};
  finance.choice = legal.choice = ops.choice = "either";
  const auto combined = combine({finance, legal}, {ops, legal});
  Approval approval;
  approval.thresholds = combined;
  Directory directory;
  for (const char* id : {"ben", "eve", "dan"}) directory.people[id] = {.id = id, .name = id};
  directory.groups["finance"] = {"finance", "", {"ben"}};
  directory.groups["ops"] = {"ops", "", {"dan"}};
  directory.groups["legal"] = {"legal", "", {"eve"}};
  const auto decide = [&](const std::string& who) {
    approval.decisions.push_back(
        {.person = who, .groups = seat_of(approval, directory, who, 0).thresholds});
    return verdict(approval, directory);
  };
  EXPECT_EQ(decide("ben"), Verdict::kOpen);  // Of {finance, legal} only.
  EXPECT_EQ(decide("dan"), Verdict::kApproved);
}

TEST(Combine, gives_each_threshold_a_name_of_its_own) {
  Threshold second{"finance", 1, 1};
  second.stage = 2;
  const auto combined = combine({{"finance", 1, 1}}, {second});
  ASSERT_EQ(combined.size(), 2U);
  EXPECT_NE(combined[0].label(), combined[1].label());
}

}  // namespace
}  // namespace fermata::testing

// Random thresholds, directories and decisions from small domains. Every failure prints its seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/approval/tally.hpp"

namespace fermata {
namespace {

constexpr std::uint64_t kSeeds = 4000;
const std::vector<std::string> kPeople = {"ana", "ben", "cleo", "dan", "eve", "fay"};
const std::vector<std::string> kExpressions = {
    "a", "b", "c", "a or b", "b and not c", "role:boss", "manager()", "nonsuch", "not role:boss"};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  std::string of(const std::vector<std::string>& all) { return all[below(all.size())]; }
  template <class T>
  void shuffle(std::vector<T>& all) {
    std::shuffle(all.begin(), all.end(), engine_);
  }

 private:
  std::mt19937_64 engine_;
};

Directory directory(Dice& dice) {
  Directory made;
  for (const std::string& id : kPeople) {
    Person& person = made.people[id];
    person.id = id;
    person.active = !dice.chance(8);
    if (dice.chance(3)) person.roles = {"boss"};
    if (dice.chance(2)) person.manager = dice.of(kPeople);
  }
  for (const char* id : {"a", "b", "c"}) {
    Group& group = made.groups[id];
    group.id = id;
    for (const std::string& person : kPeople)
      if (dice.chance(2)) group.members.insert(person);
  }
  return made;
}

Threshold threshold(Dice& dice) {
  Threshold made{dice.of(kExpressions),
                 static_cast<std::int64_t>(1 + dice.below(3)),
                 static_cast<std::int64_t>(1 + dice.below(2))};
  made.stage = static_cast<std::int64_t>(1 + dice.below(3));
  if (dice.chance(3)) made.choice = "x";
  made.veto = dice.chance(6);
  if (dice.chance(4)) made.weights = {{"role:boss", 2}};
  if (dice.chance(2)) made.delegate_to = dice.of(kExpressions);
  return made;
}

Approval request(Dice& dice) {
  Approval made;
  made.hash = "H";
  made.on_behalf_of = "ana";
  made.parties = {"ana"};
  std::vector<Threshold> thresholds;
  for (std::size_t count = 1 + dice.below(4); thresholds.size() < count;)
    thresholds.push_back(threshold(dice));
  made.thresholds = combine(std::move(thresholds), {});
  if (dice.chance(2)) made.delegations.push_back({dice.of(kPeople), dice.of(kPeople), {}, "", 0});
  return made;
}

// As decide_decision.cpp records it; false when they have no seat or have decided.
bool decide(Approval& approval,
            const Directory& people,
            const std::string& person,
            DecisionKind kind) {
  const Seat seat = seat_of(approval, people, person, 0);
  const bool used =
      std::any_of(approval.decisions.begin(), approval.decisions.end(), [&](const Decision& one) {
        return one.person == person || one.seat() == seat.of;
      });
  if (seat.thresholds.empty() || used) return false;
  Decision decision{.person = person, .kind = kind, .hash = "H", .groups = seat.thresholds};
  if (seat.of != person) decision.delegated_by = seat.of;
  approval.decisions.push_back(std::move(decision));
  return true;
}

template <class Check>
void for_all(Check check) {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    const Directory people = directory(dice);
    check(dice, people, request(dice));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(TallyProperty, P1_an_approval_is_never_undone_by_another_approval) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    bool approved = false;
    for (int i = 0; i < 10; ++i) {
      decide(approval, people, dice.of(kPeople), DecisionKind::kApprove);
      const bool now = verdict(approval, people) == Verdict::kApproved;
      EXPECT_TRUE(now || !approved);
      approved = now;
    }
  });
}

TEST(TallyProperty, a_refusal_is_never_undone_and_never_approves) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    bool refused = false;
    for (int i = 0; i < 10; ++i) {
      const Verdict before = verdict(approval, people);
      const auto kind = dice.chance(2) ? DecisionKind::kReject : DecisionKind::kApprove;
      decide(approval, people, dice.of(kPeople), kind);
      const Verdict after = verdict(approval, people);
      EXPECT_TRUE(after == Verdict::kRejected || !refused);
      if (kind == DecisionKind::kReject && before != Verdict::kApproved) {
        EXPECT_NE(after, Verdict::kApproved);
      }
      refused = after == Verdict::kRejected;
    }
  });
}

TEST(TallyProperty, in_one_stage_the_order_of_decisions_does_not_matter) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    for (Threshold& one : approval.thresholds) one.stage = 1;
    approval.delegations.clear();
    std::vector<std::pair<std::string, DecisionKind>> all;
    for (const std::string& person : kPeople)
      if (!dice.chance(3))
        all.emplace_back(person, dice.chance(4) ? DecisionKind::kReject : DecisionKind::kApprove);
    const auto outcome = [&] {
      Approval made = approval;
      for (const auto& [person, kind] : all) decide(made, people, person, kind);
      return verdict(made, people);
    };
    const Verdict first = outcome();
    dice.shuffle(all);
    EXPECT_EQ(outcome(), first);
  });
}

TEST(TallyProperty, P1_leaving_a_group_never_turns_a_request_approved) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    for (int i = 0; i < 6; ++i) decide(approval, people, dice.of(kPeople), DecisionKind::kApprove);
    if (verdict(approval, people) == Verdict::kApproved) return;
    Directory fewer = people;
    fewer.people[dice.of(kPeople)].active = false;
    fewer.groups.erase(dice.of({"a", "b", "c"}));
    EXPECT_NE(verdict(approval, fewer), Verdict::kApproved);
  });
}

TEST(TallyProperty, P3_parties_and_strangers_never_have_a_seat) {
  for_all([](Dice&, const Directory& people, const Approval& approval) {
    EXPECT_TRUE(seat_of(approval, people, "ana", 0).thresholds.empty());
    EXPECT_TRUE(seat_of(approval, people, "nobody", 0).thresholds.empty());
    for (const auto& [id, person] : people.people)
      if (!person.active) {
        EXPECT_TRUE(seat_of(approval, people, id, 0).thresholds.empty());
      }
  });
}

TEST(TallyProperty, P1_approved_means_that_enough_different_persons_agreed) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    for (Threshold& one : approval.thresholds) {
      one.weights.clear();
      one.choice.clear();
    }
    for (int i = 0; i < 12; ++i) decide(approval, people, dice.of(kPeople), DecisionKind::kApprove);
    if (verdict(approval, people) != Verdict::kApproved) return;
    std::int64_t most = 0;
    for (const Threshold& one : approval.thresholds)
      if (!one.veto) most = std::max(most, one.approve);
    EXPECT_GE(static_cast<std::int64_t>(approval.decisions.size()), most);
    EXPECT_GT(most, 0);
  });
}

// What it says is needed is what then suffices: whoever it names decides, stage after stage.
TEST(NeedsProperty, who_it_names_can_decide_and_when_they_have_it_is_met) {
  std::size_t approved = 0;
  for_all([&](Dice&, const Directory& people, Approval approval) {
    for (int round = 0; round < 20; ++round) {
      const auto open = needs(approval, people, 0);
      const auto next = std::find_if(open.begin(), open.end(), [](const Need& need) {
        return need.line.open && need.possible;
      });
      if (next == open.end()) break;
      const std::string label = next->line.threshold.label();
      ASSERT_TRUE(decide(approval, people, next->people.front(), DecisionKind::kApprove)) << label;
      const auto& counted = approval.decisions.back().groups;
      EXPECT_NE(std::find(counted.begin(), counted.end(), label), counted.end());
      for (const Need& need : needs(approval, people, 0))
        if (need.line.threshold.label() == label) {
          EXPECT_LT(need.missing, next->missing);
        }
    }
    const auto left = needs(approval, people, 0);
    if (left.empty() && !approval.decisions.empty()) {
      EXPECT_EQ(verdict(approval, people), Verdict::kApproved);
      ++approved;
    }
  });
  EXPECT_GT(approved, kSeeds / 50) << "a search that approves nothing proves nothing";
}

// Where all is possible it stays so, as long as nobody decides whom a later stage needs: stages end
// in no dead end that was not told of.
TEST(NeedsProperty, what_is_possible_comes_about_when_those_wait_who_are_needed_later) {
  std::size_t approved = 0, waited = 0;
  for_all([&](Dice& dice, const Directory& people, Approval approval) {
    approval.delegations.clear();
    const auto all_possible = [](const std::vector<Need>& all) {
      return std::all_of(all.begin(), all.end(), [](const Need& need) {
        return need.possible || !need.line.threshold.choice.empty();
      });
    };
    if (!std::all_of(approval.thresholds.begin(), approval.thresholds.end(), [](const auto& one) {
          return one.choice.empty();
        }))
      return;
    for (auto left = needs(approval, people, 0); !left.empty() && all_possible(left);
         left = needs(approval, people, 0)) {
      std::vector<std::string> free;
      for (const Need& need : left) {
        const auto& later = need.needed_later;
        waited += later.size();
        for (const std::string& one : need.people)
          if (need.line.open && std::find(later.begin(), later.end(), one) == later.end())
            free.push_back(one);
      }
      ASSERT_FALSE(free.empty());
      ASSERT_TRUE(decide(approval, people, dice.of(free), DecisionKind::kApprove));
      ASSERT_TRUE(all_possible(needs(approval, people, 0))) << "a dead end";
      if (verdict(approval, people) == Verdict::kApproved) ++approved;
    }
  });
  EXPECT_GT(approved, kSeeds / 50) << "a search that approves nothing proves nothing";
  EXPECT_GT(waited, 20U);
}

TEST(NeedsProperty, nothing_is_needed_of_what_is_approved) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    for (Threshold& one : approval.thresholds) one.choice.clear();
    for (int i = 0; i < 12; ++i) decide(approval, people, dice.of(kPeople), DecisionKind::kApprove);
    const bool approved = verdict(approval, people) == Verdict::kApproved;
    const bool nothing = needs(approval, people, 0).empty();
    if (approved) {
      EXPECT_TRUE(nothing);
    }
  });
}

TEST(EscalationProperty, each_step_is_taken_once_and_nobody_who_was_meant_is_lost_by_widening) {
  for_all([](Dice& dice, const Directory& people, Approval approval) {
    Threshold before = approval.thresholds.front();
    for (std::int64_t after = 0; before.escalations.size() < 1 + dice.below(4);)
      before.escalations.push_back({after += 10, dice.of(kExpressions), dice.chance(3)});
    const Subject subject = subject_of(approval);
    Threshold now = before;
    for (std::int64_t elapsed = 0; elapsed <= 60; elapsed += 5) {
      const Threshold next = escalated(now, elapsed, false);
      EXPECT_EQ(escalated(next, elapsed, false), next);
      const bool replaced =
          std::any_of(now.escalations.begin(), now.escalations.end(), [&](const Escalation& step) {
            return step.after_ms <= elapsed && step.replace;
          });
      for (const auto& [id, person] : people.people)
        if (!replaced && matches(now.from, people, subject, id)) {
          EXPECT_TRUE(matches(next.from, people, subject, id)) << next.from;
        }
      EXPECT_EQ(next.label(), before.label());
      now = next;
    }
    EXPECT_TRUE(now.escalations.empty());
  });
}

}  // namespace
}  // namespace fermata

#include "core/outbox/outbox.hpp"

#include <gtest/gtest.h>

#include "core/decide.hpp"

namespace fermata {
namespace {

constexpr TimeMs kNow = 1'800'000'000'000;
const std::string kSubject = "ap_a_1";
const std::string kMessage = kSubject + "/mail/ana";

// An outbox, the commands it is given, and the tasks that are left of them.
class OutboxTest : public ::testing::Test {
 protected:
  Result<Events> give(const command::Command& command) {
    const Directory nobody;
    Context context;
    context.now = now_;
    context.actor = {ActorKind::kSystem, "timer"};
    context.directory = &nobody;
    Result<Events> events = decide(outbox_, command, context);
    if (!events) return events;
    tasks_.clear();
    for (const event::Event& event : *events) {
      event::Recorded recorded;
      recorded.version = outbox_.version + 1;
      recorded.at = now_;
      recorded.payload = event;
      EXPECT_EQ(misfit(outbox_, recorded), "");
      outbox_ = evolve(std::move(outbox_), recorded);
      for (const task::Task& task : react(outbox_, event).create) tasks_.push_back(task);
    }
    return events;
  }
  Result<Events> announce(std::int64_t version) {
    return give(command::Announce{kSubject, version, {{"mail", "ana", "ana@example.com"}}});
  }
  const Message& message() const { return outbox_.messages.at(kMessage); }

  Outbox outbox_{.id = "out_a"};
  TimeMs now_ = kNow;
  std::vector<task::Task> tasks_;  // Of the last command.
};

TEST_F(OutboxTest, names_its_workflow) {
  EXPECT_EQ(outbox_of("wf_a"), "out_a");
  EXPECT_EQ(workflow_of_outbox("out_a"), "wf_a");
  EXPECT_TRUE(is_outbox("out_a"));
  EXPECT_FALSE(is_outbox("wf_a"));
}

TEST_F(OutboxTest, whoever_is_to_be_told_has_a_task) {
  ASSERT_TRUE(announce(3));
  ASSERT_EQ(tasks_.size(), 1U);
  EXPECT_EQ(task::id_of(tasks_[0]), "deliver:" + kMessage);
  EXPECT_EQ(task::due_at(tasks_[0]), kNow);
  EXPECT_EQ(message().state, MessageState::kDue);
  EXPECT_EQ(message().address, "ana@example.com");
}

TEST_F(OutboxTest, what_was_announced_is_not_announced_again) {
  ASSERT_TRUE(announce(3));
  EXPECT_TRUE(announce(3)->empty());
  EXPECT_TRUE(announce(2)->empty());
}

TEST_F(OutboxTest, news_during_a_delivery_make_no_second_task_and_are_delivered_after_it) {
  ASSERT_TRUE(announce(3));
  ASSERT_TRUE(announce(4));
  EXPECT_TRUE(tasks_.empty());
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 3, "m1", "", {}}));
  EXPECT_EQ(message().state, MessageState::kDue);
  EXPECT_EQ(message().ref, "m1");
  ASSERT_EQ(tasks_.size(), 1U);
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 4, "m1", "", {}}));
  EXPECT_EQ(message().state, MessageState::kCurrent);
  EXPECT_TRUE(tasks_.empty());
}

TEST_F(OutboxTest, a_delivery_in_vain_is_tried_again_when_it_was_said) {
  ASSERT_TRUE(announce(3));
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 0, "", "451 later", now_ + 5'000}));
  ASSERT_EQ(tasks_.size(), 1U);
  EXPECT_EQ(task::due_at(tasks_[0]), now_ + 5'000);
  EXPECT_EQ(message().attempts, 1);
  EXPECT_EQ(message().error, "451 later");
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 3, "m1", "", {}}));
  EXPECT_EQ(message().attempts, 0);
  EXPECT_TRUE(message().error.empty());
}

TEST_F(OutboxTest, one_that_is_given_up_is_tried_again_for_news_or_for_a_person) {
  ASSERT_TRUE(announce(3));
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 0, "", "550 no such box", {}}));
  EXPECT_EQ(message().state, MessageState::kGivenUp);
  EXPECT_TRUE(tasks_.empty());
  ASSERT_TRUE(announce(4));
  EXPECT_EQ(tasks_.size(), 1U);
  EXPECT_EQ(message().attempts, 0);
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 0, "", "550 no such box", {}}));
  now_ += 1'000;
  const Directory nobody;
  Context person;
  person.now = now_;
  person.actor = {ActorKind::kAdmin, "root"};
  person.directory = &nobody;
  const auto again = decide(outbox_, command::ResendMessage{kMessage}, person);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::holds_alternative<event::MessageResent>(again->front()));
}

TEST_F(OutboxTest, what_comes_of_a_delivery_that_nobody_waits_for_changes_nothing) {
  ASSERT_TRUE(announce(3));
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 3, "m1", "", {}}));
  EXPECT_TRUE(give(command::RecordDelivery{kMessage, 2, "m0", "", {}})->empty());
  EXPECT_EQ(give(command::RecordDelivery{"ap_a_1/mail/eve", 2, "", "", {}}).error().reason,
            "message.not_found");
}

TEST_F(OutboxTest, what_came_late_takes_nothing_back) {
  ASSERT_TRUE(announce(3));
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 3, "m1", "", {}}));
  ASSERT_TRUE(announce(5));
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 2, "m1", "", {}}));
  EXPECT_EQ(message().shown, 3);
  EXPECT_EQ(message().state, MessageState::kDue);
  EXPECT_EQ(tasks_.size(), 1U);
}

TEST_F(OutboxTest, what_is_due_is_not_ended_by_who_found_nothing_to_deliver) {
  ASSERT_TRUE(announce(3));
  EXPECT_EQ(give(command::RecordDelivery{kMessage, 0, "", "", {}}).error().reason, "message.due");
  ASSERT_TRUE(give(command::RecordDelivery{kMessage, 3, "m1", "", {}}));
  EXPECT_TRUE(give(command::RecordDelivery{kMessage, 0, "", "", {}})->empty());
}

TEST_F(OutboxTest, only_the_server_says_what_was_delivered) {
  const Directory nobody;
  Context agent;
  agent.actor = {ActorKind::kAgent, "bot"};
  agent.directory = &nobody;
  EXPECT_FALSE(decide(outbox_, command::Announce{kSubject, 1, {}}, agent));
  EXPECT_FALSE(decide(outbox_, command::RecordDelivery{kMessage, 1, "", "", {}}, agent));
  EXPECT_FALSE(decide(outbox_, command::ResendMessage{kMessage}, agent));
}

TEST_F(OutboxTest, one_workflow_has_so_many_messages_and_no_more) {
  command::Announce plan{kSubject, 1, {}};
  for (std::size_t i = 0; i < kMaxMessages + 5; ++i)
    plan.targets.push_back({"mail", "p" + std::to_string(i), "x@example.com"});
  EXPECT_EQ(give(plan)->size(), kMaxMessages);
}

}  // namespace
}  // namespace fermata

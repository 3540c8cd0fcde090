#include "channels/manager.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

namespace fermata::channels {
namespace {

using namespace std::chrono_literals;

// The database's side: tasks that are due, and what became of them.
class FakeDesk final : public Desk {
 public:
  Result<command::Announce> announcement(const std::string&, const std::string& subject) override {
    std::unique_lock lock(mutex_);
    const std::int64_t read = ++plans_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    return command::Announce{subject, read, {{"mail", "ana", "ana@example.com"}}};
  }
  Result<Notice> notice(const std::string& tenant, const std::string& message) override {
    const std::lock_guard lock(mutex_);
    if (gone_.contains(message)) return fail(ErrorCode::kNotFound, "message.not_found", "");
    Notice notice;
    notice.tenant = tenant;
    notice.message = message;
    notice.wanted = 7;
    notice.attempt = attempt;
    return notice;
  }
  void finish(const Ticket& ticket, command::Command command, Done done) override {
    Result<void> result;
    {
      const std::lock_guard lock(mutex_);
      if (lost_.contains(ticket.token))
        result = fail(ErrorCode::kConflict, "store.task_lost", "");
      else
        finished_.emplace_back(ticket, command);
    }
    changed_.notify_all();
    done(result);
  }
  void hand_back(const Ticket& ticket, TimeMs until) override {
    const std::lock_guard lock(mutex_);
    back_.emplace_back(ticket.id, until);
    changed_.notify_all();
  }
  TimeMs now() const override { return 1'000'000; }

  template <class Condition>
  void wait(Condition condition) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, 20s, condition));
  }
  const command::RecordDelivery& record(std::size_t at) {
    return std::get<command::RecordDelivery>(finished_.at(at).second);
  }

  std::int64_t attempt = 1;
  std::int64_t plans_ = 0;
  bool held_ = false;  // Plans, after they were read.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> gone_;
  std::set<std::int64_t> lost_;  // Tokens.
  std::vector<std::pair<Ticket, command::Command>> finished_;
  std::vector<std::pair<std::string, TimeMs>> back_;
};

// Answers as it is told; may be held.
class FakeChannel final : public Channel {
 public:
  Outcome deliver(const Notice& notice) override {
    std::unique_lock lock(mutex_);
    started_.push_back(notice.message);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    if (failure_) return tl::unexpected(*failure_);
    return Delivered{notice.wanted, "ref-" + notice.message};
  }
  void hold(bool held) {
    {
      const std::lock_guard lock(mutex_);
      held_ = held;
    }
    changed_.notify_all();
  }
  void fail_with(std::optional<Failure> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  void wait_for(std::size_t started) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(changed_.wait_for(lock, 20s, [&] { return started_.size() >= started; }));
  }
  std::size_t started() {
    const std::lock_guard lock(mutex_);
    return started_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::optional<Failure> failure_;
  std::vector<std::string> started_;
};

class ManagerTest : public ::testing::Test {
 protected:
  ManagerTest() {
    LaneSettings settings;
    settings.threads = 1;
    settings.queue = 4;
    settings.breaker = {.failures = 2, .first_pause_ms = 50'000, .longest_pause_ms = 50'000};
    manager_ = std::make_unique<Manager>(
        desk_,
        random_,
        std::vector<Manager::Configured>{{"mail", mail_, settings}, {"chat", chat_, settings}});
  }
  void deliver(const std::string& message, std::int64_t token = 1) {
    manager_->hand_out({"t", "deliver:" + message, token, nullptr}, task::Delivery{message, 0});
  }
  void finished(std::size_t count) {
    desk_.wait([&] { return desk_.finished_.size() >= count; });
  }
  LaneStatus status(const std::string& channel) {
    for (LaneStatus& one : manager_->status())
      if (one.channel == channel) return one;
    return {};
  }

  FakeDesk desk_;
  SystemRandom random_;
  std::shared_ptr<FakeChannel> mail_ = std::make_shared<FakeChannel>();
  std::shared_ptr<FakeChannel> chat_ = std::make_shared<FakeChannel>();
  std::unique_ptr<Manager> manager_;
};

TEST_F(ManagerTest, says_who_is_to_be_told) {
  manager_->hand_out({"t", "announce:ap_a_1", 1, nullptr}, task::Announcement{"ap_a_1", 0});
  finished(1);
  EXPECT_EQ(std::get<command::Announce>(desk_.finished_[0].second).targets.size(), 1U);
}

// The second lease is of the same task, made anew by what happened after the first plan was read.
TEST_F(ManagerTest, what_happens_while_it_is_read_who_is_to_be_told_is_told_too) {
  desk_.held_ = true;
  desk_.lost_ = {1};
  manager_->hand_out({"t", "announce:ap_a_1", 1, nullptr}, task::Announcement{"ap_a_1", 0});
  desk_.wait([&] { return desk_.plans_ == 1; });
  manager_->hand_out({"t", "announce:ap_a_1", 2, nullptr}, task::Announcement{"ap_a_1", 0});
  {
    const std::lock_guard lock(desk_.mutex_);
    desk_.held_ = false;
  }
  desk_.changed_.notify_all();
  finished(1);
  EXPECT_EQ(desk_.finished_[0].first.token, 2);
  EXPECT_EQ(std::get<command::Announce>(desk_.finished_[0].second).version, 2);
}

TEST_F(ManagerTest, says_what_was_delivered) {
  deliver("ap_a_1/mail/ana");
  finished(1);
  EXPECT_EQ(desk_.record(0).version, 7);
  EXPECT_EQ(desk_.record(0).ref, "ref-ap_a_1/mail/ana");
  EXPECT_TRUE(desk_.record(0).error.empty());
  EXPECT_EQ(status("mail").delivered, 1U);
}

TEST_F(ManagerTest, a_failure_is_told_and_tried_again_not_before_the_other_side_wishes) {
  mail_->fail_with(Failure{"answered 429", false, true, 90'000});
  deliver("ap_a_1/mail/ana");
  finished(1);
  EXPECT_EQ(desk_.record(0).error, "answered 429");
  EXPECT_GE(desk_.record(0).retry_at, desk_.now() + 90'000);
  EXPECT_EQ(status("mail").failed, 1U);
  EXPECT_EQ(status("mail").error, "answered 429");
}

TEST_F(ManagerTest, a_lasting_failure_is_not_tried_again) {
  mail_->fail_with(Failure{"550 no such box", true, false, {}});
  deliver("ap_a_1/mail/ana");
  finished(1);
  EXPECT_FALSE(desk_.record(0).retry_at);
  EXPECT_EQ(status("mail").given_up, 1U);
}

TEST_F(ManagerTest, one_that_failed_often_enough_is_given_up) {
  desk_.attempt = LaneSettings{}.retry.max_attempts;
  mail_->fail_with(Failure{"no answer in time", false, false, {}});
  deliver("ap_a_1/mail/ana");
  finished(1);
  EXPECT_FALSE(desk_.record(0).retry_at);
}

TEST_F(ManagerTest, what_hangs_delays_nobody_else_and_fills_no_memory) {
  mail_->hold(true);
  for (int i = 0; i < 1'000; ++i) deliver("ap_a_" + std::to_string(i) + "/mail/ana");
  mail_->wait_for(1);
  for (int i = 0; i < 3; ++i) deliver("ap_a_" + std::to_string(i) + "/chat/room");
  finished(3);
  EXPECT_LE(status("mail").waiting, 4U);
  desk_.wait([&] { return desk_.back_.size() >= 995; });
  for (const auto& [id, until] : desk_.back_) EXPECT_GT(until, desk_.now());
  mail_->hold(false);
}

TEST_F(ManagerTest, a_target_that_is_down_is_left_alone_for_a_while) {
  mail_->fail_with(Failure{"not reached", false, true, {}});
  for (int i = 0; i < 2; ++i) {
    deliver("ap_a_" + std::to_string(i) + "/mail/ana");
    finished(static_cast<std::size_t>(i) + 1);
  }
  deliver("ap_a_9/mail/ana");
  desk_.wait([&] { return desk_.back_.size() == 1; });
  EXPECT_GE(desk_.back_[0].second, desk_.now() + 50'000);
  EXPECT_EQ(mail_->started(), 2U);
  EXPECT_EQ(status("mail").breaker, resilience::Breaker::State::kOpen);
  deliver("ap_a_9/chat/room");
  finished(3);
}

TEST_F(ManagerTest, the_same_task_under_a_new_lease_is_done_once_and_ended_under_that) {
  mail_->hold(true);
  deliver("ap_a_1/mail/ana", 1);
  mail_->wait_for(1);
  deliver("ap_a_1/mail/ana", 2);
  mail_->hold(false);
  finished(1);
  EXPECT_EQ(desk_.finished_[0].first.token, 2);
  EXPECT_EQ(mail_->started(), 1U);
}

TEST_F(ManagerTest, a_lease_that_is_lost_ends_nothing) {
  desk_.lost_ = {1};
  deliver("ap_a_1/mail/ana", 1);
  mail_->wait_for(1);
  // It comes again, and is done again: at least once.
  const auto ended = [&] {
    deliver("ap_a_1/mail/ana", 2);
    std::unique_lock lock(desk_.mutex_);
    return desk_.changed_.wait_for(lock, 10ms, [&] { return !desk_.finished_.empty(); });
  };
  while (!ended()) {
  }
  EXPECT_EQ(desk_.finished_[0].first.token, 2);
}

TEST_F(ManagerTest, a_message_that_nobody_wants_ends) {
  desk_.gone_ = {"ap_a_1/mail/ana"};
  deliver("ap_a_1/mail/ana");
  finished(1);
  EXPECT_EQ(mail_->started(), 0U);
}

TEST_F(ManagerTest, one_of_a_channel_that_is_not_configured_waits) {
  deliver("ap_a_1/pager/ana");
  desk_.wait([&] { return desk_.back_.size() == 1; });
  EXPECT_TRUE(desk_.finished_.empty());
}

TEST_F(ManagerTest, stops_after_what_is_under_way) {
  mail_->hold(true);
  deliver("ap_a_1/mail/ana");
  deliver("ap_a_2/mail/ana");
  mail_->wait_for(1);
  std::thread stopping([&] { manager_->stop(); });
  mail_->hold(false);
  stopping.join();
  EXPECT_LE(desk_.finished_.size(), 2U);
  EXPECT_GE(desk_.finished_.size(), 1U);
}

}  // namespace
}  // namespace fermata::channels

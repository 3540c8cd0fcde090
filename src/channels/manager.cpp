#include "channels/manager.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "observability/log.hpp"

namespace fermata::channels {
namespace {

using observability::Level;
using observability::log;
using resilience::Breaker;

constexpr std::int64_t kFullMs = 1'000;         // Until a lane that is full is tried again.
constexpr std::int64_t kUnreadableMs = 5'000;   // Until the database is asked again.
constexpr std::int64_t kNoChannelMs = 600'000;  // A channel may be configured again.
constexpr std::size_t kMaxPlanning = 256;
constexpr std::size_t kMaxTrials = 16;

// "ap_x/mail/ana" -> "mail".
std::string channel_of(const std::string& message) {
  const auto first = message.find('/');
  const auto second = message.find('/', first + 1);
  return first == std::string::npos ? std::string() : message.substr(first + 1, second - first - 1);
}

}  // namespace

class Manager::Impl {
 public:
  Impl(Desk& desk, Random& random, std::vector<Configured> channels)
      : desk_(desk), random_(random) {
    planning_.settings.threads = 1;
    planning_.settings.queue = kMaxPlanning;
    start(planning_, [this](const Work& work) { plan(work); });
    for (Configured& one : channels) {
      Lane& lane = lanes_[one.name];
      lane.name = one.name;
      lane.channel = std::move(one.channel);
      lane.settings = one.settings;
      lane.breaker = Breaker(one.settings.breaker);
      start(lane, [this, &lane](const Work& work) { deliver(lane, work); });
    }
    threads_.emplace_back([this] { run_trials(); });
  }
  ~Impl() { stop(); }

  void hand_out(const Ticket& ticket, const task::Task& task) {
    Work work;
    Lane* lane = &planning_;
    if (const auto* announcement = std::get_if<task::Announcement>(&task)) {
      work.about = announcement->subject;
    } else {
      work.about = std::get<task::Delivery>(task).message;
      const auto found = lanes_.find(channel_of(work.about));
      if (found == lanes_.end()) return desk_.hand_back(ticket, desk_.now() + kNoChannelMs);
      lane = &found->second;
    }
    work.key = ticket.tenant + "/" + ticket.id;
    const TimeMs again = admit(*lane, std::move(work), ticket);
    if (again > 0) desk_.hand_back(ticket, again);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    for (const Trial& trial : trials_)
      trial.done(tl::unexpected(Failure{"the server is stopping", false, false, {}}));
    trials_.clear();
  }

  void try_out(const std::string& channel, Notice notice, std::function<void(Outcome)> done) {
    std::unique_lock lock(mutex_);
    if (stopping_ || trials_.size() >= kMaxTrials) {
      lock.unlock();
      return done(tl::unexpected(Failure{"others are being tried out", false, false, {}}));
    }
    trials_.push_back({&lanes_.at(channel), std::move(notice), std::move(done)});
    wake_.notify_all();
  }

  std::vector<LaneStatus> status() const {
    const std::lock_guard lock(mutex_);
    std::vector<LaneStatus> all;
    for (const auto& [name, lane] : lanes_) {
      LaneStatus one = lane.status;
      one.channel = name;
      one.breaker = lane.breaker.state();
      one.paused_until = lane.breaker.until();
      one.waiting = lane.waiting.size();
      all.push_back(std::move(one));
    }
    return all;
  }

 private:
  struct Work {
    std::string key;    // Of known_.
    std::string about;  // A subject, or a message.
  };
  // A piece of work from its first lease on. A newer lease of the same task is the old one renewed,
  // or, where the work may have been done before what the new one is about, one piece more.
  struct Known {
    enum class Phase { kWaiting, kReading, kDelivering, kEnding };
    Ticket ticket;
    std::optional<Ticket> next;
    Phase phase = Phase::kWaiting;

    void renew(const Ticket& newer) {
      // What a delivery tells is of a version, so that the newer lease may be ended with it.
      if (phase == Phase::kWaiting || phase == Phase::kDelivering)
        ticket = newer;
      else
        next = newer;
    }
  };
  struct Lane {
    std::string name;
    std::shared_ptr<Channel> channel;
    LaneSettings settings;
    Breaker breaker;
    std::deque<Work> waiting;
    LaneStatus status;
  };
  struct Trial {
    Lane* lane = nullptr;
    Notice notice;
    std::function<void(Outcome)> done;
  };
  using Do = std::function<void(const Work&)>;

  void start(Lane& lane, const Do& act) {
    for (int i = 0; i < lane.settings.threads; ++i)
      threads_.emplace_back([this, &lane, act] { run(lane, act); });
  }

  void run(Lane& lane, const Do& act) {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stopping_ || !lane.waiting.empty(); });
      if (stopping_) return;
      const Work work = std::move(lane.waiting.front());
      lane.waiting.pop_front();
      ++lane.status.busy;
      lock.unlock();
      act(work);
      lock.lock();
      --lane.status.busy;
    }
  }

  void run_trials() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stopping_ || !trials_.empty(); });
      if (stopping_) return;
      const Trial trial = std::move(trials_.front());
      trials_.pop_front();
      lock.unlock();
      Outcome outcome = trial.lane->channel->deliver(trial.notice);
      count(*trial.lane, trial.notice, outcome, {});
      trial.done(std::move(outcome));
      lock.lock();
    }
  }

  // When to come again; 0: it is in the lane.
  TimeMs admit(Lane& lane, Work work, const Ticket& ticket) {
    const TimeMs now = desk_.now();
    const std::lock_guard lock(mutex_);
    if (stopping_) return now + kFullMs;
    if (const auto known = known_.find(work.key); known != known_.end()) {
      known->second.renew(ticket);
      return 0;
    }
    if (lane.waiting.size() >= lane.settings.queue) return now + jittered(kFullMs);
    if (!lane.breaker.may_pass(now)) return std::max(now, lane.breaker.until()) + jittered(kFullMs);
    known_[work.key].ticket = ticket;
    lane.waiting.push_back(std::move(work));
    wake_.notify_all();
    return 0;
  }

  std::int64_t jittered(std::int64_t ms) {
    return resilience::pause_ms({.first_ms = ms, .cap_ms = ms}, 1, random_);
  }

  Ticket begin(const std::string& key, Known::Phase phase) {
    const std::lock_guard lock(mutex_);
    Known& known = known_.at(key);
    known.phase = phase;
    return known.ticket;
  }
  // What a newer lease asks for is done anew; without one it is known no longer.
  void end(Lane& lane, const Work& work) {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(work.key);
    if (!known->second.next || stopping_) {
      known_.erase(known);
      return;
    }
    known->second = {*std::exchange(known->second.next, std::nullopt), std::nullopt};
    lane.waiting.push_back(work);
    wake_.notify_all();
  }
  void come_again(Lane& lane, const Work& work, std::int64_t delay_ms) {
    desk_.hand_back(begin(work.key, Known::Phase::kEnding), desk_.now() + delay_ms);
    end(lane, work);
  }

  // Under the lease as it is by now.
  void finish(Lane& lane, const Work& work, const command::Command& command) {
    const Ticket ticket = begin(work.key, Known::Phase::kEnding);
    desk_.finish(ticket, command, [this, &lane, work, command](const Result<void>& result) {
      const bool lost = !result && result.error().reason == "store.task_lost";
      // What was delivered is not delivered once more only because its lease ran out.
      if (lost && &lane != &planning_ && take_next(work.key)) return finish(lane, work, command);
      if (!result && !lost) observability::log_error("delivery.not_recorded", result.error());
      end(lane, work);  // A lease that was not ended runs out, and it comes again.
    });
  }
  bool take_next(const std::string& key) {
    const std::lock_guard lock(mutex_);
    Known& known = known_.at(key);
    if (!known.next) return false;
    known.ticket = *std::exchange(known.next, std::nullopt);
    return true;
  }

  void plan(const Work& work) {
    const Ticket ticket = begin(work.key, Known::Phase::kReading);
    Result<command::Announce> plan = desk_.announcement(ticket.tenant, work.about);
    if (plan) return finish(planning_, work, *plan);
    observability::log_error("announcement.failed", plan.error());
    come_again(planning_, work, kUnreadableMs);
  }

  void deliver(Lane& lane, const Work& work) {
    const Ticket ticket = begin(work.key, Known::Phase::kDelivering);
    const Result<Notice> notice = desk_.notice(ticket.tenant, work.about);
    if (!notice) {
      untried(lane);
      if (notice.error().code == ErrorCode::kNotFound)
        return finish(lane, work, command::RecordDelivery{work.about, 0, "", "", {}});
      observability::log_error("delivery.unreadable", notice.error());
      return come_again(lane, work, kUnreadableMs);
    }
    const Outcome outcome = lane.channel->deliver(*notice);
    command::RecordDelivery record{work.about, 0, "", "", {}};
    if (outcome) {
      record.version = outcome->version;
      record.ref = outcome->ref;
    } else {
      record.error = outcome.error().reason;
      record.retry_at = retry_at(lane, *notice, outcome.error());
    }
    count(lane, *notice, outcome, record);
    finish(lane, work, record);
  }

  std::optional<TimeMs> retry_at(const Lane& lane, const Notice& notice, const Failure& failure) {
    if (failure.lasting || notice.attempt >= lane.settings.retry.max_attempts) return std::nullopt;
    const auto attempt = static_cast<int>(notice.attempt);
    const std::int64_t delay = resilience::delay_ms(lane.settings.retry, attempt, random_);
    return desk_.now() + std::max(delay, failure.retry_after_ms.value_or(0));
  }

  void untried(Lane& lane) {
    const std::lock_guard lock(mutex_);
    lane.breaker.unknown();
  }

  void count(Lane& lane,
             const Notice& notice,
             const Outcome& outcome,
             const command::RecordDelivery& record) {
    const TimeMs now = desk_.now();
    if (!outcome)
      log(Level::kWarn,
          "delivery.failed",
          {{"channel", lane.name},
           {"message", notice.message},
           {"attempt", notice.attempt},
           {"given_up", !record.retry_at.has_value()},
           {"reason", outcome.error().reason}});
    const std::lock_guard lock(mutex_);
    if (outcome || !outcome.error().target_down)
      lane.breaker.succeeded();
    else
      lane.breaker.failed(now);
    if (outcome) {
      ++lane.status.delivered;
      lane.status.delivered_at = now;
      return;
    }
    ++lane.status.failed;
    if (!record.retry_at) ++lane.status.given_up;
    lane.status.failed_at = now;
    lane.status.error = outcome.error().reason;
  }

  Desk& desk_;
  Random& random_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<std::string, Known> known_;  // By task.
  Lane planning_;
  std::map<std::string, Lane> lanes_;
  std::deque<Trial> trials_;
  std::vector<std::thread> threads_;
};

Manager::Manager(Desk& desk, Random& random, std::vector<Configured> channels)
    : impl_(std::make_unique<Impl>(desk, random, std::move(channels))) {}

Manager::~Manager() = default;

void Manager::hand_out(const Ticket& ticket, const task::Task& task) {
  impl_->hand_out(ticket, task);
}

void Manager::stop() { impl_->stop(); }

void Manager::try_out(const std::string& channel,
                      Notice notice,
                      std::function<void(Outcome)> done) {
  impl_->try_out(channel, std::move(notice), std::move(done));
}

std::vector<LaneStatus> Manager::status() const { return impl_->status(); }

}  // namespace fermata::channels

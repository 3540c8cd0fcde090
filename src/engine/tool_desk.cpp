#include "engine/tool_desk.hpp"

#include <algorithm>
#include <chrono>

#include "base/hash.hpp"
#include "base/time.hpp"

namespace fermata::engine {
namespace {

constexpr std::int64_t kFirstWordMs = 5000;  // After the start, for workers to say what they serve.
constexpr std::int64_t kGoneMs = 45'000;     // Without a word; one asks at least every 20 s.
constexpr std::int64_t kTakeMs = 3000;  // For a worker that is alive to take what it is offered.
constexpr std::int64_t kLookMs = 1000;  // Between two looks whether a turn was lost meanwhile.
constexpr std::size_t kRemembered = 1024, kRememberedBytes = std::size_t{16} << 20;
constexpr std::size_t kDefinitions = 8, kDefinitionBytes = std::size_t{2} << 20;  // Of one tool.

std::string key_of(const std::string& tenant, const std::string& worker) {
  return tenant + '\n' + worker;
}

std::string hash_of(const json::Value& tool) { return sha256_hex(json::canonical(tool)); }

tl::unexpected<Error> lost() {
  return fail(ErrorCode::kConflict,
              "tools.lease_lost",
              "this lease has run out, or its call is not to be run any more");
}

}  // namespace

class ToolDesk::Seat {
 public:
  enum class State { kOffered, kTaken, kGiven, kClosing, kOver };
  std::string lease, worker;
  Tools tools;
  std::int64_t lease_ms = 0, until_ms = 0;
  State state = State::kOffered;
  LeaseDone taking;  // While it is taken, and the call is being opened.
  json::Value call;
  std::optional<Outcome> outcome;
  std::vector<Done> closing;
};

ToolDesk::ToolDesk(Random& random, const std::vector<Served>& served)
    : random_(random), started_ms_(monotonic_ms()) {
  for (const Served& one : served)
    served_[key_of(one.tenant, one.worker)].insert(one.tools.begin(), one.tools.end());
}

ToolDesk::~ToolDesk() {
  stop();
  timers_.stop();
}

// Remembers what the worker serves, and gives its key; under the mutex.
std::string ToolDesk::learn(const Wish& wish, Tools& tools) {
  std::string worker = key_of(wish.caller.tenant, wish.caller.actor.id);
  const std::int64_t now_ms = monotonic_ms();
  for (const json::Value& tool : wish.tools) {
    const std::string name = tool.string_or("name");
    if (!served_[worker].contains(name)) continue;
    std::string hash = hash_of(tool);
    std::vector<Known>& known = known_[worker][name];
    // Of those that are gone only the last counts, should none come back.
    if (known.size() > 1)
      std::erase_if(known, [&](const Known& one) {
        return one.there_until_ms < now_ms && one.hash != known.back().hash;
      });
    const bool is_new = std::none_of(
        known.begin(), known.end(), [&](const Known& one) { return one.hash == hash; });
    if (is_new) {
      known.push_back({tool, hash, now_ms, now_ms, json::write(tool).size()});
      make_room(known);
    }
    tools.emplace(name, std::move(hash));
  }
  return worker;
}

// The oldest go; whoever serves one of them says so again when it asks again.
void ToolDesk::make_room(std::vector<Known>& known) {
  std::size_t bytes = 0;
  for (const Known& one : known) bytes += one.bytes;
  while (known.size() > 1 && (known.size() > kDefinitions || bytes > kDefinitionBytes)) {
    bytes -= known.front().bytes;
    known.erase(known.begin());
  }
}

std::size_t ToolDesk::bytes() {
  const std::lock_guard lock(mutex_);
  std::size_t sum = settled_bytes_;
  for (const auto& [worker, tools] : known_)
    for (const auto& [name, known] : tools)
      for (const Known& one : known) sum += one.bytes;
  return sum;
}

void ToolDesk::see(const std::string& worker, const Tools& tools, std::int64_t until_ms) {
  for (const auto& [name, hash] : tools)
    for (Known& one : known_[worker][name])
      if (one.hash == hash) one.there_until_ms = std::max(one.there_until_ms, until_ms);
}

void ToolDesk::lease(const Wish& wish, const LeaseDone& done) {
  auto asking = std::make_shared<Asking>();
  bool waits = false;
  {
    const std::lock_guard lock(mutex_);
    if (served_.contains(key_of(wish.caller.tenant, wish.caller.actor.id))) {
      asking->worker = learn(wish, asking->tools);
      asking->lease_ms = wish.lease_ms;
      see(asking->worker, asking->tools, monotonic_ms() + kGoneMs);
      waits = !stop_at_ms_ && wish.wait_ms > 0;
      if (waits) {
        asking->done = done;
        asking_.push_back(asking);
      }
    }
  }
  if (asking->worker.empty())
    return done(fail(ErrorCode::kNotFound,
                     "tools.no_such_worker",
                     "the configuration names no tools of a worker '" + wish.caller.actor.id +
                         "', which is whose key this is"));
  changed_.notify_all();
  if (!waits) return done(std::optional<Reply>());
  timers_.after(wish.wait_ms, [this, asking] { give_up(asking); });
}

void ToolDesk::give_up(const AskingPtr& asking) {
  LeaseDone done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find(asking_.begin(), asking_.end(), asking);
    if (found == asking_.end()) return;
    asking_.erase(found);
    done = std::move(asking->done);
  }
  done(std::optional<Reply>());
}

Result<ToolDesk::SeatPtr> ToolDesk::find(const Identity& caller, const std::string& lease) {
  const auto found = seats_.find(lease);
  if (found == seats_.end() || found->second->worker != key_of(caller.tenant, caller.actor.id) ||
      found->second->state == Seat::State::kOver)
    return lost();
  return found->second;
}

void ToolDesk::take(const Identity& caller, const std::string& lease, LeaseDone done) {
  std::optional<Reply> at_once;
  {
    const std::lock_guard lock(mutex_);
    const Result<SeatPtr> found = find(caller, lease);
    if (!found) return done(tl::unexpected(found.error()));
    Seat& seat = **found;
    seat.until_ms = monotonic_ms() + seat.lease_ms;
    see(seat.worker, seat.tools, seat.until_ms);
    if (!seat.call.is_null()) {
      at_once.emplace(Reply{.body = seat.call});
    } else {
      seat.state = Seat::State::kTaken;
      std::swap(seat.taking, done);  // An earlier attempt at it is answered with nothing.
    }
  }
  changed_.notify_all();
  if (done) done(std::move(at_once));
}

Result<Reply> ToolDesk::renew(const Identity& caller, const std::string& lease) {
  const std::lock_guard lock(mutex_);
  FERMATA_TRY(const SeatPtr seat, find(caller, lease));
  if (seat->state != Seat::State::kGiven) return lost();
  seat->until_ms = monotonic_ms() + seat->lease_ms;
  see(seat->worker, seat->tools, seat->until_ms);
  return Reply{.body = json::Object{{"lease", lease}, {"lease_s", seat->lease_ms / 1000}}};
}

void ToolDesk::close(const Identity& caller,
                     const std::string& lease,
                     Outcome outcome,
                     const Done& done) {
  std::optional<Result<Reply>> at_once;
  {
    const std::lock_guard lock(mutex_);
    const Result<SeatPtr> found = find(caller, lease);
    const std::string worker = key_of(caller.tenant, caller.actor.id);
    const auto before = std::find_if(settled_.begin(), settled_.end(), [&](const Settled& one) {
      return one.lease == lease && one.worker == worker;
    });
    if (before != settled_.end()) {
      at_once = before->reply;
    } else if (!found || (*found)->state < Seat::State::kGiven) {
      at_once = lost();
    } else {
      Seat& seat = **found;
      if (seat.state == Seat::State::kGiven) seat.outcome = std::move(outcome);
      seat.state = Seat::State::kClosing;
      seat.closing.push_back(done);
    }
  }
  changed_.notify_all();
  if (at_once) done(*std::move(at_once));
}

std::optional<json::Value> ToolDesk::definition(const std::string& tenant,
                                                const std::string& worker,
                                                const std::string& tool,
                                                bool needed) {
  std::unique_lock lock(mutex_);
  const std::vector<Known>& known = known_[key_of(tenant, worker)][tool];
  const std::int64_t left_ms = needed ? started_ms_ + kFirstWordMs - monotonic_ms() : 0;
  changed_.wait_for(
      lock, std::chrono::milliseconds(left_ms), [&] { return !known.empty() || stop_at_ms_; });
  const std::int64_t now_ms = monotonic_ms();
  const auto later = [&](const Known& one, const Known& other) {
    const bool is_there = one.there_until_ms >= now_ms, other_is = other.there_until_ms >= now_ms;
    return is_there != other_is ? other_is : one.since_ms < other.since_ms;
  };
  const auto found = std::max_element(known.rbegin(), known.rend(), later);
  if (found == known.rend()) return std::nullopt;
  return found->tool;
}

bool ToolDesk::is_there(const std::string& tenant,
                        const std::string& worker,
                        const json::Value& tool) {
  const std::string hash = hash_of(tool);
  const std::lock_guard lock(mutex_);
  const std::vector<Known>& known = known_[key_of(tenant, worker)][tool.string_or("name")];
  return std::any_of(known.begin(), known.end(), [&](const Known& one) {
    return one.hash == hash && one.there_until_ms >= monotonic_ms();
  });
}

ToolDesk::AskingPtr ToolDesk::find_asking(const std::string& worker,
                                          const std::string& tool,
                                          const std::string& hash) {
  for (auto at = asking_.begin(); at != asking_.end(); ++at) {
    const auto served = (*at)->tools.find(tool);
    if ((*at)->worker != worker || served == (*at)->tools.end() || served->second != hash) continue;
    AskingPtr found = *at;
    asking_.erase(at);
    return found;
  }
  return nullptr;
}

ToolDesk::SeatPtr ToolDesk::offer(const AskingPtr& asking) {
  auto seat = std::make_shared<Seat>();
  seat->lease = "tl_" + random_suffix(random_);
  seat->worker = asking->worker;
  seat->tools = asking->tools;
  seat->lease_ms = asking->lease_ms;
  seats_.emplace(seat->lease, seat);
  return seat;
}

ToolDesk::SeatPtr ToolDesk::seat(const std::string& tenant,
                                 const std::string& worker,
                                 const json::Value& tool,
                                 std::int64_t for_ms,
                                 const std::function<bool()>& cancelled) {
  const std::string key = key_of(tenant, worker), name = tool.string_or("name");
  const std::string hash = hash_of(tool);
  const std::int64_t until_ms = monotonic_ms() + for_ms;
  std::unique_lock lock(mutex_);
  while (!stop_at_ms_ && !cancelled()) {
    const AskingPtr asking = find_asking(key, name, hash);
    if (asking == nullptr) {
      const std::int64_t left_ms = until_ms - monotonic_ms();
      if (left_ms <= 0) return nullptr;
      changed_.wait_for(lock, std::chrono::milliseconds(std::min(left_ms, kLookMs)));
      continue;
    }
    SeatPtr seat = offer(asking);
    lock.unlock();
    asking->done(
        Reply{.body = json::Object{{"lease", seat->lease}, {"lease_s", seat->lease_ms / 1000}}});
    lock.lock();
    const bool taken = changed_.wait_for(lock, std::chrono::milliseconds(kTakeMs), [&] {
      return seat->state == Seat::State::kTaken || stop_at_ms_;
    });
    if (taken && seat->state == Seat::State::kTaken) return seat;
    seat->state = Seat::State::kOver;
    seats_.erase(seat->lease);
  }
  return nullptr;
}

std::optional<ToolDesk::Outcome> ToolDesk::run(const SeatPtr& seat,
                                               const json::Value& call,
                                               std::int64_t for_ms,
                                               const std::function<bool()>& cancelled) {
  const std::int64_t give_up_ms = monotonic_ms() + for_ms;
  LeaseDone taking;
  {
    const std::lock_guard lock(mutex_);
    seat->call = call;
    seat->state = Seat::State::kGiven;
    seat->until_ms = monotonic_ms() + seat->lease_ms;
    taking = std::move(seat->taking);
  }
  taking(Reply{.body = call});
  std::unique_lock lock(mutex_);
  while (!seat->outcome) {
    std::int64_t until_ms = std::min(seat->until_ms, give_up_ms);
    if (stop_at_ms_) until_ms = std::min(until_ms, *stop_at_ms_);
    const std::int64_t left_ms = until_ms - monotonic_ms();
    if (left_ms <= 0 || cancelled()) {
      seat->state = Seat::State::kOver;
      seats_.erase(seat->lease);
      return std::nullopt;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(std::min(left_ms, kLookMs)));
  }
  return seat->outcome;
}

void ToolDesk::settle(const SeatPtr& seat, const Result<Reply>& reply) {
  std::vector<Done> closing;
  {
    const std::lock_guard lock(mutex_);
    seat->state = Seat::State::kOver;
    if (seats_.erase(seat->lease) == 0) return;
    const std::size_t bytes = reply ? json::write(reply->body).size() : 0;
    settled_.push_back({seat->worker, seat->lease, reply, bytes});
    settled_bytes_ += bytes;
    while (settled_.size() > kRemembered || settled_bytes_ > kRememberedBytes) {
      settled_bytes_ -= settled_.front().bytes;
      settled_.pop_front();
    }
    closing.swap(seat->closing);
  }
  for (const Done& done : closing) done(reply);
}

void ToolDesk::leave(const SeatPtr& seat) {
  LeaseDone taking;
  {
    const std::lock_guard lock(mutex_);
    seat->state = Seat::State::kOver;
    seats_.erase(seat->lease);
    taking = std::move(seat->taking);
  }
  if (taking) taking(std::optional<Reply>());
}

void ToolDesk::stop(std::int64_t grace_ms) {
  std::list<AskingPtr> asking;
  {
    const std::lock_guard lock(mutex_);
    if (!stop_at_ms_) stop_at_ms_ = monotonic_ms() + grace_ms;
    asking.swap(asking_);
  }
  changed_.notify_all();
  for (const AskingPtr& one : asking) one->done(std::optional<Reply>());
}

}  // namespace fermata::engine

// Life cycle, clock, waits and upkeep of the engine.

#include "engine/impl.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace fermata::engine {
namespace {

constexpr std::int64_t kTickMs = 500;
constexpr std::int64_t kLongestReloadMs = 1000;
constexpr std::size_t kEraLength = 8;

}  // namespace

Engine::Impl::Impl(store::Store& store, Random& random, Options options)
    : store_(store),
      random_(random),
      options_(std::move(options)),
      grants_(options_.signing_seed),
      registry_(options_.max_resident, options_.max_resident_bytes),
      pool_(options_.threads),
      changes_(options_.max_changes,
               random_base62(random_, kEraLength),
               [this](std::int64_t delay_ms, std::function<void()> callback) {
                 timers_.after(delay_ms, std::move(callback));
               }),
      turns_(turn_ports()) {}

Engine::Impl::~Impl() { drain(); }

TurnQueue::Ports Engine::Impl::turn_ports() {
  return {.store = store_,
          .now = [this] { return now(); },
          .post = [this](std::function<void()> job) { pool_.post(std::move(job)); },
          .after = [this](std::int64_t delay_ms,
                          std::function<void()> job) { timers_.after(delay_ms, std::move(job)); },
          .submit =
              [this](Submission submission, Done done) {
                submit({std::move(submission), std::move(done), std::nullopt, 0});
              },
          .refresh =
              [this](const std::string& tenant, const std::string& stream) {
                query(tenant, stream, [this](const Result<void>& loaded, Stream& s) {
                  if (loaded && !refresh(s)) s.state.loaded = false;
                });
              }};
}

Result<void> Engine::Impl::open() {
  FERMATA_TRY(const TimeMs first_reading, store_.now());
  clock_offset_ms_ = first_reading - monotonic_ms();
  for (const std::string& tenant : options_.tenants) {
    const StreamPtr stream = registry_.get(tenant, "directory");
    FERMATA_CHECK_OK(load(store_, *stream));
    tenants_.publish(tenant, stream->state.directory, stream->state.version);
  }
  committer_ = std::make_unique<Committer>(
      store_,
      "node-" + random_base62(random_, 8),
      options_.max_batch,
      [this](std::vector<std::function<void()>> results) {
        pool_.post([results = std::move(results)] {
          for (const auto& result : results) result();
        });
      },
      [this] { return task_room(); },
      options_.replaced,
      [this](store::TaskRow task) { run_task(std::move(task)); },
      [this] { return now(); });
  committer_->start_leasing();
  timers_.after(kTickMs, [this] { tick(); });
  return {};
}

void Engine::Impl::drain() {
  draining_ = true;
  if (stopped_.exchange(true)) return;
  stop_waiting();
  {
    // Commands in a queue go on through pool and committer until none is left.
    std::unique_lock lock(idle_mutex_);
    idle_.wait(lock, [this] { return queued_ == 0; });
  }
  timers_.stop();
  if (committer_) committer_->stop();
  pool_.stop();
}

void Engine::Impl::stop_waiting() {
  waiting_ended_ = true;
  turns_.stop();
  changes_.stop();
  registry_.for_each([this](Stream& stream) {
    std::vector<Stream::Waiter> ended;
    {
      const std::lock_guard lock(stream.mutex);
      ended.swap(stream.waiters);
    }
    waiters_ -= ended.size();
    for (Stream::Waiter& waiter : ended) waiter.done(false);
  });
}

TimeMs Engine::Impl::now() const { return monotonic_ms() + clock_offset_ms_; }

void Engine::Impl::query(const std::string& tenant,
                         const std::string& stream,
                         Stream::Query query) {
  enqueue(registry_.get(tenant, stream), std::move(query));
}

void Engine::Impl::await(const std::string& tenant,
                         const std::string& stream,
                         std::function<bool(const Stream::State&)> fulfilled,
                         int timeout_ms,
                         std::function<void(bool)> done) {
  auto add = [this,
              fulfilled = std::move(fulfilled),
              timeout_ms,
              done = std::move(done),
              stream_ptr = registry_.get(tenant, stream)](const Result<void>& loaded, Stream& s) {
    if (!loaded || timeout_ms <= 0 || waiting_ended_ || fulfilled(s.state)) {
      done(loaded && fulfilled(s.state));
      return;
    }
    const std::uint64_t id = ++next_waiter_;
    ++waiters_;
    {
      const std::lock_guard lock(s.mutex);
      s.waiters.push_back({id, fulfilled, done});
    }
    if (waiting_ended_) stop_waiting();  // It may have looked here just before.
    timers_.after(timeout_ms, [this, id, stream_ptr] {
      std::function<void(bool)> late;
      {
        const std::lock_guard lock(stream_ptr->mutex);
        for (auto it = stream_ptr->waiters.begin(); it != stream_ptr->waiters.end(); ++it) {
          if (it->id != id) continue;
          late = std::move(it->done);
          stream_ptr->waiters.erase(it);
          break;
        }
      }
      if (!late) return;
      --waiters_;
      pool_.post([late = std::move(late)] { late(false); });
    });
  };
  query(tenant, stream, std::move(add));
}

void Engine::Impl::wake(Stream& stream) {
  std::vector<Stream::Waiter> fulfilled;
  {
    const std::lock_guard lock(stream.mutex);
    for (auto it = stream.waiters.begin(); it != stream.waiters.end();) {
      if (it->fulfilled(stream.state)) {
        fulfilled.push_back(std::move(*it));
        it = stream.waiters.erase(it);
      } else {
        ++it;
      }
    }
  }
  waiters_ -= fulfilled.size();
  for (Stream::Waiter& waiter : fulfilled) waiter.done(true);
}

Result<void> Engine::Impl::refresh(Stream& stream) {
  const std::int64_t before = stream.state.loaded ? stream.state.version : -1;
  FERMATA_CHECK_OK(load(store_, stream));
  // What came by another way, or of which nobody knew: it is not known either what it changed.
  if (std::exchange(stream.unsure, false) || (before >= 0 && stream.state.version != before))
    changes_.tell(stream.id.tenant, {{Change::Kind::kAnything, {}, 0, 0}});
  if (stream.state.version == before) return {};
  stream.state.durable = false;
  wake(stream);
  wake_turns(stream);
  return {};
}

void Engine::Impl::wake_turns(const Stream& stream) {
  if (!stream.is_workflow()) return;
  if (const std::string queue = queue_of(stream.state.workflow); !queue.empty())
    turns_.wake(stream.id.tenant, queue);
}

void Engine::Impl::reload(const StreamPtr& stream, std::int64_t delay_ms) {
  enqueue(stream, [this, stream, delay_ms](const Result<void>& loaded, Stream&) {
    if (loaded || loaded.error().code != ErrorCode::kUnavailable) return;
    {
      const std::lock_guard lock(stream->mutex);
      if (stream->waiters.empty() && !stream->unsure) return;
    }
    const std::int64_t next_ms = std::min(2 * delay_ms, kLongestReloadMs);
    timers_.after(delay_ms, [this, stream, next_ms] { reload(stream, next_ms); });
  });
}

void Engine::Impl::tick() {
  if (draining_) return;
  pool_.post([this] { read_clock(); });
  pool_.post([this] { changes_.expire(); });
  for (const std::string& tenant : options_.tenants) {
    query(tenant, "directory", [this, tenant](const Result<void>& loaded, Stream& stream) {
      if (!loaded || !refresh(stream)) return;
      if (tenants_.view(tenant).version != stream.state.version)
        tenants_.publish(tenant, stream.state.directory, stream.state.version);
    });
  }
  timers_.after(kTickMs, [this] { tick(); });
}

void Engine::Impl::read_clock() {
  const std::int64_t before = monotonic_ms();
  const auto now = store_.now();
  const std::int64_t after = monotonic_ms();
  if (now) clock_offset_ms_ = *now - (before + after) / 2;
}

}  // namespace fermata::engine

#include "engine/engine.hpp"

#include <future>

#include "base/hash.hpp"
#include "engine/impl.hpp"

namespace fermata::engine {

Idempotency idempotency(const Identity& caller,
                        std::string_view method,
                        std::string_view path,
                        std::string_view key,
                        std::string_view payload) {
  std::string scope = caller.tenant + '\n' + caller.key_id + '\n';
  scope.append(method).append("\n").append(path).append("\n").append(key);
  return {sha256_hex(scope), sha256_hex(payload)};
}

std::string workflow_for(const Idempotency& wish) { return "wf_" + suffix_from(wish.id); }

Result<std::unique_ptr<Engine>> Engine::start(store::Store& store,
                                              Random& random,
                                              Options options) {
  auto impl = std::make_unique<Impl>(store, random, std::move(options));
  FERMATA_CHECK_OK(impl->open());
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

void Engine::submit(Submission submission, Done done) {
  impl_->submit({std::move(submission), std::move(done), std::nullopt, 0});
}

void Engine::finish(Submission submission, store::TaskRow task, Done done) {
  ++impl_->tasks_out_;
  impl_->submit({std::move(submission), std::move(done), std::move(task), 0});
}

void Engine::put_off(const store::TaskRow& task, TimeMs until) { impl_->put_off(task, until); }

Result<Reply> Engine::submit_and_wait(Submission submission) {
  auto promise = std::make_shared<std::promise<Result<Reply>>>();
  auto future = promise->get_future();
  submit(std::move(submission),
         [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); });
  return future.get();
}

void Engine::await_version(const std::string& tenant,
                           const std::string& stream,
                           std::int64_t after,
                           int timeout_ms,
                           std::function<void(bool)> done) {
  impl_->await(
      tenant,
      stream,
      [after](const Stream::State& state) { return state.version > after; },
      timeout_ms,
      std::move(done));
}

void Engine::await_outcome(const std::string& tenant,
                           const std::string& approval,
                           int timeout_ms,
                           std::function<void(bool)> done) {
  impl_->await(
      tenant,
      workflow_of(approval),
      [approval](const Stream::State& state) {
        const Approval* found = find_approval(state.workflow, approval);
        return found != nullptr && !found->pending();
      },
      timeout_ms,
      std::move(done));
}

void Engine::lease_turn(LeaseWish wish, LeaseDone done) {
  impl_->turns_.lease(std::move(wish), std::move(done));
}

Result<Identity> Engine::authenticate(std::string_view key, KeyUse use) const {
  return impl_->tenants_.authenticate(key, use, impl_->now());
}

Result<void> Engine::recheck(const Identity& caller) const {
  return impl_->tenants_.recheck(caller, impl_->now());
}

Engine::Minted Engine::mint_key(ActorKind kind, const std::string& owner) const {
  return engine::mint_key(impl_->random_, impl_->options_.env, kind, owner);
}

std::shared_ptr<const Directory> Engine::directory(const std::string& tenant) const {
  return impl_->tenants_.view(tenant).directory;
}

std::int64_t Engine::directory_version(const std::string& tenant) const {
  return impl_->tenants_.view(tenant).version;
}

std::shared_ptr<const Policy> Engine::policy(const std::string& tenant) const {
  return impl_->tenants_.view(tenant).policy;
}

Stats Engine::stats() const {
  const Committer::Counters written = impl_->committer_->counters();
  return {.commands = impl_->commands_,
          .refused = impl_->refused_,
          .commits = written.commits,
          .batches = written.batches,
          .events = impl_->events_,
          .tasks_done = impl_->tasks_done_,
          .tasks_failed = impl_->tasks_failed_,
          .queued = impl_->queued_,
          .resident = impl_->registry_.size(),
          .resident_bytes = impl_->registry_.bytes(),
          .waiters = impl_->waiters_};
}

Changes& Engine::changes() { return impl_->changes_; }

TimeMs Engine::now() const { return impl_->now(); }

Result<void> Engine::ready() {
  if (impl_->draining_)
    return fail(ErrorCode::kUnavailable, "engine.draining", "the server is stopping");
  FERMATA_CHECK_OK(impl_->store_.now());
  return {};
}

void Engine::stop_waiting() { impl_->stop_waiting(); }

void Engine::drain() { impl_->drain(); }

}  // namespace fermata::engine

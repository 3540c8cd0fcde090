// The calls of one answer of the model. Those that people are asked about are opened first, so that
// they read about all of them while the others run; those run several at once, up to the agent's
// parallel_tools. A call is opened only when somebody is free to run it: after a crash no more are
// in doubt than ran.

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>

#include "agents/turn.hpp"

namespace fermata::agents {

Result<Turn::Next> Turn::run_tools(const Machine& machine, const RunTools& run) {
  Batch batch{.calls = {}, .why = run.why};
  for (const PlannedCall& call : run.calls) {
    if (journal_.outcome(call)) continue;
    // What came before such a point is over when it is made.
    if (!is_workflow_point(call.name)) {
      batch.calls.push_back(&call);
      continue;
    }
    FERMATA_CHECK_OK(run_batch(batch));
    if (lost_) return Next::kOver;
    if (hands_.stopping()) return end();
    if (batch.unserved != nullptr) break;
    if (call.name == "create_checkpoint") {
      FERMATA_CHECK_OK(create_checkpoint(call));
      continue;
    }
    FERMATA_TRY(const bool rolled_back, roll_back(call));
    if (rolled_back) return Next::kOver;
  }
  FERMATA_CHECK_OK(run_batch(batch));
  if (lost_) return Next::kOver;
  if (batch.unserved != nullptr)
    return wait_for_worker(batch.unserved->key,
                           *declared_.tool(tool_of(wish_for(*batch.unserved, batch.why))));
  const bool all_closed =
      std::all_of(run.calls.begin(), run.calls.end(), [this](const PlannedCall& call) {
        return journal_.outcome(call).has_value();
      });
  return all_closed ? Next::kGoOn : answer_people(machine, run);
}

// Runs what is in it and empties it. Some of it may be open afterwards.
Result<void> Turn::run_batch(Batch& batch) {
  std::stable_partition(batch.calls.begin(), batch.calls.end(), [&](const PlannedCall* call) {
    return foresee(wish_for(*call, batch.why)) == Effect::kAsk;
  });
  const std::size_t hands =
      std::min(batch.calls.size(), static_cast<std::size_t>(agent_->parallel_tools));
  while (hands_.clients.size() < hands) hands_.clients.emplace_back();
  std::vector<std::thread> helpers;
  for (std::size_t i = 1; i < hands; ++i) {
    try {
      helpers.emplace_back([this, &batch, i] { work_off(batch, hands_.clients[i]); });
    } catch (const std::system_error&) {
      break;  // There are no more threads to be had; this one does it all.
    }
  }
  work_off(batch, hands_.clients.front());
  for (std::thread& helper : helpers) helper.join();
  batch.calls.clear();
  batch.next = 0;
  if (batch.failed) return tl::unexpected(*batch.failed);
  return {};
}

// By each thread of a batch: whatever changes the turn is done under the batch's lock, tools run
// outside it.
void Turn::work_off(Batch& batch, net::Client& http) {
  std::unique_lock lock(batch.mutex);
  while (!given_up() && !batch.failed && batch.next < batch.calls.size()) {
    const PlannedCall& call = *batch.calls[batch.next++];
    engine::ToolDesk::SeatPtr seat;
    const command::OpenCall wish = wish_for(call, batch.why);
    const ToolDefinition* tool = declared_.tool(tool_of(wish));
    if (tool != nullptr && tool->worker && may_begin(wish)) {
      do {
        lock.unlock();
        seat = find_hands(*tool);
        lock.lock();
      } while (seat == nullptr && batch.running > 0 && !given_up());  // Who holds a thread anyway.
      if (seat == nullptr) {
        batch.unserved = &call;
        continue;
      }
    }
    run_one(batch, call, http, std::move(seat), lock);
  }
}

void Turn::run_one(Batch& batch,
                   const PlannedCall& call,
                   net::Client& http,
                   engine::ToolDesk::SeatPtr seat,
                   std::unique_lock<std::mutex>& lock) {
  const auto opened = open(call, batch.why);
  if (!opened) batch.failed = opened.error();
  if (!opened || !*opened) return leave(seat);
  ++batch.running;
  lock.unlock();
  const ToolRun ran = perform(**opened, http, seat);
  lock.lock();
  --batch.running;
  if (const auto closed = close(**opened, ran, seat); !closed && !batch.failed)
    batch.failed = closed.error();
}

}  // namespace fermata::agents

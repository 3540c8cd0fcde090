// Explores every interleaving of up to N commands on the production decide() and evolve().
//
//     model_check [--commands 6] [--threads 2] [--mutant]
//
// Ends with one line of JSON: {"states","steps","violations","unseen"}. Exit code 1 when something
// did not hold or an outcome was never seen. --mutant: stops at the first violation, says nothing
// about what was not seen.

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/model_check/moves.hpp"

namespace fermata::model_check {
namespace {

// Which states were seen, and with how many commands to go. Open addressing; never shrinks.
class Visited {
 public:
  // True when it is worth going on from here: unseen, or seen with fewer commands to go.
  bool enter(std::uint64_t digest, int to_go, bool& fresh) {
    Shard& shard = shards_[digest % kShards];
    const std::lock_guard lock(shard.mutex);
    if (2 * shard.used >= shard.slots.size()) shard.grow();
    std::uint64_t& slot = shard.find(digest);
    fresh = slot == 0;
    const auto seen_to_go = static_cast<int>(slot & kLow);
    if (!fresh && seen_to_go >= to_go + 1) return false;
    if (fresh) ++shard.used;
    slot = (digest & ~kLow) | static_cast<std::uint64_t>(to_go + 1);
    return true;
  }

 private:
  static constexpr std::size_t kShards = 256;
  static constexpr std::uint64_t kLow = 15;

  struct Shard {
    std::mutex mutex;
    std::vector<std::uint64_t> slots = std::vector<std::uint64_t>(1024);
    std::size_t used = 0;

    std::uint64_t& find(std::uint64_t digest) {
      std::size_t at = (digest >> 16) % slots.size();
      while (slots[at] != 0 && (slots[at] & ~kLow) != (digest & ~kLow))
        at = (at + 1) % slots.size();
      return slots[at];
    }
    void grow() {
      std::vector<std::uint64_t> old(2 * slots.size());
      old.swap(slots);
      for (const std::uint64_t slot : old)
        if (slot != 0) find(slot) = slot;
    }
  };
  std::vector<Shard> shards_ = std::vector<Shard>(kShards);
};

struct Shared {
  int commands = 6;
  bool mutant = false;
  Visited visited;
  std::atomic<std::uint64_t> states = 0, steps = 0, violations = 0;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Counts counts{};
};

class Search {
 public:
  explicit Search(Shared& shared) : shared_(shared) {}

  void from(const Beginning& beginning, const Move& first) {
    begin_ = &beginning.world;
    beginning_ = beginning.name;
    step(beginning.world, first, shared_.commands);
  }
  ~Search() {
    const std::lock_guard lock(shared_.mutex);
    shared_.steps += steps_;
    for (std::size_t i = 0; i < counts_.size(); ++i) shared_.counts[i] += counts_[i];
  }

 private:
  void step(const World& world, const Move& move, int to_go) {
    if (shared_.mutant && shared_.violations > 0) return;
    Step step = make(world, move, counts_);
    ++steps_;
    if (!step.world) return;
    const World& next = *step.world;
    path_.push_back(&move);
    const std::size_t known = history_.size();
    for (event::Recorded& recorded : step.happened) history_.push_back(std::move(recorded));
    if (!step.broken.empty()) report(step.broken.front());
    bool fresh = false;
    const std::uint64_t state = digest(next);
    if (shared_.visited.enter(state, to_go - 1, fresh)) {
      if (fresh) {
        ++shared_.states;
        if (state % 1024 == 0) fold_again(next);
      }
      if (to_go > 1)
        for (const Move& then : all_moves()) this->step(next, then, to_go - 1);
    }
    history_.resize(known);
    path_.pop_back();
  }

  // P10: the state is the fold of its events, whichever way they came about.
  void fold_again(const World& world) {
    World again = world;
    again.workflow = begin_->workflow;
    for (const event::Recorded& recorded : history_)
      again.workflow = evolve(std::move(again.workflow), recorded);
    if (digest(again) != digest(world)) report("P10: folded again, it is another state");
  }

  void report(const std::string& what) {
    if (++shared_.violations > 5) return;
    const std::lock_guard lock(shared_.mutex);
    std::cerr << what << "\n  began with: " << beginning_ << "\n";
    for (const Move* move : path_) std::cerr << "  " << move->name << "\n";
  }

  Shared& shared_;
  Counts counts_{};
  std::uint64_t steps_ = 0;
  const World* begin_ = nullptr;
  const char* beginning_ = "";
  std::vector<const Move*> path_;
  std::vector<event::Recorded> history_;
};

int run(Shared& shared, unsigned threads) {
  const std::vector<Beginning> all = beginnings();
  const std::size_t moves = all_moves().size();
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      Search search(shared);
      for (std::size_t job = shared.next++; job < all.size() * moves; job = shared.next++)
        search.from(all[job / moves], all_moves()[job % moves]);
    });
  for (std::thread& worker : workers) worker.join();
  std::string unseen;
  for (std::size_t i = 0; i < shared.counts.size(); ++i)
    if (shared.counts[i] == 0)
      unseen += (unseen.empty() ? "\"" : ",\"") + std::string(name_of(static_cast<Seen>(i))) + "\"";
  std::cout << "{\"states\":" << shared.states << ",\"steps\":" << shared.steps
            << ",\"violations\":" << shared.violations << ",\"unseen\":[" << unseen << "]}\n";
  const bool good = shared.violations == 0 && (shared.mutant || unseen.empty());
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace fermata::model_check

int main(int argc, char** argv) {
  fermata::model_check::Shared shared;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--commands") == 0 && more)
      shared.commands = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--threads") == 0 && more)
      threads = static_cast<unsigned>(std::atoi(argv[++i]));
    else if (std::strcmp(argv[i], "--mutant") == 0)
      shared.mutant = true;
    else
      return (std::cerr << "model_check: unknown option " << argv[i] << "\n"), 2;
  }
  if (shared.commands < 1 || shared.commands > 14 || threads < 1 || threads > 64)
    return (std::cerr << "model_check: 1 to 14 commands, 1 to 64 threads\n"), 2;
  return fermata::model_check::run(shared, threads);
}

// The store contract on the memory adapter.

#include <atomic>

#include "tests/contract/store_contract.hpp"

namespace fermata::store {
namespace {

class SetClock final : public Clock {
 public:
  TimeMs now_ms() const override { return now_ms_; }
  void pass_ms(std::int64_t duration_ms) { now_ms_ += duration_ms; }

 private:
  std::atomic<TimeMs> now_ms_ = 1'800'000'000'000;
};

class MemoryDatabase final : public Database {
 public:
  Result<std::unique_ptr<Store>> open(const Options&) override { return make_memory_store(clock_); }
  void pass_ms(std::int64_t duration_ms) override { clock_.pass_ms(duration_ms); }
  std::string execute(const std::string&) override { return "no SQL here"; }

 private:
  SetClock clock_;
};

}  // namespace

std::unique_ptr<Database> make_database() { return std::make_unique<MemoryDatabase>(); }

}  // namespace fermata::store

#pragma once

// The streams in memory, found by id. Beyond a limit those that nobody uses are let go, the longest
// unused first; they are folded again from their events when somebody asks.

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/stream.hpp"

namespace fermata::engine {

// Thread-safe.
class Registry {
 public:
  explicit Registry(std::size_t max_resident) : max_per_shard_(max_resident / kShards + 1) {}

  std::shared_ptr<Stream> get(const std::string& tenant, const std::string& name);
  std::size_t size() const;
  // Calls back with no lock held.
  void for_each(const std::function<void(Stream&)>& visit);

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<Stream>> streams;
  };
  void make_room(Shard& shard);

  const std::size_t max_per_shard_;
  std::atomic<std::uint64_t> uses_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace fermata::engine

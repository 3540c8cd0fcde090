#pragma once

// The streams in memory, found by id. Beyond a limit, of number or of bytes, those that nobody uses
// are let go, the longest unused first; they are folded again from their events when somebody asks.

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
  Registry(std::size_t max_resident, std::size_t max_bytes)
      : max_per_shard_(max_resident / kShards + 1), max_bytes_(max_bytes) {}

  std::shared_ptr<Stream> get(const std::string& tenant, const std::string& name);
  std::size_t size() const;
  // Takes note of what the stream's state takes now, and makes room if all together take too much.
  // To be called by whoever is busy with the stream, after using it.
  void weigh(Stream& stream);
  std::size_t bytes() const { return bytes_; }  // By estimate.
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
  const std::size_t max_bytes_;
  std::atomic<std::uint64_t> uses_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  std::array<Shard, kShards> shards_;
};

}  // namespace fermata::engine

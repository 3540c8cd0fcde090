#include "engine/registry.hpp"

#include <algorithm>
#include <vector>

namespace fermata::engine {
namespace {

// What a folded state takes, measured against the text of its events.
constexpr std::size_t kWeightOfStream = 2048, kWeightOfByte = 2;
constexpr int kRounds = 4;  // Of a quarter each.

}  // namespace

std::shared_ptr<Stream> Registry::get(const std::string& tenant, const std::string& name) {
  const std::string key = tenant + '\n' + name;
  Shard& shard = shards_[std::hash<std::string>{}(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  std::shared_ptr<Stream>& stream = shard.streams[key];
  if (!stream) {
    stream = std::make_shared<Stream>(store::StreamId{tenant, name});
    // Held from here on, so that make_room cannot choose it.
    std::shared_ptr<Stream> kept = stream;
    if (shard.streams.size() > max_per_shard_) make_room(shard);
    kept->last_used = ++uses_;
    return kept;
  }
  const std::lock_guard use(stream->mutex);
  stream->last_used = ++uses_;
  return stream;
}

std::size_t Registry::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.streams.size();
  }
  return count;
}

void Registry::weigh(Stream& stream) {
  const std::size_t weight =
      stream.state.loaded ? kWeightOfStream + kWeightOfByte * stream.state.bytes : 0;
  if (weight == stream.weight) return;
  {
    const std::lock_guard lock(stream.mutex);
    bytes_ += weight - stream.weight;  // Modulo the range, so less weight is fine too.
    stream.weight = weight;
  }
  for (int round = 0; round < kRounds && bytes_ > max_bytes_; ++round) {
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      make_room(shard);
    }
  }
}

void Registry::for_each(const std::function<void(Stream&)>& visit) {
  for (Shard& shard : shards_) {
    std::vector<std::shared_ptr<Stream>> streams;
    {
      const std::lock_guard lock(shard.mutex);
      for (const auto& [key, stream] : shard.streams) streams.push_back(stream);
    }
    for (const auto& stream : streams) visit(*stream);
  }
}

// Drops the longest unused quarter of those that nobody holds: a reference outside the map means a
// command, a query, a waiter's timer or a caller. Amortised, a constant number per stream added.
void Registry::make_room(Shard& shard) {
  std::vector<std::pair<std::uint64_t, std::string>> idle;
  for (const auto& [key, stream] : shard.streams) {
    if (stream.use_count() > 1 || stream->is_directory()) continue;
    const std::lock_guard lock(stream->mutex);
    if (!stream->busy && stream->queue.empty() && stream->waiters.empty())
      idle.emplace_back(stream->last_used, key);
  }
  const auto quarter = static_cast<std::ptrdiff_t>(
      std::min(idle.size(), std::min(shard.streams.size(), max_per_shard_) / 4 + 1));
  std::partial_sort(idle.begin(), idle.begin() + quarter, idle.end());
  for (auto it = idle.begin(); it != idle.begin() + quarter; ++it) {
    const auto found = shard.streams.find(it->second);
    bytes_ -= found->second->weight;  // Nobody else holds it.
    shard.streams.erase(found);
  }
}

}  // namespace fermata::engine

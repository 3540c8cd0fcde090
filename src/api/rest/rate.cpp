#include "api/rest/rate.hpp"

#include <algorithm>

namespace fermata::api {
namespace {

constexpr std::int64_t kToken = 1000;
constexpr std::size_t kFewNames = 1024;
constexpr std::int64_t kLongestRestMs = 24LL * 3600 * 1000;  // Keeps the product small.

}  // namespace

bool Rate::take(const std::string& name, std::int64_t now_ms) {
  if (per_second_ == 0) return true;
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= std::min(look_again_, most_names_)) forget_full(now_ms);
    const bool crowded = buckets_.size() >= most_names_;
    found =
        buckets_.try_emplace(crowded ? std::string() : name, Bucket{burst_ * kToken, now_ms}).first;
  }
  Bucket& bucket = found->second;
  bucket = {filled(bucket, now_ms), std::max(bucket.at_ms, now_ms)};
  if (bucket.tokens < kToken) return false;
  bucket.tokens -= kToken;
  return true;
}

std::size_t Rate::names() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

// A thousandth of a token a millisecond for each token a second.
std::int64_t Rate::filled(const Bucket& bucket, std::int64_t now_ms) const {
  const std::int64_t passed_ms = std::clamp<std::int64_t>(now_ms - bucket.at_ms, 0, kLongestRestMs);
  return std::min(burst_ * kToken, bucket.tokens + passed_ms * per_second_);
}

void Rate::forget_full(std::int64_t now_ms) {
  std::erase_if(buckets_,
                [&](const auto& one) { return filled(one.second, now_ms) == burst_ * kToken; });
  look_again_ = std::max(kFewNames, 2 * buckets_.size());
}

}  // namespace fermata::api

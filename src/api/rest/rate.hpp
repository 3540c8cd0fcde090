#pragma once

// Token buckets, one per name: so many requests a second, and some more at once after a rest.
//
// A bucket that has filled up again is forgotten. When there are too many names that have not, new
// ones share a bucket, so memory is bounded whatever comes.

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace fermata::api {

// Thread-safe.
class Rate {
 public:
  // No limit when `per_second` is 0.
  Rate(std::int64_t per_second, std::int64_t burst, std::size_t most_names = 100'000)
      : per_second_(per_second), burst_(burst), most_names_(most_names) {}

  // Takes a token out of the bucket of `name`. False: it is empty; within a second there is one.
  bool take(const std::string& name, std::int64_t now_ms);
  std::size_t names() const;

 private:
  // In thousandths of a token.
  struct Bucket {
    std::int64_t tokens = 0;
    std::int64_t at_ms = 0;
  };
  std::int64_t filled(const Bucket& bucket, std::int64_t now_ms) const;
  void forget_full(std::int64_t now_ms);

  const std::int64_t per_second_;
  const std::int64_t burst_;
  const std::size_t most_names_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::size_t look_again_ = 1024;  // Number of names at which full buckets are looked for.
};

}  // namespace fermata::api

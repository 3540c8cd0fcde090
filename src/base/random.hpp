#pragma once

// Random bytes for ids and secrets, behind a port so that tests and the simulator can seed it.

#include <cstddef>
#include <string>
#include <string_view>

namespace fermata {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::string bytes(std::size_t count) = 0;
};

class SystemRandom final : public Random {
 public:
  std::string bytes(std::size_t count) override;
};

// 26 characters of lower-case base32 (Crockford's alphabet) from 130 bits.
std::string random_suffix(Random& random);
// The same shape, determined by `seed`: a repeated request finds the same id.
std::string suffix_from(std::string_view seed);
// `count` characters of [0-9A-Za-z].
std::string random_base62(Random& random, std::size_t count);

}  // namespace fermata

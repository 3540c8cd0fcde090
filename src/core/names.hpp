#pragma once

// Tables between an enum's values and the names they have on disk and in the API.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.hpp"

namespace fermata {

template <class Enum, std::size_t count>
using Names = std::array<std::pair<Enum, std::string_view>, count>;

template <class Enum, std::size_t count>
std::string name_of(const Names<Enum, count>& names, Enum value) {
  for (const auto& [candidate, name] : names)
    if (candidate == value) return std::string(name);
  FERMATA_ASSERT(false, "every value of an enum has a name");
  return {};
}

template <class Enum, std::size_t count>
std::optional<Enum> value_of(const Names<Enum, count>& names, std::string_view text) {
  for (const auto& [value, name] : names)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace fermata

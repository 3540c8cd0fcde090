#pragma once

// A rule's words for what its tool does: "refund {amount} {currency} to {customer}".
//
// Braces hold the dotted path of an argument (lookup.hpp); {{ and }} stand for themselves. What
// people are shown around it: "May refunds refund 240.00 EUR to Anna K.?"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fermata {

struct TitlePart {
  std::string text;  // Or the argument's path.
  bool is_argument = false;
  friend bool operator==(const TitlePart&, const TitlePart&) = default;
};
using Title = std::vector<TitlePart>;

struct TitleFault {
  std::size_t offset = 0;  // In bytes.
  std::string message;     // With what to write instead.
};

inline constexpr std::size_t kMaxTitleCharacters = 200;
inline constexpr std::size_t kMaxTitleArguments = 10;

std::variant<Title, TitleFault> parse_title(std::string_view text);

}  // namespace fermata

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/policy/policy.hpp"

namespace fermata {
namespace {

// Knuth, Morris and Pratt: both strings come from people and agents, so that the quadratic case of
// a plain search would be theirs to choose.
std::size_t find_linear(std::string_view text, std::string_view part) {
  std::vector<std::size_t> overlap(part.size(), 0);
  for (std::size_t i = 1, matched = 0; i < part.size(); ++i) {
    while (matched > 0 && part[i] != part[matched]) matched = overlap[matched - 1];
    if (part[i] == part[matched]) ++matched;
    overlap[i] = matched;
  }
  for (std::size_t i = 0, matched = 0; i < text.size(); ++i) {
    while (matched > 0 && text[i] != part[matched]) matched = overlap[matched - 1];
    if (text[i] == part[matched]) ++matched;
    if (matched == part.size()) return i + 1 - matched;
  }
  return std::string_view::npos;
}

}  // namespace

bool glob_matches(const std::string& pattern, const std::string& text) {
  std::string_view rest = text;
  std::string_view parts = pattern;
  const std::size_t first = parts.find('*');
  if (first == std::string_view::npos) return pattern == text;
  const std::size_t last = parts.rfind('*');
  const std::string_view prefix = parts.substr(0, first);
  const std::string_view suffix = parts.substr(last + 1);
  if (rest.size() < prefix.size() + suffix.size()) return false;
  if (!rest.starts_with(prefix) || !rest.ends_with(suffix)) return false;
  rest = rest.substr(prefix.size(), rest.size() - prefix.size() - suffix.size());
  parts = parts.substr(first, last - first);  // "*a*b": every part after its star.
  while (!parts.empty()) {
    parts.remove_prefix(1);
    const std::string_view part = parts.substr(0, parts.find('*'));
    parts.remove_prefix(part.size());
    if (part.empty()) continue;
    const std::size_t at = find_linear(rest, part);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + part.size());
  }
  return true;
}

}  // namespace fermata

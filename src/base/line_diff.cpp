#include "base/line_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace fermata {
namespace {

constexpr std::size_t kMostCells = 4'000'000;
constexpr std::size_t kContext = 2;

using Lines = std::vector<std::string_view>;

struct Edit {
  char sign = ' ';  // ' ', '-' or '+'.
  std::string_view line;
};
using Edits = std::vector<Edit>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void replace_all(const Lines& before, const Lines& after, Edits& edits) {
  for (const std::string_view line : before) edits.push_back({'-', line});
  for (const std::string_view line : after) edits.push_back({'+', line});
}

// Of two texts without a common beginning or end.
void compare(const Lines& before, const Lines& after, Edits& edits) {
  const std::size_t width = after.size() + 1;
  if ((before.size() + 1) * width > kMostCells) return replace_all(before, after, edits);
  // How many lines are common from (i, j) on.
  std::vector<std::uint32_t> common((before.size() + 1) * width);
  for (std::size_t i = before.size(); i-- > 0;)
    for (std::size_t j = after.size(); j-- > 0;)
      common[i * width + j] =
          before[i] == after[j] ? common[(i + 1) * width + j + 1] + 1
                                : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      edits.push_back({' ', before[i++]});
      ++j;
    } else if (j == after.size() ||
               (i < before.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      edits.push_back({'-', before[i++]});
    } else {
      edits.push_back({'+', after[j++]});
    }
  }
}

Edits edits_of(Lines before, Lines after) {
  const auto shorter = static_cast<std::ptrdiff_t>(std::min(before.size(), after.size()));
  const auto begin = std::mismatch(before.begin(), before.begin() + shorter, after.begin()).first;
  const auto same = begin - before.begin();
  const auto end =
      std::mismatch(before.rbegin(), before.rbegin() + (shorter - same), after.rbegin()).first;
  const auto tail = end - before.rbegin();
  Edits edits;
  for (auto at = before.begin(); at != begin; ++at) edits.push_back({' ', *at});
  compare({before.begin() + same, before.end() - tail},
          {after.begin() + same, after.end() - tail},
          edits);
  for (auto at = before.end() - tail; at != before.end(); ++at) edits.push_back({' ', *at});
  return edits;
}

}  // namespace

std::vector<std::string> line_diff(std::string_view before, std::string_view after) {
  const Edits edits = edits_of(lines_of(before), lines_of(after));
  std::vector<bool> shown(edits.size(), false);
  for (std::size_t at = 0; at < edits.size(); ++at) {
    if (edits[at].sign == ' ') continue;
    const std::size_t from = at - std::min(at, kContext);
    const std::size_t to = std::min(edits.size(), at + kContext + 1);
    for (std::size_t near = from; near < to; ++near) shown[near] = true;
  }
  std::vector<std::string> told;
  for (std::size_t at = 0; at < edits.size(); ++at) {
    if (!shown[at]) continue;
    if (!told.empty() && !shown[at - 1]) told.emplace_back("...");
    told.push_back(std::string(1, edits[at].sign) + " " + std::string(edits[at].line));
  }
  return told;
}

}  // namespace fermata

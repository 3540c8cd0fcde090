#include "core/policy/cases.hpp"

#include <algorithm>
#include <tuple>

namespace fermata {
namespace {

std::vector<ExpectedAsk> sorted(std::vector<ExpectedAsk> asked) {
  std::sort(asked.begin(), asked.end(), [](const ExpectedAsk& a, const ExpectedAsk& b) {
    return std::tie(a.from, a.approve) < std::tie(b.from, b.approve);
  });
  return asked;
}

std::string differs(const std::string& what, const std::string& is, const std::string& wanted) {
  return what + " is " + is + ", expected " + wanted;
}

}  // namespace

CaseResult run_case(const Policy& policy, const PolicyCase& wanted) {
  CaseResult result{judge_call(policy, wanted.input), {}};
  const PolicyVerdict& verdict = result.verdict;
  if (verdict.effect != wanted.effect)
    result.problems.push_back(
        differs("effect", to_string(verdict.effect), to_string(wanted.effect)));
  if (!wanted.rule.empty() && verdict.rule != wanted.rule)
    result.problems.push_back(differs("rule", "'" + verdict.rule + "'", "'" + wanted.rule + "'"));
  const auto asked = asks_of(verdict);
  if (wanted.ask && sorted(asked) != sorted(*wanted.ask))
    result.problems.push_back(differs("ask", ask_text(asked), ask_text(*wanted.ask)));
  return result;
}

std::vector<ExpectedAsk> asks_of(const PolicyVerdict& verdict) {
  std::vector<ExpectedAsk> asked;
  for (const Threshold& one : verdict.thresholds)
    if (!one.veto) asked.push_back({one.from, one.approve});
  return asked;
}

std::string ask_text(const std::vector<ExpectedAsk>& asked) {
  std::string text;
  for (const ExpectedAsk& one : asked)
    text += (text.empty() ? "" : ", ") + std::to_string(one.approve) + " of " + one.from;
  return text.empty() ? "nobody" : text;
}

}  // namespace fermata

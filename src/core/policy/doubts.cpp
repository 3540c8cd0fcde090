#include "core/policy/doubts.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace fermata {
namespace {

class Doubts {
 public:
  explicit Doubts(const Policy& policy)
      : has_deadline_(std::any_of(policy.rules.begin(), policy.rules.end(), ends) ||
                      ends(policy.fallback)) {}

  void about(const Rule& rule) {
    name_ = rule.name;
    for (const Condition& one : rule.when) numbers_in_quotes(one);
    if (rule.effect != Effect::kAsk) return;
    deadline(rule);
    for (const Threshold& one : rule.thresholds) {
      late(rule, one);
      of_veto(one);
    }
    choices(rule);
  }
  std::vector<std::string> take() { return std::move(all_); }

 private:
  static bool ends(const Rule& rule) {
    return rule.effect == Effect::kAsk && rule.deadline_ms.has_value();
  }
  void add(const std::string& doubt) { all_.push_back("rule '" + name_ + "' " + doubt); }

  // A number in quotes is compared as text, and never with numbers.
  void numbers_in_quotes(const Condition& condition) {
    const Operator op = condition.op;
    const bool orders =
        op == Operator::kLt || op == Operator::kLte || op == Operator::kGt || op == Operator::kGte;
    const std::string* text = condition.operand.as_string();
    if (!orders || text == nullptr || condition.from != OperandFrom::kPolicy) return;
    const Result<json::Value> read = json::parse(*text);
    if (read && read->is_number())
      add("compares " + condition.argument + " with the text \"" + *text +
          "\", which no number is above or below; write " + *text + " without quotes");
  }

  void deadline(const Rule& rule) {
    if (!rule.deadline_ms && rule.on_deadline != OnDeadline::kExpire)
      add("says what happens on_deadline and has none; give it a deadline_s");
    if (!has_deadline_ && rule.terms.extend_ms)
      add("lets people extend a deadline that no rule sets; give it a deadline_s");
  }

  // An extension may still bring it about.
  void late(const Rule& rule, const Threshold& threshold) {
    if (!rule.deadline_ms) return;
    const std::int64_t last = *rule.deadline_ms + rule.terms.extend_ms.value_or(0);
    for (const Escalation& step : threshold.escalations)
      if (step.after_ms >= last)
        add("asks " + step.to + " after " + std::to_string(step.after_ms / 1000) +
            " s, and has ended by then: after " + std::to_string(last / 1000) + " s at the latest");
  }

  void of_veto(const Threshold& one) {
    if (one.veto && (one.stage != 1 || !one.choice.empty() || !one.escalations.empty()))
      add("gives the veto of " + one.label() +
          " a stage, a choice or an escalation; a veto counts from the start to the end");
  }

  void choices(const Rule& rule) {
    std::map<std::string, std::set<std::int64_t>> stages;
    std::map<std::string, std::size_t> alternatives;
    for (const Threshold& one : rule.thresholds) {
      if (one.choice.empty() || one.veto) continue;
      stages[one.choice].insert(one.stage);
      ++alternatives[one.choice];
    }
    for (const auto& [choice, in] : stages) {
      // As it stands in the file: without the rule's name before it.
      const std::string said = "choice " + choice.substr(choice.rfind('/') + 1);
      if (in.size() > 1)
        add("has the " + said + " in " + std::to_string(in.size()) +
            " stages, which makes it as many choices");
      else if (alternatives.at(choice) == 1)
        add("has one alternative only for the " + said + "; leave choice out, or add another");
    }
  }

  bool has_deadline_;
  std::string name_;
  std::vector<std::string> all_;
};

}  // namespace

std::vector<std::string> doubts(const Policy& policy) {
  Doubts found(policy);
  for (const Rule& rule : policy.rules) found.about(rule);
  found.about(policy.fallback);
  return found.take();
}

}  // namespace fermata

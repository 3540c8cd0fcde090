// Whatever is in a policy file: no crash and no exception, and what is accepted keeps the promises
// that the engine builds on: whoever is asked exists (P2), and every call gets a verdict.

#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "codec/policy_codec.hpp"
#include "codec/policy_documents.hpp"
#include "core/policy/probes.hpp"

using fermata::Effect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = fermata::codec::parse_policy({reinterpret_cast<const char*>(data), size});
  for (const auto& error : parsed.errors) {
    FERMATA_ASSERT(error.line >= 1 && error.column >= 1, "every error has a place");
    FERMATA_ASSERT(!error.message.empty(), "every error says what is wrong");
  }
  if (!parsed.errors.empty()) return 0;
  for (const fermata::Probe& probe : probes(parsed.policy, parsed.policy, 200)) {
    const auto verdict = judge_call(parsed.policy, probe.input);
    FERMATA_ASSERT(!verdict.explanation.empty(), "every verdict has a reason");
    FERMATA_ASSERT(verdict.thresholds.empty() == (verdict.effect != Effect::kAsk), "P2");
    (void)fermata::codec::to_document(verdict);
  }
  for (const fermata::PolicyCase& one : parsed.cases) (void)run_case(parsed.policy, one);
  for (const fermata::Rule& rule : parsed.policy.rules) {
    FERMATA_ASSERT(rule.thresholds.empty() == (rule.effect != Effect::kAsk), "P2 asks somebody");
    fermata::json::Object arguments;
    for (const auto& condition : rule.when) arguments.set(condition.argument, condition.operand);
    for (const fermata::json::Object& call : {arguments, fermata::json::Object{}}) {
      const auto verdict = evaluate(parsed.policy, {rule.tool, call});
      FERMATA_ASSERT(!verdict.explanation.empty(), "every verdict has a reason");
      FERMATA_ASSERT(verdict.thresholds.empty() == (verdict.effect != Effect::kAsk), "P2");
    }
  }
  return 0;
}

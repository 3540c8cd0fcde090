#include "core/permission/in_vain.hpp"

#include <algorithm>

namespace fermata {
namespace {

tl::unexpected<Error> in_vain(std::string message) {
  return fail(ErrorCode::kInvalid, "permission.bad_terms", std::move(message));
}

const json::Value* value_at(const std::string& path, const json::Object& arguments) {
  const json::Value* value = nullptr;
  const json::Object* object = &arguments;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find('.', from), path.size());
    value = object == nullptr ? nullptr : object->find(path.substr(from, end - from));
    if (value == nullptr) return nullptr;
    object = value->as_object();
    from = end + 1;
  }
  return value;
}

bool same_type(const json::Value& a, const json::Value& b) {
  return a.is_number() == b.is_number() &&
         (a.as_string() == nullptr) == (b.as_string() == nullptr) &&
         (a.as_bool() == nullptr) == (b.as_bool() == nullptr);
}

// Of a list of which it must not be one, anything is right.
bool fits_type(const Condition& condition, const json::Value& value) {
  const json::Array* listed = condition.operand.as_array();
  if (listed == nullptr) return same_type(condition.operand, value);
  return condition.op == Operator::kNotIn ||
         std::any_of(listed->begin(), listed->end(), [&](const json::Value& one) {
           return same_type(one, value);
         });
}

}  // namespace

Result<void> check_like(const PermissionTerms& terms, const json::Object& arguments) {
  for (const Condition& one : conditions_of(terms)) {
    const json::Value* value = value_at(one.argument, arguments);
    if (value == nullptr)
      return in_vain("when." + one.argument + ": the request has no such argument");
    if (!fits_type(one, *value))
      return in_vain("when." + one.argument + ": it has another type in the request");
  }
  if (terms.sum_of.empty()) return {};
  const json::Value* summed = value_at(terms.sum_of, arguments);
  if (summed != nullptr && summed->is_number()) return {};
  return in_vain("sum.of: " + terms.sum_of + " is no number of the request");
}

Result<void> check_allowed(const PermissionTerms& terms, const Policy& policy) {
  bool named = false;
  for (const Rule& rule : policy.rules) {
    if (!glob_matches(rule.tool, terms.tool)) continue;
    named = true;
    if (rule.effect == Effect::kDeny && rule.when.empty() && rule.circumstances.empty())
      return in_vain("tool: the policy denies every call of it, by rule '" + rule.name + "'");
  }
  if (named || policy.fallback.effect != Effect::kDeny) return {};
  return in_vain("tool: the policy denies every call of it, by its default");
}

}  // namespace fermata

#include "core/approval/request_tool.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace fermata {
namespace {

constexpr std::size_t kMostOutcomes = 16;
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestText = 4000;

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(ErrorCode::kInvalid, "request.invalid", what);
}

Result<void> check_members(const json::Object& object,
                           std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return wrong("there is no '" + name + "'");
  return {};
}

Result<CustomOutcome> read_outcome(const json::Value& document) {
  const json::Object* members = document.as_object();
  if (members == nullptr) return wrong("an outcome is {name, means, text}");
  FERMATA_CHECK_OK(check_members(*members, {"name", "means", "text"}));
  CustomOutcome outcome{
      document.string_or("name"), DecisionKind::kReject, document.string_or("text")};
  const auto means = decision_kind_from(document.string_or("means"));
  const bool can_mean = means == DecisionKind::kApprove || means == DecisionKind::kReject ||
                        means == DecisionKind::kIgnore;
  if (!can_mean) return wrong("an outcome means approve, reject or ignore");
  if (outcome.name.empty() || outcome.name.size() > kLongestName ||
      outcome.text.size() > kLongestText)
    return wrong("an outcome has a name of at most 200 bytes, and a text of at most 4000");
  outcome.means = *means;
  return outcome;
}

Result<std::vector<CustomOutcome>> read_outcomes(const json::Value& document) {
  std::vector<CustomOutcome> outcomes;
  if (document.is_null()) return outcomes;
  const json::Array* items = document.as_array();
  if (items == nullptr || items->size() > kMostOutcomes)
    return wrong("outcomes is a list of at most 16");
  std::set<std::string> names;
  for (const json::Value& item : *items) {
    FERMATA_TRY(CustomOutcome outcome, read_outcome(item));
    if (!names.insert(outcome.name).second)
      return wrong("two outcomes are named '" + outcome.name + "'");
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace

Result<ToolRequest> read_tool_request(const json::Object& arguments) {
  FERMATA_CHECK_OK(
      check_members(arguments, {"action", "arguments", "why", "otherwise", "outcomes"}));
  const json::Value all(arguments);
  ToolRequest request;
  request.action = all.string_or("action");
  if (request.action.empty()) return wrong("it names no action");
  if (const json::Object* inner = all["arguments"].as_object())
    request.arguments = *inner;
  else if (!all["arguments"].is_null())
    return wrong("arguments is an object");
  request.why = all.string_or("why");
  request.otherwise = all.string_or("otherwise");
  FERMATA_TRY(request.outcomes, read_outcomes(all["outcomes"]));
  return request;
}

}  // namespace fermata

#include "core/workflow/compare.hpp"

#include <algorithm>

namespace fermata {
namespace {

// Without the checkpoint's id, which is another in each workflow.
json::Value result_of(const Call& call) {
  if (call.kind != CallKind::kCheckpoint || call.result.as_object() == nullptr) return call.result;
  json::Object record = *call.result.as_object();
  record.set("checkpoint", "");
  return record;
}

bool is_same(const Call& a, const Call& b) {
  return a.kind == b.kind && a.asked_tool() == b.asked_tool() && a.tool == b.tool &&
         a.state == b.state && result_of(a) == result_of(b) && a.error == b.error &&
         a.denial_message == b.denial_message &&
         json::Value(a.effective()) == json::Value(b.effective());
}

std::optional<std::size_t> of_key(const Workflow& workflow, const std::string& key) {
  const auto found = workflow.by_key.find(key);
  return found == workflow.by_key.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Comparison compare(const Workflow& left, const Workflow& right) {
  Comparison comparison;
  std::size_t shown = 0;  // Of the right one's calls.
  const auto show_right_alone = [&](std::size_t until) {
    for (; shown < until; ++shown) {
      const Call& call = right.calls[shown];
      if (call.live() && !of_key(left, call.key))
        comparison.rows.push_back({call.key, std::nullopt, shown, false});
    }
  };
  for (std::size_t i = 0; i < left.calls.size(); ++i) {
    const Call& call = left.calls[i];
    if (!call.live()) continue;
    const auto other = of_key(right, call.key);
    if (other) show_right_alone(*other);
    comparison.rows.push_back({call.key, i, other, other && is_same(call, right.calls[*other])});
  }
  show_right_alone(right.calls.size());
  const auto first = std::find_if(comparison.rows.begin(),
                                  comparison.rows.end(),
                                  [](const ComparedCall& row) { return !row.same; });
  comparison.common = static_cast<std::size_t>(first - comparison.rows.begin());
  return comparison;
}

}  // namespace fermata

#include "core/workflow/inbound.hpp"

#include <algorithm>

#include "core/event.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata {
namespace {

// A rollback has withdrawn what people had not decided yet, so that it must be asked again (P13).
bool is_cut(const Workflow& workflow, const InboundAsk& one, TimeMs now) {
  return std::any_of(one.parts.begin(), one.parts.end(), [&](const InboundPart& part) {
    if (!part.call.empty()) return !find_call(workflow, part.call)->live();
    const Approval& approval = *find_approval(workflow, part.approval);
    return approval.status == ApprovalStatus::kCancelled && approval.outcome->at == now;
  });
}

}  // namespace

const InboundAsk* find_inbound_by_key(const Workflow& workflow, const std::string& key) {
  const auto found = workflow.inbound_by_key.find(key);
  return found == workflow.inbound_by_key.end() ? nullptr : &workflow.inbound[found->second];
}

json::Value handed_over() { return json::Object{{"handed_over", true}}; }

void add_inbound(Workflow& workflow, const event::InboundAsked& asked, std::int64_t version) {
  for (const InboundPart& part : asked.parts)
    if (const Call* call = find_call(workflow, part.call))
      workflow.calls[static_cast<std::size_t>(call - workflow.calls.data())].handed = true;
  if (!asked.key.empty()) workflow.inbound_by_key[asked.key] = workflow.inbound.size();
  workflow.inbound.push_back(
      {asked.inbound, asked.key, asked.asked, asked.hash, asked.parts, version});
}

void leave_inbound(Workflow& workflow, std::int64_t kept, std::int64_t epoch, TimeMs now) {
  for (InboundAsk& one : workflow.inbound) {
    if (!one.live() || (one.version <= kept && !is_cut(workflow, one, now))) continue;
    one.left = epoch;
    workflow.inbound_by_key.erase(one.key);
  }
}

}  // namespace fermata

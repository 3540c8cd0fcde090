#pragma once

// The documents that the API, the read models and `fermata --json` show. Field names and shapes are
// those of schema/openapi.yaml. All are pure functions of the state, so that read models rebuilt
// from events are the same byte for byte (P10).

#include <string_view>

#include "base/json.hpp"
#include "core/directory/directory.hpp"
#include "core/event.hpp"
#include "core/outbox/outbox.hpp"
#include "core/workflow/compare.hpp"
#include "core/workflow/rollback.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata::codec {

// As much work for a workflow of many calls as for one of few.
json::Value to_document(const Workflow& workflow);
// A checkpoint's call has the result that it has on the branch of now.
json::Value to_document(const Call& call, const Workflow& workflow);
json::Value to_document(const Approval& approval, const Workflow& workflow);
// `document` is of an approval request; of a pending one it tells from here on who counts by now
// (`needed`), its times as the kill switch has moved them, and what holds it (`frozen_by`); of a
// policy that was agreed to, whether it came into force (`published`).
void bring_up_to_date(json::Value& document, const Directory& directory, TimeMs now);
// What it still needs, who can give it, and what happens when if nobody does.
json::Value explain_document(const Workflow& workflow,
                             const Approval& approval,
                             const Directory& directory,
                             TimeMs now);
json::Value to_document(const Checkpoint& checkpoint);
json::Value to_document(const Message& message);
// What a rollback would do, for whoever decides on it.
json::Value to_document(const RollbackPlan& plan, const Workflow& workflow);
// One row of two workflows side by side, and how one of them ended.
json::Value to_document(const ComparedCall& row, const Workflow& left, const Workflow& right);
json::Value outcome_document(const Workflow& workflow);
json::Value to_document(const Person& person);
json::Value to_document(const Group& group);
json::Value to_document(const Resource& resource);
json::Value to_document(const Freeze& freeze);
json::Value to_document(const Permission& permission, TimeMs now);  // Without its uses.
json::Value to_document(const event::PermissionUsed& use, TimeMs at);
json::Value to_document(const ApiKey& key);  // Without the secret's hash.
json::Value to_document(const PolicyVersion& policy, bool with_source);
json::Value to_document(const std::vector<Threshold>& thresholds);
json::Value outcomes_document(const std::vector<CustomOutcome>& outcomes);

// The Event document of the API, from the stored body and its place in the chain. Times are RFC
// 3339, durations whole seconds ("lease_s"), and a key's secret hash is left out; all else as on
// disk. kInternal codec.corrupt_event as decode().
Result<json::Value> event_document(std::string_view body,
                                   std::string_view prev_hash,
                                   std::string_view hash);

}  // namespace fermata::codec

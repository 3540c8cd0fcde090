#include "codec/upcast.hpp"

#include <algorithm>

namespace fermata::codec {
namespace {

void set_in_payload(json::Object& event, std::string_view name, json::Value value) {
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || payload->as_object() == nullptr) return;  // The reader will say so.
  json::Object lifted = *payload->as_object();
  lifted.set(std::string(name), std::move(value));
  event.set("payload", std::move(lifted));
}

// Nobody but its caller drove a workflow, and there were no forks.
void lift_workflow_created(json::Object& event) {
  set_in_payload(event, "dispatch", "none");
  set_in_payload(event, "effects", "live");
  set_in_payload(event, "forked_from", {});
}

// An edit left the deadline as it was.
void lift_approval_edited(json::Object& event) {
  set_in_payload(event, "deadline", {});
  set_in_payload(event, "on_deadline", "expire");
}

// A threshold was {from, approve, reject}, and nothing about time but the deadline was said.
void lift_thresholds(json::Object& event) {
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || (*payload)["thresholds"].as_array() == nullptr) return;
  json::Array lifted;
  for (const json::Value& one : *(*payload)["thresholds"].as_array()) {
    json::Object threshold;
    if (one.as_object() != nullptr) threshold = *one.as_object();
    threshold.set("choice", "");
    threshold.set("delegate_to", "");
    threshold.set("escalations", json::Array{});
    threshold.set("name", "");
    threshold.set("stage", 1);
    threshold.set("veto", false);
    threshold.set("weights", json::Array{});
    lifted.push_back(std::move(threshold));
  }
  set_in_payload(event, "thresholds", std::move(lifted));
}

void lift_edited_thresholds(json::Object& event) {
  lift_thresholds(event);
  set_in_payload(event, "schedule", {});
}

void lift_edited_tool(json::Object& event) { set_in_payload(event, "tool", {}); }
void lift_call_imported(json::Object& event) { set_in_payload(event, "effective_tool", ""); }

void lift_approval_requested(json::Object& event) {
  lift_thresholds(event);
  set_in_payload(event,
                 "schedule",
                 json::Object{{"effect_wait_ms", 0},
                              {"extend_ms", 0},
                              {"grant_life_ms", {}},
                              {"reminders", json::Array{}}});
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || (*payload)["question"].as_object() == nullptr) return;
  json::Object question = *(*payload)["question"].as_object();
  question.set("default_answer", {});
  question.set("outcomes", json::Array{});
  set_in_payload(event, "question", std::move(question));
}

// Whoever asked took every decision.
void lift_requested_takes(json::Object& event) {
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || (*payload)["question"].as_object() == nullptr) return;
  json::Object question = *(*payload)["question"].as_object();
  question.set("takes", json::Array{});
  set_in_payload(event, "question", std::move(question));
}

void lift_approval_decided(json::Object& event) {
  set_in_payload(event, "delegated_by", "");
  set_in_payload(event, "outcome", "");
}

void lift_approval_closed(json::Object& event) { set_in_payload(event, "outcome", ""); }

// Nobody was asked.
void lift_policy_published(json::Object& event) {
  set_in_payload(event, "approval", "");
  set_in_payload(event, "proposed_by", "");
}

void lift_person_set(json::Object& event) {
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || (*payload)["person"].as_object() == nullptr) return;
  json::Object person = *(*payload)["person"].as_object();
  person.set("attributes", json::Object{});
  person.set("manager", "");
  person.set("roles", json::Array{});
  set_in_payload(event, "person", std::move(person));
}

// Nobody signed in yet.
void lift_key_created(json::Object& event) {
  const json::Value* payload = event.find("payload");
  if (payload == nullptr || (*payload)["key"].as_object() == nullptr) return;
  json::Object key = *(*payload)["key"].as_object();
  key.set("parent", "");
  key.set("use", "api");
  set_in_payload(event, "key", std::move(key));
}

void lift_rolled_back(json::Object& event) { set_in_payload(event, "undo_attempts", 3); }
void lift_call_opened(json::Object& event) { set_in_payload(event, "undo", ""); }
void lift_checkpoint_created(json::Object& event) { set_in_payload(event, "call", ""); }
void lift_turn_ended(json::Object& event) { set_in_payload(event, "retry_after_ms", 0); }

void lift_forked(json::Object& event) {
  for (const char* name : {"reason", "root", "supposed_approval", "supposed_decision", "told"})
    set_in_payload(event, name, "");
  set_in_payload(event, "parties", json::Array{});
}

constexpr Lift kLifts[] = {{"approval.closed", 1, lift_approval_closed},
                           {"approval.decided", 1, lift_approval_decided},
                           {"approval.edited", 1, lift_approval_edited},
                           {"approval.edited", 2, lift_edited_thresholds},
                           {"approval.edited", 3, lift_edited_tool},
                           {"approval.requested", 1, lift_approval_requested},
                           {"approval.requested", 2, lift_requested_takes},
                           {"call.imported", 1, lift_call_imported},
                           {"call.opened", 1, lift_call_opened},
                           {"checkpoint.created", 1, lift_checkpoint_created},
                           {"key.created", 1, lift_key_created},
                           {"person.set", 1, lift_person_set},
                           {"policy.published", 1, lift_policy_published},
                           {"turn.ended", 1, lift_turn_ended},
                           {"workflow.created", 1, lift_workflow_created},
                           {"workflow.forked", 1, lift_forked},
                           {"workflow.rolled_back", 1, lift_rolled_back}};

}  // namespace

Lifts all_lifts() { return kLifts; }

std::int64_t current_version(std::string_view type, Lifts lifts) {
  return 1 + std::count_if(lifts.begin(), lifts.end(), [type](const Lift& lift) {
           return lift.type == type;
         });
}

Result<void> upcast(json::Object& event, Lifts lifts) {
  const json::Value* type_member = event.find("type");
  const json::Value* version_member = event.find("v");
  if (type_member == nullptr || type_member->as_string() == nullptr)
    return corrupt_event(".type: not a string");
  if (version_member == nullptr || version_member->as_int() == nullptr)
    return corrupt_event(".v: not an integer");
  const std::string type = *type_member->as_string();
  std::int64_t version = *version_member->as_int();
  if (version < 1 || version > current_version(type, lifts))
    return corrupt_event(".v: " + type + " of version " + std::to_string(version) +
                         " is not known to this program");
  for (const Lift& lift : lifts) {
    if (lift.type != type || lift.from != version) continue;
    lift.apply(event);
    event.set("v", ++version);
  }
  return {};
}

tl::unexpected<Error> corrupt_event(std::string where) {
  return fail(ErrorCode::kInternal,
              "codec.corrupt_event",
              "a stored event cannot be read",
              std::move(where));
}

}  // namespace fermata::codec

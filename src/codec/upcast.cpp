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

void lift_rolled_back(json::Object& event) { set_in_payload(event, "undo_attempts", 3); }
void lift_call_opened(json::Object& event) { set_in_payload(event, "undo", ""); }
void lift_checkpoint_created(json::Object& event) { set_in_payload(event, "call", ""); }
void lift_turn_ended(json::Object& event) { set_in_payload(event, "retry_after_ms", 0); }

constexpr Lift kLifts[] = {{"call.opened", 1, lift_call_opened},
                           {"checkpoint.created", 1, lift_checkpoint_created},
                           {"turn.ended", 1, lift_turn_ended},
                           {"workflow.created", 1, lift_workflow_created},
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

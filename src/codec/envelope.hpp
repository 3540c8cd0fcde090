#pragma once

// The envelope around every event, and the names of the events on disk.
//
// A name never changes and is never used for anything else. An alternative without one does not
// compile.

#include <string>
#include <string_view>
#include <variant>

#include "codec/fields_approval.hpp"
#include "codec/fields_call.hpp"
#include "codec/fields_directory.hpp"
#include "codec/fields_outbox.hpp"
#include "codec/fields_workflow.hpp"

namespace fermata::codec {

template <class E>
inline constexpr std::string_view kType{};
#define FERMATA_EVENT_TYPE(alternative, name) \
  template <>                                 \
  inline constexpr std::string_view kType<event::alternative> = name
FERMATA_EVENT_TYPE(WorkflowCreated, "workflow.created");
FERMATA_EVENT_TYPE(WorkflowCompleted, "workflow.completed");
FERMATA_EVENT_TYPE(WorkflowFailed, "workflow.failed");
FERMATA_EVENT_TYPE(WorkflowCancelled, "workflow.cancelled");
FERMATA_EVENT_TYPE(WorkflowRolledBack, "workflow.rolled_back");
FERMATA_EVENT_TYPE(WorkflowForked, "workflow.forked");
FERMATA_EVENT_TYPE(EffectsAllowed, "workflow.effects_allowed");
FERMATA_EVENT_TYPE(TurnStarted, "turn.started");
FERMATA_EVENT_TYPE(TurnRenewed, "turn.renewed");
FERMATA_EVENT_TYPE(TurnEnded, "turn.ended");
FERMATA_EVENT_TYPE(TurnLapsed, "turn.lapsed");
FERMATA_EVENT_TYPE(CallOpened, "call.opened");
FERMATA_EVENT_TYPE(CallRecorded, "call.recorded");
FERMATA_EVENT_TYPE(CallImported, "call.imported");
FERMATA_EVENT_TYPE(CallGranted, "call.granted");
FERMATA_EVENT_TYPE(CallStarted, "call.started");
FERMATA_EVENT_TYPE(CallPermitted, "call.permitted");
FERMATA_EVENT_TYPE(CallClosed, "call.closed");
FERMATA_EVENT_TYPE(CallDenied, "call.denied");
FERMATA_EVENT_TYPE(ApprovalRequested, "approval.requested");
FERMATA_EVENT_TYPE(ApprovalDecided, "approval.decided");
FERMATA_EVENT_TYPE(ApprovalEdited, "approval.edited");
FERMATA_EVENT_TYPE(ApprovalClosed, "approval.closed");
FERMATA_EVENT_TYPE(ApprovalWithdrawn, "approval.withdrawn");
FERMATA_EVENT_TYPE(ApprovalClaimed, "approval.claimed");
FERMATA_EVENT_TYPE(ApprovalReleased, "approval.released");
FERMATA_EVENT_TYPE(ApprovalDelegated, "approval.delegated");
FERMATA_EVENT_TYPE(ApprovalDelegationEnded, "approval.delegation_ended");
FERMATA_EVENT_TYPE(ApprovalCommented, "approval.commented");
FERMATA_EVENT_TYPE(ApprovalReminded, "approval.reminded");
FERMATA_EVENT_TYPE(ApprovalEscalated, "approval.escalated");
FERMATA_EVENT_TYPE(ApprovalExtended, "approval.extended");
FERMATA_EVENT_TYPE(ApprovalAgreed, "approval.agreed");
FERMATA_EVENT_TYPE(ApprovalReopened, "approval.reopened");
FERMATA_EVENT_TYPE(CheckpointCreated, "checkpoint.created");
FERMATA_EVENT_TYPE(InboundAsked, "inbound.asked");
FERMATA_EVENT_TYPE(PersonSet, "person.set");
FERMATA_EVENT_TYPE(GroupSet, "group.set");
FERMATA_EVENT_TYPE(GroupRemoved, "group.removed");
FERMATA_EVENT_TYPE(ResourceSet, "resource.set");
FERMATA_EVENT_TYPE(ResourceRemoved, "resource.removed");
FERMATA_EVENT_TYPE(Frozen, "switch.thrown");
FERMATA_EVENT_TYPE(Thawed, "switch.lifted");
FERMATA_EVENT_TYPE(PermissionGiven, "permission.given");
FERMATA_EVENT_TYPE(PermissionJoined, "permission.joined");
FERMATA_EVENT_TYPE(PermissionRevoked, "permission.revoked");
FERMATA_EVENT_TYPE(PermissionUsed, "permission.used");
FERMATA_EVENT_TYPE(KeyCreated, "key.created");
FERMATA_EVENT_TYPE(KeyRevoked, "key.revoked");
FERMATA_EVENT_TYPE(PolicyPublished, "policy.published");
FERMATA_EVENT_TYPE(PolicyNotPublished, "policy.not_published");
FERMATA_EVENT_TYPE(MessageWanted, "message.wanted");
FERMATA_EVENT_TYPE(MessageDelivered, "message.delivered");
FERMATA_EVENT_TYPE(MessageFailed, "message.failed");
FERMATA_EVENT_TYPE(MessageResent, "message.resent");
#undef FERMATA_EVENT_TYPE

// Which reader the payload needs. It stands after the payload, so a reader looks it up first and
// puts the right alternative into `payload` before it goes through the envelope.
struct Tag {
  std::string type;
  std::int64_t version = 1;
};

template <class V>
void envelope(V& v, Ref<V, event::Recorded> e, Ref<V, Tag> tag) {
  v("actor", e.actor);
  v.time("at", e.at);
  v("door", e.door);
  v("from_status", e.from_status);
  v("on_behalf_of", e.on_behalf_of);
  v("payload", e.payload);
  v("request_id", e.request_id);
  v("request_key", e.request_key);
  v("to_status", e.to_status);
  v("trace_id", e.trace_id);
  v("type", tag.type);
  v("v", tag.version);
  v("version", e.version);
}

// An event of that type with nothing in it; false, and `event` is as it was, for an unknown name.
template <class... E>
bool emplace(std::string_view type, std::variant<E...>& event) {
  static_assert((!kType<E>.empty() && ...), "every event has a name on disk");
  return ((type == kType<E> && (static_cast<void>(event.template emplace<E>()), true)) || ...);
}

}  // namespace fermata::codec

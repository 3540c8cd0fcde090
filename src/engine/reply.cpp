#include "engine/reply.hpp"

#include "base/assert.hpp"
#include "codec/documents.hpp"
#include "core/workflow/rollback.hpp"

namespace fermata::engine {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

std::string version_tag(std::int64_t version) { return "v" + std::to_string(version); }

json::Value verdict_of(const std::string& tenant,
                       const Workflow& workflow,
                       const Call& call,
                       const Grants& grants) {
  json::Object body;
  body.set("call", codec::to_document(call, workflow));
  switch (call.state) {
    case CallState::kRunning:
      body.set("verdict", "run");
      body.set("grant", grants.token(tenant, workflow, call));
      body.set("binding", to_value(binding_of(tenant, workflow.id, call)));
      body.set("hash", call.hash);
      body.set("tool", call.tool);
      body.set("arguments", call.effective());
      body.set("edited", call.effective_arguments.has_value());
      body.set("idempotency_key", workflow.id + "/" + call.id);
      body.set("attempt", call.attempt);
      break;
    case CallState::kDone:
    case CallState::kFailed:
      body.set("verdict", "replay");
      break;
    case CallState::kDenied:
      body.set("verdict", "deny");
      body.set("reason", call.denial_reason);
      body.set("message", call.denial_message);
      break;
    case CallState::kWaiting:
    case CallState::kInDoubt:
    case CallState::kGranted:
      body.set("verdict", "wait");
      body.set("approval", codec::to_document(*find_approval(workflow, call.approval), workflow));
      break;
  }
  return body;
}

struct Answer {
  const std::string& tenant;
  const Workflow& w;
  const Events& events;
  const Grants& grants;

  Reply workflow_reply() const {
    return {.status = 200, .body = codec::to_document(w), .etag = version_tag(w.version)};
  }
  Reply approval_reply(const std::string& id) const {
    const Approval& approval = *find_approval(w, id);
    return {.status = 200,
            .body = codec::to_document(approval, w),
            .etag = "r" + std::to_string(approval.revision)};
  }
  Reply turn_reply() const {
    return {.body = json::Object{{"turn", w.turn->n},
                                 {"lease_until", to_rfc3339(w.turn->lease_until)}}};
  }

  Reply new_workflow_reply() const {
    Reply reply = workflow_reply();
    reply.status = 201;
    reply.location = "/v1/workflows/" + w.id;
    return reply;
  }

  Reply operator()(const CreateWorkflow&) const { return new_workflow_reply(); }
  Reply operator()(const ForkWorkflow&) const { return new_workflow_reply(); }
  Reply operator()(const AllowEffects&) const { return workflow_reply(); }
  Reply operator()(const CompleteWorkflow&) const { return workflow_reply(); }
  Reply operator()(const FailWorkflow&) const { return workflow_reply(); }
  Reply operator()(const CancelWorkflow&) const { return workflow_reply(); }
  Reply operator()(const EndTurn&) const { return workflow_reply(); }
  Reply operator()(const RenewTurn&) const { return turn_reply(); }
  Reply operator()(const StartTurn&) const {
    Reply reply = turn_reply();
    reply.status = 201;
    json::Object& body = *reply.body.as_object();
    body.set("epoch", w.epoch);
    body.set("lapses", w.lapses);
    body.set("workflow", codec::to_document(w));
    return reply;
  }
  Reply operator()(const RollBack&) const {
    json::Array cancelled, undone;
    for (const event::Event& event : events)
      if (const auto* closed = std::get_if<event::ApprovalClosed>(&event))
        cancelled.emplace_back(closed->approval);
    for (const json::Value& one : undone_of(w, w.branches.back()))
      undone.emplace_back(json::Object{{"call", one["call"]},
                                       {"tool", one["tool"]},
                                       {"arguments", one["arguments"]},
                                       {"undo_tool", one["undo_tool"]},
                                       {"compensation", one["state"]}});
    return {.body = json::Object{{"workflow", codec::to_document(w)},
                                 {"cancelled", std::move(cancelled)},
                                 {"undone", std::move(undone)}}};
  }
  Reply operator()(const OpenCall& wish) const {
    const auto found = w.by_key.find(wish.key);
    FERMATA_ASSERT(found != w.by_key.end(), "an opened call is on the branch");
    return {.body = verdict_of(tenant, w, w.calls[found->second], grants)};
  }
  Reply operator()(const CloseCall& wish) const {
    return {.body = codec::to_document(*find_call(w, wish.call), w)};
  }
  Reply operator()(const RequestApproval&) const {
    Reply reply = approval_reply(w.approvals.back().id);
    reply.status = 201;
    reply.location = "/v1/approvals/" + w.approvals.back().id;
    return reply;
  }
  Reply operator()(const AskInbound& wish) const {
    const InboundAsk* known = find_inbound_by_key(w, wish.key);
    const std::string& id = known == nullptr ? w.inbound.back().id : known->id;
    return {.status = events.empty() ? 200 : 201,
            .body = json::Object{{"id", id}, {"workflow_id", w.id}},
            .location = "/v1/inbound/" + id};
  }
  Reply operator()(const ProposePolicy&) const {
    Reply reply = approval_reply(w.approvals.back().id);
    reply.status = 202;
    reply.location = "/v1/approvals/" + w.approvals.back().id;
    return reply;
  }
  Reply operator()(const DecideApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const CancelApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const AdvanceApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const WithdrawDecision& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const ClaimApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const ReleaseApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const DelegateApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const EndDelegation& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const CommentApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const ExtendApproval& wish) const { return approval_reply(wish.approval); }
  Reply operator()(const CreateCheckpoint& wish) const {
    const auto key = w.by_key.find(wish.key);
    const Checkpoint& made = key == w.by_key.end() ? w.checkpoints.back() : of_call(key->second);
    Reply reply{.status = events.empty() ? 200 : 201,
                .body = codec::to_document(made),
                .location = "/v1/workflows/" + w.id + "/checkpoints/" + made.id};
    if (!wish.key.empty()) reply.body.as_object()->set("record", checkpoint_record(w, made));
    return reply;
  }
  const Checkpoint& of_call(std::size_t index) const {
    return *find_checkpoint(w, w.calls[index].result.string_or("checkpoint"));
  }
  template <class Other>
  Reply operator()(const Other&) const {
    return {};
  }
};

struct DirectoryAnswer {
  const Directory& d;
  TimeMs now;

  Reply permission(const std::string& id) const {
    return {.body = codec::to_document(d.permissions.at(id), now)};
  }

  Reply operator()(const SetPerson& wish) const {
    return {.body = codec::to_document(d.people.at(wish.person.id))};
  }
  Reply operator()(const SetGroup& wish) const {
    return {.body = codec::to_document(d.groups.at(wish.group.id))};
  }
  Reply operator()(const RemoveGroup&) const { return {.status = 204}; }
  Reply operator()(const SetResource& wish) const {
    return {.body = codec::to_document(d.resources.at(wish.resource.id))};
  }
  Reply operator()(const RemoveResource&) const { return {.status = 204}; }
  Reply operator()(const ThrowSwitch& wish) const {
    for (const Freeze& one : d.freezes)
      if (!one.until && one.agent == wish.agent && one.tool == wish.tool)
        return {
            .status = 201, .body = codec::to_document(one), .location = "/v1/freezes/" + one.id};
    return {};
  }
  Reply operator()(const LiftSwitch& wish) const {
    for (const Freeze& one : d.freezes)
      if (one.id == wish.freeze) return {.body = codec::to_document(one)};
    return {};
  }
  Reply operator()(const GivePermission&) const {
    const std::string id = "pm_" + std::to_string(d.permissions_given);
    return {.status = 201,
            .body = codec::to_document(d.permissions.at(id), now),
            .location = "/v1/permissions/" + id};
  }
  Reply operator()(const JoinPermission& wish) const { return permission(wish.permission); }
  Reply operator()(const RevokePermission& wish) const { return permission(wish.permission); }
  Reply operator()(const CreateKey& wish) const {
    return {.status = 201,
            .body = codec::to_document(d.keys.at(wish.key.id)),
            .location = "/v1/keys/" + wish.key.id};
  }
  Reply operator()(const RevokeKey&) const { return {.status = 204}; }
  Reply operator()(const BeginSession& wish) const {
    return {.status = 201, .body = codec::to_document(d.keys.at(wish.key.id))};
  }
  Reply operator()(const EndSession&) const { return {.status = 204}; }
  Reply operator()(const PublishPolicy&) const {
    return {.status = 201, .body = codec::to_document(d.policies.back(), true)};
  }
  template <class Other>
  Reply operator()(const Other&) const {
    return {};
  }
};

}  // namespace

Reply reply_to(const command::Command& command,
               const std::string& tenant,
               const Workflow& after,
               const Events& events,
               const Grants& grants) {
  Reply reply = std::visit(Answer{tenant, after, events, grants}, command);
  reply.version = after.version;
  return reply;
}

Reply reply_to(const command::Command& command, const Directory& after, TimeMs now) {
  return std::visit(DirectoryAnswer{after, now}, command);
}

Reply reply_to(const command::Command& command, const Outbox& after) {
  const auto* again = std::get_if<command::ResendMessage>(&command);
  if (again == nullptr) return {};
  return {.status = 202, .body = codec::to_document(*find_message(after, again->message))};
}

std::string write_reply(const Reply& reply) {
  return json::write(json::Object{{"status", reply.status},
                                  {"body", reply.body},
                                  {"etag", reply.etag},
                                  {"location", reply.location},
                                  {"version", reply.version}});
}

Reply read_reply(const json::Value& record) {
  return {.status = static_cast<int>(record.int_or("status", 200)),
          .body = record["body"],
          .etag = record.string_or("etag"),
          .location = record.string_or("location"),
          .replayed = true,
          .version = record.int_or("version")};
}

}  // namespace fermata::engine

#include "api/rest/routes.hpp"

#include "api/mcp/endpoint.hpp"

namespace fermata::api {
namespace {

void add(std::vector<Route>& all, std::vector<Route> more) {
  for (Route& route : more) all.push_back(std::move(route));
}

std::vector<Route> workflow_routes() {
  constexpr Kinds kActing = kAgent | kPerson | kAdmin;
  return {
      {"POST", "/v1/workflows", kActing, Body::kRequired, {}, &create_workflow},
      {"GET",
       "/v1/workflows",
       kAnyKey,
       Body::kNone,
       {"status", "agent", "tag", "limit", "cursor"},
       &list_workflows},
      {"GET", "/v1/workflows/{workflow_id}", kAnyKey, Body::kNone, {"after"}, &get_workflow},
      {"GET",
       "/v1/workflows/{workflow_id}/events",
       kAnyKey,
       Body::kNone,
       {"after", "limit"},
       &list_events},
      {"GET",
       "/v1/workflows/{workflow_id}/stream",
       kAnyKey,
       Body::kNone,
       {"last_event_id", "deltas"},
       &stream_events},
      {"GET",
       "/v1/workflows/{workflow_id}/journal",
       kAnyKey,
       Body::kNone,
       {"limit", "cursor"},
       &list_journal},
      {"GET",
       "/v1/workflows/{workflow_id}/records",
       kPerson | kAdmin | kReader,
       Body::kNone,
       {"after", "limit"},
       &list_records},
      {"POST",
       "/v1/workflows/{workflow_id}/cancel",
       kActing,
       Body::kOptional,
       {},
       &cancel_workflow},
      {"POST",
       "/v1/workflows/{workflow_id}/complete",
       kAgent,
       Body::kRequired,
       {},
       &complete_workflow},
      {"POST", "/v1/workflows/{workflow_id}/fail", kAgent, Body::kRequired, {}, &fail_workflow},
  };
}

// What goes back, or another way.
std::vector<Route> branch_routes() {
  constexpr Kinds kActing = kAgent | kPerson | kAdmin;
  return {
      {"POST",
       "/v1/workflows/{workflow_id}/checkpoints",
       kActing,
       Body::kRequired,
       {},
       &create_checkpoint},
      {"GET",
       "/v1/workflows/{workflow_id}/checkpoints",
       kAnyKey,
       Body::kNone,
       {"limit", "cursor"},
       &list_checkpoints},
      {"GET",
       "/v1/workflows/{workflow_id}/checkpoints/{checkpoint_id}",
       kAnyKey,
       Body::kNone,
       {},
       &get_checkpoint},
      {"POST", "/v1/workflows/{workflow_id}/rollback", kActing, Body::kRequired, {}, &roll_back},
      {"POST",
       "/v1/workflows/{workflow_id}/rollback/preview",
       kActing,
       Body::kRequired,
       {},
       &preview_rollback},
      {"POST", "/v1/workflows/{workflow_id}/forks", kActing, Body::kRequired, {}, &fork_workflow},
      {"POST",
       "/v1/workflows/{workflow_id}/effects/allow",
       kPerson | kAdmin,
       Body::kOptional,
       {},
       &allow_effects},
      {"GET",
       "/v1/workflows/{workflow_id}/compare",
       kAnyKey,
       Body::kNone,
       {"with", "limit", "cursor"},
       &compare_workflows},
  };
}

std::vector<Route> call_routes() {
  return {
      {"POST", "/v1/turns/lease", kAgent, Body::kRequired, {}, &lease_turn},
      {"POST", "/v1/workflows/{workflow_id}/turns", kAgent, Body::kRequired, {}, &start_turn},
      {"POST",
       "/v1/workflows/{workflow_id}/turns/{turn}/renew",
       kAgent,
       Body::kOptional,
       {},
       &renew_turn},
      {"POST",
       "/v1/workflows/{workflow_id}/turns/{turn}/end",
       kAgent,
       Body::kOptional,
       {},
       &end_turn},
      {"POST", "/v1/workflows/{workflow_id}/calls", kAgent, Body::kRequired, {}, &open_call},
      {"GET", "/v1/workflows/{workflow_id}/calls/{call_id}", kAnyKey, Body::kNone, {}, &get_call},
      {"POST",
       "/v1/workflows/{workflow_id}/calls/{call_id}/close",
       kAgent,
       Body::kRequired,
       {},
       &close_call},
  };
}

std::vector<Route> tool_routes() {
  return {
      {"POST", "/v1/tools/lease", kAgent, Body::kRequired, {}, &lease_tool},
      {"POST", "/v1/tools/leases/{lease_id}/take", kAgent, Body::kOptional, {}, &take_tool},
      {"POST", "/v1/tools/leases/{lease_id}/renew", kAgent, Body::kOptional, {}, &renew_tool},
      {"POST", "/v1/tools/leases/{lease_id}/close", kAgent, Body::kRequired, {}, &close_tool},
  };
}

std::vector<Route> approval_routes() {
  return {
      {"POST", "/v1/inbound", kAgent, Body::kRequired, {}, &ask_inbound},
      {"GET", "/v1/inbound/{inbound_id}", kAnyKey, Body::kNone, {}, &get_inbound},
      {"POST", "/v1/approvals", kAgent | kPerson, Body::kRequired, {}, &request_approval},
      {"GET",
       "/v1/approvals",
       kAnyKey,
       Body::kNone,
       {"status", "workflow", "agent", "mine", "fold", "equal_to", "limit", "cursor"},
       &list_approvals},
      {"GET", "/v1/approvals/{approval_id}", kAnyKey, Body::kNone, {}, &get_approval},
      {"GET", "/v1/approvals/{approval_id}/form", kAnyKey, Body::kNone, {"surface"}, &get_form},
      {"POST",
       "/v1/approvals/{approval_id}/decisions",
       kPerson,
       Body::kRequired,
       {},
       &decide_approval},
      {"POST",
       "/v1/approvals/{approval_id}/cancel",
       kAgent | kPerson | kAdmin,
       Body::kOptional,
       {},
       &cancel_approval},
      {"GET", "/v1/approvals/{approval_id}/explain", kAnyKey, Body::kNone, {}, &explain_approval},
      {"GET",
       "/v1/approvals/{approval_id}/outlook",
       kAnyKey,
       Body::kNone,
       {},
       &outlook_of_approval},
  };
}

// What people do with a request besides deciding it.
std::vector<Route> verb_routes() {
  return {
      {"POST",
       "/v1/approvals/{approval_id}/withdraw",
       kPerson,
       Body::kOptional,
       {},
       &withdraw_decision},
      {"POST", "/v1/approvals/{approval_id}/claim", kPerson, Body::kOptional, {}, &claim_approval},
      {"POST",
       "/v1/approvals/{approval_id}/release",
       kPerson,
       Body::kOptional,
       {},
       &release_approval},
      {"POST",
       "/v1/approvals/{approval_id}/assign",
       kPerson | kAdmin,
       Body::kRequired,
       {},
       &assign_approval},
      {"POST",
       "/v1/approvals/{approval_id}/delegate",
       kPerson,
       Body::kRequired,
       {},
       &delegate_approval},
      {"DELETE", "/v1/approvals/{approval_id}/delegate", kPerson, Body::kNone, {}, &end_delegation},
      {"POST",
       "/v1/approvals/{approval_id}/forward",
       kPerson,
       Body::kRequired,
       {},
       &forward_approval},
      {"POST",
       "/v1/approvals/{approval_id}/comments",
       kAgent | kPerson,
       Body::kRequired,
       {},
       &comment_approval},
      {"POST",
       "/v1/approvals/{approval_id}/extend",
       kPerson,
       Body::kRequired,
       {},
       &extend_approval},
  };
}

// What holds for more than one request.
std::vector<Route> standing_routes() {
  return {
      {"GET", "/v1/permissions", kAnyKey, Body::kNone, {"limit", "cursor"}, &list_permissions},
      {"POST", "/v1/permissions", kPerson, Body::kRequired, {}, &give_permission},
      {"GET", "/v1/permissions/{permission_id}", kAnyKey, Body::kNone, {}, &get_permission},
      {"GET",
       "/v1/permissions/{permission_id}/uses",
       kAnyKey,
       Body::kNone,
       {"limit", "cursor"},
       &list_permission_uses},
      {"POST",
       "/v1/permissions/{permission_id}/join",
       kPerson,
       Body::kOptional,
       {},
       &join_permission},
      {"POST",
       "/v1/permissions/{permission_id}/revoke",
       kPerson | kAdmin,
       Body::kOptional,
       {},
       &revoke_permission},
      {"GET", "/v1/freezes", kAnyKey, Body::kNone, {"limit", "cursor"}, &list_freezes},
      {"POST", "/v1/freezes", kPerson | kAdmin, Body::kRequired, {}, &throw_switch},
      {"POST", "/v1/freezes/{freeze_id}/thaw", kPerson | kAdmin, Body::kOptional, {}, &lift_switch},
      {"GET", "/v1/channels", kPerson | kAdmin | kReader, Body::kNone, {}, &list_channels},
      {"GET",
       "/v1/messages",
       kPerson | kAdmin | kReader,
       Body::kNone,
       {"status", "workflow", "channel", "subject", "limit", "cursor"},
       &list_messages},
      {"POST", "/v1/channels/{channel_name}/test", kAdmin, Body::kOptional, {}, &test_channel},
      {"POST", "/v1/messages/resend", kAdmin, Body::kRequired, {}, &resend_message},
  };
}

std::vector<Route> directory_routes() {
  constexpr Kinds kSeeing = kPerson | kAdmin | kReader;
  return {
      {"PUT", "/v1/people/{person_id}", kAdmin, Body::kRequired, {}, &put_person},
      {"GET", "/v1/people/{person_id}", kSeeing, Body::kNone, {}, &get_person},
      {"GET", "/v1/people", kSeeing, Body::kNone, {"limit", "cursor"}, &list_people},
      {"PUT", "/v1/groups/{group_id}", kAdmin, Body::kRequired, {}, &put_group},
      {"GET", "/v1/groups/{group_id}", kSeeing, Body::kNone, {}, &get_group},
      {"DELETE", "/v1/groups/{group_id}", kAdmin, Body::kNone, {}, &delete_group},
      {"GET", "/v1/groups", kSeeing, Body::kNone, {"limit", "cursor"}, &list_groups},
      {"PUT", "/v1/resources", kAdmin, Body::kRequired, {}, &put_resource},
      {"DELETE", "/v1/resources", kAdmin, Body::kNone, {"id"}, &delete_resource},
      {"GET", "/v1/resources", kSeeing, Body::kNone, {"limit", "cursor"}, &list_resources},
      {"POST", "/v1/keys", kAdmin, Body::kRequired, {}, &create_key},
      {"GET", "/v1/keys", kAdmin | kReader, Body::kNone, {"limit", "cursor"}, &list_keys},
      {"GET", "/v1/keys/{key_id}", kAdmin | kReader, Body::kNone, {}, &get_key},
      {"DELETE", "/v1/keys/{key_id}", kAdmin, Body::kNone, {}, &revoke_key},
      {"POST",
       "/v1/people/{person_id}/sign-in-links",
       kAdmin,
       Body::kOptional,
       {},
       &create_sign_in_link},
      {"POST", "/v1/session", kPublic, Body::kRequired, {}, &begin_session},
      {"GET", "/v1/session", kSeeing, Body::kNone, {}, &get_session},
      {"DELETE", "/v1/session", kSeeing, Body::kNone, {}, &end_session},
      {"GET",
       "/v1/directory/events",
       kSeeing,
       Body::kNone,
       {"after", "limit"},
       &list_directory_events},
      {"GET",
       "/v1/audit/events",
       kSeeing,
       Body::kNone,
       {"type", "actor", "words", "since", "until", "limit", "cursor"},
       &search_events},
      {"GET", "/v1/policies", kAnyKey, Body::kNone, {"limit", "cursor"}, &list_policies},
      {"POST", "/v1/policies", kPerson | kAdmin, Body::kRequired, {}, &publish_policy},
      {"GET", "/v1/policies/current", kAnyKey, Body::kNone, {}, &current_policy},
      {"GET", "/v1/policies/versions/{policy_version}", kAnyKey, Body::kNone, {}, &get_policy},
      {"POST", "/v1/policies/check", kAnyKey, Body::kRequired, {}, &check_policy},
      {"POST", "/v1/policies/explain", kAnyKey, Body::kRequired, {}, &explain_policy},
      {"GET", "/v1/me", kAnyKey, Body::kNone, {}, &get_me},
  };
}

std::vector<Route> mcp_routes() {
  constexpr std::string_view kMetadata = "/.well-known/oauth-protected-resource";
  return {
      {"POST", "/mcp", kAgent, Body::kRequired, {}, ProtocolHandler{&mcp::serve_post}},
      {"DELETE", "/mcp", kAgent, Body::kNone, {}, ProtocolHandler{&mcp::serve_delete}},
      {"GET", kMetadata, kPublic, Body::kNone, {}, &mcp::resource_metadata},
      {"GET",
       "/.well-known/oauth-protected-resource/mcp",
       kPublic,
       Body::kNone,
       {},
       &mcp::resource_metadata},
  };
}

std::vector<Route> other_routes() {
  return {
      {"GET", "/v1/stream", kAnyKey, Body::kNone, {"last_event_id"}, &stream_changes},
      {"GET", "/livez", kPublic, Body::kNone, {}, &get_alive},
      {"GET", "/readyz", kPublic, Body::kNone, {}, &get_ready},
      {"GET", "/metrics", kAdmin | kReader, Body::kNone, {}, &get_metrics},
      {"GET", "/openapi.json", kPublic, Body::kNone, {}, &get_page},
      {"GET", "/docs", kPublic, Body::kNone, {}, &get_page},
      {"GET", "/docs/{file}", kPublic, Body::kNone, {}, &get_page},
      {"GET", "/docs/errors/{reason}", kPublic, Body::kNone, {}, &get_page},
  };
}

}  // namespace

std::vector<Route> all_routes() {
  std::vector<Route> all;
  add(all, workflow_routes());
  add(all, branch_routes());
  add(all, call_routes());
  add(all, tool_routes());
  add(all, approval_routes());
  add(all, verb_routes());
  add(all, standing_routes());
  add(all, directory_routes());
  add(all, mcp_routes());
  add(all, other_routes());
  return all;
}

}  // namespace fermata::api

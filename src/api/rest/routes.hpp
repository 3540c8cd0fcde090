#pragma once

// The route table. Handlers are declared here and defined one file per resource.

#include <vector>

#include "api/rest/exchange.hpp"
#include "api/rest/router.hpp"

namespace fermata::api {

std::vector<Route> all_routes();

// audit.cpp
Result<engine::Reply> list_records(Exchange& exchange);
Result<engine::Reply> list_directory_events(Exchange& exchange);
Result<engine::Reply> search_events(Exchange& exchange);

// workflows.cpp
Result<engine::Submission> create_workflow(Exchange& exchange);
Result<engine::Submission> cancel_workflow(Exchange& exchange);
Result<engine::Submission> complete_workflow(Exchange& exchange);
Result<engine::Submission> fail_workflow(Exchange& exchange);
Result<engine::Reply> list_workflows(Exchange& exchange);
Result<engine::Reply> list_events(Exchange& exchange);
Result<engine::Reply> list_journal(Exchange& exchange);
void get_workflow(const ExchangePtr& exchange);
// streams.cpp
void stream_events(const ExchangePtr& exchange);
// change_stream.cpp
void stream_changes(const ExchangePtr& exchange);

// turns_calls.cpp
Result<engine::Submission> start_turn(Exchange& exchange);
void lease_turn(const ExchangePtr& exchange);
Result<engine::Submission> renew_turn(Exchange& exchange);
Result<engine::Submission> end_turn(Exchange& exchange);
Result<engine::Submission> close_call(Exchange& exchange);
Result<engine::Reply> get_call(Exchange& exchange);
void open_call(const ExchangePtr& exchange);

// tools.cpp
void lease_tool(const ExchangePtr& exchange);
void take_tool(const ExchangePtr& exchange);
void renew_tool(const ExchangePtr& exchange);
void close_tool(const ExchangePtr& exchange);

// forms.cpp
Result<engine::Reply> get_form(Exchange& exchange);

// approvals.cpp
void decide_approval(const ExchangePtr& exchange);
Result<engine::Submission> cancel_approval(Exchange& exchange);
Result<engine::Reply> list_approvals(Exchange& exchange);
void request_approval(const ExchangePtr& exchange);
void ask_inbound(const ExchangePtr& exchange);
void get_inbound(const ExchangePtr& exchange);
void get_approval(const ExchangePtr& exchange);

// approval_verbs.cpp
Result<engine::Submission> withdraw_decision(Exchange& exchange);
Result<engine::Submission> claim_approval(Exchange& exchange);
Result<engine::Submission> assign_approval(Exchange& exchange);
Result<engine::Submission> release_approval(Exchange& exchange);
Result<engine::Submission> delegate_approval(Exchange& exchange);
Result<engine::Submission> forward_approval(Exchange& exchange);
Result<engine::Submission> end_delegation(Exchange& exchange);
Result<engine::Submission> comment_approval(Exchange& exchange);
Result<engine::Submission> extend_approval(Exchange& exchange);
Result<engine::Reply> explain_approval(Exchange& exchange);
Result<engine::Reply> outlook_of_approval(Exchange& exchange);

// freezes.cpp
Result<engine::Submission> throw_switch(Exchange& exchange);
Result<engine::Submission> lift_switch(Exchange& exchange);
Result<engine::Reply> list_freezes(Exchange& exchange);

// Channels and messages.
Result<engine::Reply> list_channels(Exchange& exchange);
Result<engine::Reply> list_messages(Exchange& exchange);
void test_channel(const ExchangePtr& exchange);
Result<engine::Submission> resend_message(Exchange& exchange);

// permissions.cpp
void give_permission(const ExchangePtr& exchange);
Result<engine::Submission> join_permission(Exchange& exchange);
Result<engine::Submission> revoke_permission(Exchange& exchange);
Result<engine::Reply> list_permissions(Exchange& exchange);
Result<engine::Reply> get_permission(Exchange& exchange);
Result<engine::Reply> list_permission_uses(Exchange& exchange);

// checkpoints.cpp
Result<engine::Submission> create_checkpoint(Exchange& exchange);
Result<engine::Submission> roll_back(Exchange& exchange);
Result<engine::Reply> preview_rollback(Exchange& exchange);
void fork_workflow(const ExchangePtr& exchange);
Result<engine::Submission> allow_effects(Exchange& exchange);
Result<engine::Reply> compare_workflows(Exchange& exchange);
Result<engine::Reply> list_checkpoints(Exchange& exchange);
Result<engine::Reply> get_checkpoint(Exchange& exchange);

// people_groups.cpp
Result<engine::Submission> put_person(Exchange& exchange);
Result<engine::Submission> put_group(Exchange& exchange);
Result<engine::Submission> delete_group(Exchange& exchange);
Result<engine::Submission> put_resource(Exchange& exchange);
Result<engine::Submission> delete_resource(Exchange& exchange);
Result<engine::Reply> list_resources(Exchange& exchange);
Result<engine::Reply> list_people(Exchange& exchange);
Result<engine::Reply> get_person(Exchange& exchange);
Result<engine::Reply> list_groups(Exchange& exchange);
Result<engine::Reply> get_group(Exchange& exchange);

// keys.cpp
Result<engine::Submission> revoke_key(Exchange& exchange);
Result<engine::Reply> list_keys(Exchange& exchange);
Result<engine::Reply> get_key(Exchange& exchange);
Result<engine::Reply> get_me(Exchange& exchange);
void create_key(const ExchangePtr& exchange);

// sessions.cpp
void begin_session(const ExchangePtr& exchange);
Result<engine::Reply> get_session(Exchange& exchange);
void end_session(const ExchangePtr& exchange);
void create_sign_in_link(const ExchangePtr& exchange);

// policies.cpp
Result<engine::Reply> list_policies(Exchange& exchange);
Result<engine::Reply> current_policy(Exchange& exchange);
Result<engine::Reply> get_policy(Exchange& exchange);
Result<engine::Reply> check_policy(Exchange& exchange);
Result<engine::Reply> explain_policy(Exchange& exchange);
void publish_policy(const ExchangePtr& exchange);

// health.cpp
net::Response get_alive(Exchange& exchange);
Result<engine::Reply> get_ready(Exchange& exchange);
net::Response get_metrics(Exchange& exchange);

// docs.cpp
net::Response get_page(Exchange& exchange);

}  // namespace fermata::api

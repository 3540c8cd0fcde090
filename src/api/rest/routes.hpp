#pragma once

// The route table. Handlers are declared here and defined one file per resource.

#include <vector>

#include "api/rest/exchange.hpp"
#include "api/rest/router.hpp"

namespace fermata::api {

std::vector<Route> all_routes();

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

// turns_calls.cpp
Result<engine::Submission> start_turn(Exchange& exchange);
void lease_turn(const ExchangePtr& exchange);
Result<engine::Submission> renew_turn(Exchange& exchange);
Result<engine::Submission> end_turn(Exchange& exchange);
Result<engine::Submission> close_call(Exchange& exchange);
Result<engine::Reply> get_call(Exchange& exchange);
void open_call(const ExchangePtr& exchange);

// approvals.cpp
Result<engine::Submission> decide_approval(Exchange& exchange);
Result<engine::Submission> cancel_approval(Exchange& exchange);
Result<engine::Reply> list_approvals(Exchange& exchange);
void request_approval(const ExchangePtr& exchange);
void get_approval(const ExchangePtr& exchange);

// checkpoints.cpp
Result<engine::Submission> create_checkpoint(Exchange& exchange);
Result<engine::Submission> roll_back(Exchange& exchange);
Result<engine::Reply> preview_rollback(Exchange& exchange);
Result<engine::Reply> list_checkpoints(Exchange& exchange);
Result<engine::Reply> get_checkpoint(Exchange& exchange);

// people_groups.cpp
Result<engine::Submission> put_person(Exchange& exchange);
Result<engine::Submission> put_group(Exchange& exchange);
Result<engine::Submission> delete_group(Exchange& exchange);
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

// policies.cpp
Result<engine::Reply> list_policies(Exchange& exchange);
Result<engine::Reply> current_policy(Exchange& exchange);
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

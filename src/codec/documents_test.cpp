#include "codec/documents.hpp"

#include <gtest/gtest.h>

#include "codec/event_codec.hpp"
#include "tests/support/event_samples.hpp"

namespace fermata::codec {
namespace {

using testing::kDay;
using testing::kHash;
using testing::kPolicyHash;
using testing::kRequestHash;
using testing::kStart;
using testing::kSuffix;

// What a document says, in the order it is written.
std::string text(const json::Value& document) { return json::write(document); }

Workflow a_workflow() {
  Workflow workflow;
  workflow.id = "wf" + kSuffix;
  workflow.agent = "refund-agent";
  workflow.name = "refunds";
  workflow.input = json::Object{{"ticket", 42}};
  workflow.tags = {"eu"};
  workflow.requester = {ActorKind::kAgent, "refund-agent"};
  workflow.on_behalf_of = "ana";
  workflow.version = 3;
  workflow.branches = {{0, 0, "", "", kStart}};
  workflow.created_at = kStart;
  workflow.updated_at = kStart + 1;
  return workflow;
}

Call a_call() {
  Call call;
  call.id = "cl" + kSuffix + "_1";
  call.key = "step-1";
  call.tool = "refund";
  call.arguments = {{"amount", 250}};
  call.hash = kHash;
  call.request_hash = kRequestHash;
  call.epoch = 1;
  call.opened_at = kStart;
  return call;
}

Approval an_approval() {
  Approval approval;
  approval.id = "ap" + kSuffix + "_1";
  approval.question.action = "refund";
  approval.question.arguments = {{"amount", 1250}};
  approval.hash = kHash;
  approval.requester = {ActorKind::kAgent, "refund-agent"};
  approval.on_behalf_of = "ana";
  approval.thresholds = {{"finance", 2, 1}, {"legal", 1, 1}};
  approval.rule = "large refunds";
  approval.policy_hash = kPolicyHash;
  approval.revision = 1;
  approval.created_at = kStart;
  return approval;
}

Decision a_decision(const char* person, DecisionKind kind, std::vector<std::string> groups) {
  return {person, kind, "seen", kHash, Door::kSlack, kStart + 1, std::move(groups), {}, true};
}

TEST(WorkflowDocument, has_the_shape_of_the_api) {
  EXPECT_EQ(text(to_document(a_workflow())),
            R"({"id":"wf_01hzy3k9q2w4e6r8t0v1x5z7bc","agent":"refund-agent","name":"refunds",)"
            R"("status":"ready","input":{"ticket":42},"context":{},"metadata":{},"tags":["eu"],)"
            R"("on_behalf_of":"ana","requester":{"kind":"agent","id":"refund-agent"},)"
            R"("dispatch":"none","effects":"live","forked_from":null,"epoch":0,)"
            R"("version":3,"branches":[{"epoch":0,"parent":0,"checkpoint":"","reason":"",)"
            R"("at":"2026-11-22T16:00:00.123Z","by":{"kind":"system","id":""},"attempt":1,)"
            R"("notice":null}],"undo":[],"turn":null,"fingerprint":null,)"
            R"("pending_approvals":[],"calls":{"total":0,"open":0,"done":0},"result":null,)"
            R"("error":null,"created_at":"2026-11-22T16:00:00.123Z",)"
            R"("updated_at":"2026-11-22T16:00:00.124Z"})");
}

TEST(WorkflowDocument, shows_who_has_the_turn_and_how_it_failed) {
  Workflow workflow = a_workflow();
  workflow.turn = Turn{4, "worker-7", 30'000, kStart + 30'000};
  EXPECT_EQ(text(to_document(workflow)["turn"]),
            R"({"n":4,"worker":"worker-7","lease_until":"2026-11-22T16:00:30.123Z"})");
  EXPECT_EQ(to_document(workflow)["status"], "running");
  workflow.turn.reset();
  workflow.ended = WorkflowStatus::kFailed;
  workflow.error = CallError{"ValueError", "no"};
  EXPECT_EQ(text(to_document(workflow)["error"]), R"({"type":"ValueError","message":"no"})");
  EXPECT_EQ(to_document(workflow)["status"], "failed");
}

TEST(WorkflowDocument, counts_the_calls_of_the_branch_and_names_what_is_pending) {
  Workflow workflow = a_workflow();
  workflow.calls.resize(5);  // Two of them were left behind by a rollback.
  workflow.by_key = {{"a", 0}, {"b", 3}, {"c", 4}};
  workflow.open_calls = 1;
  workflow.approvals.resize(2);
  workflow.approvals[1].id = "ap_2";
  workflow.pending = {1};
  EXPECT_EQ(text(to_document(workflow)["calls"]), R"({"total":3,"open":1,"done":2})");
  EXPECT_EQ(text(to_document(workflow)["pending_approvals"]), R"(["ap_2"])");
}

TEST(CallDocument, has_the_shape_of_the_api) {
  EXPECT_EQ(
      text(to_document(a_call(), a_workflow())),
      R"({"id":"cl_01hzy3k9q2w4e6r8t0v1x5z7bc_1","key":"step-1","kind":"tool",)"
      R"("tool":"refund","arguments":{"amount":250},"state":"waiting","hash":")" +
          kHash + R"(","request_hash":")" + kRequestHash +
          R"(","idempotent":false,"epoch":1,"attempt":0,"approval":null,"permission":null,"undo":null,"imported_from":null,)"
          R"("opened_at":"2026-11-22T16:00:00.123Z","closed_at":null})");
}

TEST(CallDocument, has_a_result_only_when_done) {
  Call call = a_call();
  EXPECT_EQ(to_document(call, a_workflow()).as_object()->find("result"), nullptr);
  call.state = CallState::kDone;
  call.closed_at = kStart + 5;
  const json::Value document = to_document(call, a_workflow());
  ASSERT_NE(document.as_object()->find("result"), nullptr) << "null is a result too";
  EXPECT_EQ(document["closed_at"], "2026-11-22T16:00:00.128Z");
}

TEST(CallDocument, says_what_became_of_it) {
  Call call = a_call();
  call.approval = "ap_1";
  call.effective_arguments = json::Object{{"amount", 200}};
  call.state = CallState::kFailed;
  call.error = CallError{"IOError", "gone"};
  EXPECT_EQ(text(to_document(call, a_workflow())["effective_arguments"]), R"({"amount":200})");
  EXPECT_EQ(text(to_document(call, a_workflow())["error"]),
            R"({"type":"IOError","message":"gone"})");
  EXPECT_EQ(to_document(call, a_workflow())["approval"], "ap_1");
  call.state = CallState::kDenied;
  call.denial_reason = "policy.denied";
  call.denial_message = "Not allowed.";
  EXPECT_EQ(text(to_document(call, a_workflow())["denial"]),
            R"({"reason":"policy.denied","message":"Not allowed."})");
}

TEST(ApprovalDocument, has_the_shape_of_the_api) {
  EXPECT_EQ(
      text(to_document(an_approval(), a_workflow())),
      R"({"id":"ap_01hzy3k9q2w4e6r8t0v1x5z7bc_1",)"
      R"("workflow_id":"wf_01hzy3k9q2w4e6r8t0v1x5z7bc","agent":"refund-agent","call_id":null,)"
      R"("kind":"call",)"
      R"("status":"pending","action":"refund","arguments":{"amount":1250},)"
      R"("original_action":null,"original_arguments":null,"hash":")" +
          kHash +
          R"(","why":"","otherwise":"","title":"",)"
          R"("requester":{"kind":"agent","id":"refund-agent"},"on_behalf_of":"ana",)"
          R"("thresholds":[{"name":"finance","from":"finance","approve":2,"reject":1,)"
          R"("stage":1,"choice":null,"veto":false,"weights":[],"delegate_to":null,)"
          R"("escalations":[]},{"name":"legal","from":"legal","approve":1,"reject":1,)"
          R"("stage":1,"choice":null,"veto":false,"weights":[],"delegate_to":null,)"
          R"("escalations":[]}],)"
          R"("needed":[{"name":"finance","from":"finance","stage":1,"approve":2,"given":0,"reject":1,"refused":0},)"
          R"({"name":"legal","from":"legal","stage":1,"approve":1,"given":0,"reject":1,"refused":0}],)"
          R"("decisions":[],"delegations":[],"comments":[],"claim":null,)"
          R"("rule":"large refunds","policy_hash":")" +
          kPolicyHash +
          R"(","deadline":null,"on_deadline":"expire","default_answer":null,"outcomes":[],)"
          R"("takes":["approve","reject","edit","ignore"],)"
          R"("schedule":{"reminders":[],"effect_wait_s":0,"effect_at":null,"grant_s":null,)"
          R"("extend_s":0},"form":null,"validation":null,)"
          R"("channels":null,"metadata":{},"frozen_by":null,"epoch":0,"revision":1,)"
          R"("created_at":"2026-11-22T16:00:00.123Z","closed_at":null,"outcome":null,"published":null})");
}

TEST(ApprovalDocument, counts_each_person_once_in_the_groups_of_their_decisions) {
  Approval approval = an_approval();
  approval.decisions = {a_decision("ben", DecisionKind::kApprove, {"finance"}),
                        a_decision("cleo", DecisionKind::kApprove, {"finance"}),
                        a_decision("cleo", DecisionKind::kEdit, {"finance", "legal"}),
                        a_decision("dan", DecisionKind::kReject, {"finance", "legal"}),
                        a_decision("eve", DecisionKind::kApprove, {})};
  approval.decisions[0].counts = false;
  EXPECT_EQ(
      text(to_document(approval, a_workflow())["needed"]),
      R"([{"name":"finance","from":"finance","stage":1,"approve":2,"given":1,"reject":1,"refused":1},)"
      R"({"name":"legal","from":"legal","stage":1,"approve":1,"given":1,"reject":1,"refused":1}])");
}

TEST(ApprovalDocument, counts_answers_to_a_question) {
  Approval approval = an_approval();
  approval.question.kind = ApprovalKind::kQuestion;
  approval.decisions = {a_decision("ben", DecisionKind::kAnswer, {"finance"})};
  EXPECT_EQ(to_document(approval, a_workflow())["needed"].as_array()->front()["given"], 1);
}

TEST(ApprovalDocument, shows_decisions_and_the_outcome) {
  Approval approval = an_approval();
  approval.call = "cl_1";
  approval.original_arguments = json::Object{{"amount", 1300}};
  approval.question.deadline = kStart + kDay;
  approval.decisions = {a_decision("ben", DecisionKind::kReject, {"finance"})};
  approval.status = ApprovalStatus::kRejected;
  approval.outcome = Outcome{ApprovalStatus::kRejected, "ben", "seen", {}, kStart + 1};
  const json::Value document = to_document(approval, a_workflow());
  EXPECT_EQ(
      text(document["decisions"]),
      R"([{"person":"ben","decision":"reject","reason":"seen",)"
      R"("at":"2026-11-22T16:00:00.124Z","door":"slack","hash":")" +
          kHash +
          R"(","counts":true,"counts_in":["finance"],"delegated_by":null,"outcome":null,"withdrawn":null}])");
  EXPECT_EQ(text(document["outcome"]),
            R"({"status":"rejected","by":"ben","reason":"seen","name":null})");
  EXPECT_EQ(document["closed_at"], "2026-11-22T16:00:00.124Z");
  EXPECT_EQ(document["deadline"], "2026-11-23T16:00:00.123Z");
  EXPECT_EQ(document["call_id"], "cl_1");
  EXPECT_EQ(text(document["original_arguments"]), R"({"amount":1300})");
}

TEST(ApprovalDocument, shows_the_answer_of_an_answered_question) {
  Approval approval = an_approval();
  approval.status = ApprovalStatus::kAnswered;
  approval.outcome = Outcome{ApprovalStatus::kAnswered, "ben", "", 7, kStart};
  EXPECT_EQ(text(to_document(approval, a_workflow())["outcome"]),
            R"({"status":"answered","by":"ben","reason":"","name":null,"answer":7})");
}

TEST(CheckpointDocument, names_its_workflow) {
  const Checkpoint checkpoint{"cp" + kSuffix + "_1",
                              "before",
                              "",
                              1,
                              9,
                              2,
                              {},
                              {},
                              {},
                              {ActorKind::kPerson, "ana"},
                              kStart};
  EXPECT_EQ(text(to_document(checkpoint)),
            R"({"id":"cp_01hzy3k9q2w4e6r8t0v1x5z7bc_1",)"
            R"("workflow_id":"wf_01hzy3k9q2w4e6r8t0v1x5z7bc","name":"before","call":null,)"
            R"("epoch":1,)"
            R"("version":9,"calls":2,"snapshot":null,"recovery":null,"metadata":{},)"
            R"("by":{"kind":"person","id":"ana"},"at":"2026-11-22T16:00:00.123Z","live":true})");
}

TEST(DirectoryDocuments, show_people_and_groups) {
  const Person person{"ana", "Ana", "ana@example.com", {{"slack", "T/U"}}, false};
  EXPECT_EQ(text(to_document(person)),
            R"({"id":"ana","name":"Ana","email":"ana@example.com","identities":{"slack":"T/U"},)"
            R"("active":false,"roles":[],"attributes":{},"manager":null})");
  EXPECT_EQ(text(to_document(Group{"finance", "Finance", {"ben", "ana"}})),
            R"({"id":"finance","name":"Finance","members":["ana","ben"]})");
}

TEST(DirectoryDocuments, show_keys_without_their_secret) {
  ApiKey key{"k1", ActorKind::kAgent, "refund-agent", "ana", "demo", kHash, kStart, {}, kStart};
  EXPECT_EQ(text(to_document(key)),
            R"({"id":"k1","kind":"agent","use":"api","agent":"refund-agent","person":null,)"
            R"("on_behalf_of":"ana","label":"demo","created_at":"2026-11-22T16:00:00.123Z",)"
            R"("expires_at":"2026-11-22T16:00:00.123Z","revoked_at":null})");
  key.kind = ActorKind::kPerson;
  EXPECT_EQ(to_document(key)["person"], "refund-agent");
  EXPECT_TRUE(to_document(key)["agent"].is_null());
}

TEST(DirectoryDocuments, show_a_policy_with_its_source_or_without) {
  const PolicyVersion policy{2, kPolicyHash, "version: 1", "ana", kStart, ""};
  const std::string head = R"({"version":2,"hash":")" + kPolicyHash +
                           R"(","at":"2026-11-22T16:00:00.123Z","by":"ana",)"
                           R"("approval":null)";
  EXPECT_EQ(text(to_document(policy, false)), head + "}");
  EXPECT_EQ(text(to_document(policy, true)), head + R"(,"source":"version: 1"})");
}

TEST(EventDocument, has_the_shape_of_the_api) {
  event::Recorded recorded = testing::event_samples().front();
  recorded.payload = event::TurnStarted{3, "worker-7", 30'000, {}};
  const auto document = event_document(encode(recorded), genesis_hash("default", "wf_a"), kHash);
  ASSERT_TRUE(document) << document.error().detail;
  EXPECT_EQ(text(*document),
            R"({"version":1,"type":"turn.started","at":"2026-11-22T16:00:01.123Z",)"
            R"("actor":{"kind":"agent","id":"refund-agent"},"on_behalf_of":"ana","door":"rest",)"
            R"("from_status":"running","to_status":"waiting","request_id":"req_01hzy3k9q2",)"
            R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
            R"("payload":{"fingerprint":null,"lease_s":30,"turn":3,"worker":"worker-7"},)"
            R"("prev_hash":")" +
                genesis_hash("default", "wf_a") + R"(","hash":")" + kHash + R"("})");
}

TEST(EventDocument, writes_times_as_text_and_no_secret_hash) {
  for (const event::Recorded& sample : testing::event_samples()) {
    const std::string body = encode(sample);
    const auto document = event_document(body, genesis_hash("default", "wf_a"), kHash);
    ASSERT_TRUE(document) << document.error().detail;
    const json::Value& payload = (*document)["payload"];
    EXPECT_EQ(payload["key"]["secret_hash"], json::Value());
    if (const auto* granted = std::get_if<event::CallGranted>(&sample.payload)) {
      EXPECT_EQ(payload["expires_at"], to_rfc3339(*granted->expires_at)) << body;
    }
    if (std::holds_alternative<event::ApprovalRequested>(sample.payload)) {
      EXPECT_EQ(payload["question"]["deadline"], "2026-11-23T16:00:00.123Z") << body;
    }
    if (std::holds_alternative<event::KeyCreated>(sample.payload)) {
      EXPECT_EQ(payload["key"]["created_at"], "2026-11-22T16:00:00.123Z") << body;
    }
  }
}

TEST(EventDocument, refuses_what_is_no_event) {
  const auto document = event_document("{}", genesis_hash("default", "wf_a"), kHash);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().reason, "codec.corrupt_event");
}

TEST(ThresholdsDocument, is_a_list) {
  EXPECT_EQ(text(to_document(std::vector<Threshold>{})), "[]");
}

}  // namespace
}  // namespace fermata::codec

#pragma once

// One event of every type, as a story would have them: what tests/golden/ holds on disk.
//
// They are frozen with the files. Whoever changes an event's shape writes a Lift
// (codec/upcast.hpp), changes its sample here and adds the new version's file
// (src/codec/golden_test.cpp says how).

#include <string>
#include <vector>

#include "core/event.hpp"
#include "tests/support/later_event_samples.hpp"

namespace fermata::testing {

inline std::vector<event::Event> workflow_samples() {
  event::WorkflowCreated created;
  created.id = "wf" + kSuffix;
  created.agent = "refund-agent";
  created.name = "Rückerstattung 𝄐 42";
  created.input = json::Object{{"ticket", 42}, {"text", "It \"never\" came.\n\tRefund me!"}};
  created.context = {{"orders", json::Array{"A-17", "A-18"}}, {"é", 1}, {"\U0001d110", 0.5}};
  created.metadata = {{"source", "tickets.csv"}, {"row", 9007199254740993}};
  created.tags = {"refunds", "eu"};
  created.requester = {ActorKind::kAgent, "refund-agent"};
  created.on_behalf_of = "ana";
  created.dispatch = Dispatch::kWorker;
  created.effects = Effects::kRecorded;
  created.forked_from =
      Origin{"wf_01hzy3k9q2w4e6r8t0v1x5z7bd", "cp_01hzy3k9q2w4e6r8t0v1x5z7bd_3", 41};
  return {created,
          event::WorkflowCompleted{json::Object{{"refunded", 250.5}, {"currency", "EUR"}}},
          event::WorkflowFailed{{"smolagents.AgentError", "the model gave up\nafter 3 steps"}},
          event::WorkflowCancelled{"the customer withdrew"},
          event::WorkflowRolledBack{2,
                                    1,
                                    "cp" + kSuffix + "_1",
                                    "wrong order",
                                    {"cl" + kSuffix + "_2", "cl" + kSuffix + "_3"},
                                    {"cl" + kSuffix + "_2"},
                                    5},
          event::TurnStarted{
              3, "worker-7", 30'000, json::Object{{"python", "3.11.2"}, {"smolagents", "1.26.0"}}},
          event::TurnRenewed{3},
          event::TurnEnded{3, 5'000}};
}

inline std::vector<event::Event> call_samples() {
  event::CallOpened opened;
  opened.call = "cl" + kSuffix + "_2";
  opened.key = "step-1/tool-0/refund";
  opened.kind = CallKind::kTool;
  opened.tool = "refund";
  opened.arguments = {{"order", "A-17"}, {"amount", 250.5}, {"currency", "EUR"}};
  opened.request_hash = kRequestHash;
  opened.definition_hash = kDefinitionHash;
  opened.target = "ledger";
  opened.why = "The parcel never arrived.";
  opened.undo = "cancel_refund";
  opened.idempotent = true;
  opened.hash = kHash;
  opened.policy_hash = kPolicyHash;
  opened.rule = "refunds above 100";
  opened.effect = "ask";
  opened.turn = 3;
  opened.epoch = 1;
  event::CallRecorded recorded;
  recorded.call = "cl" + kSuffix + "_3";
  recorded.key = "step-2/code-0";
  recorded.kind = CallKind::kCode;
  recorded.tool = "python";
  recorded.arguments = {{"code", "1/0"}};
  recorded.request_hash = kRequestHash;
  recorded.error = CallError{"ZeroDivisionError", "division by zero"};
  recorded.turn = 3;
  recorded.epoch = 1;
  return {opened,
          recorded,
          event::CallGranted{
              opened.call, "gr" + kSuffix + "_1", "ap" + kSuffix + "_1", kHash, 1, kStart + kDay},
          event::CallStarted{opened.call, "gr" + kSuffix + "_1", 4, 1},
          event::CallClosed{
              opened.call, kHash, json::Object{{"refund", "R-9"}, {"at", nullptr}}, std::nullopt},
          event::CallDenied{opened.call,
                            "approval.rejected",
                            "Rejected by ben: \"too much\". refund was not performed."}};
}

inline std::vector<event::Event> approval_samples() {
  event::ApprovalRequested requested;
  requested.approval = "ap" + kSuffix + "_1";
  requested.call = "cl" + kSuffix + "_2";
  Question& question = requested.question;
  question.kind = ApprovalKind::kCall;
  question.action = "refund";
  question.arguments = {{"order", "A-17"}, {"amount", 1250}, {"currency", "EUR"}};
  question.definition_hash = kDefinitionHash;
  question.target = "ledger";
  question.title = "Refund order A-17";
  question.why = "The parcel never arrived.";
  question.otherwise = "The customer is told no.";
  question.form = json::Object{{"schema", json::Object{{"type", "object"}}},
                               {"hints", json::Object{{"order", json::Array{"amount"}}}}};
  question.validation = json::Object{{"amount", json::Object{{"maximum", 2000}}}};
  question.channels = json::Object{{"slack", json::Object{{"channel", "#refunds"}}}};
  question.metadata = {{"ticket", 42}};
  question.deadline = kStart + kDay;
  question.on_deadline = OnDeadline::kReject;
  requested.hash = kHash;
  requested.requester = {ActorKind::kAgent, "refund-agent"};
  requested.on_behalf_of = "ana";
  requested.thresholds = {{"finance", 2, 1}, {"legal", 1, 1}};
  Threshold& finance = requested.thresholds.front();
  finance.name = "the money";
  finance.stage = 2;
  finance.choice = "either";
  finance.weights = {{"role:cfo", 2}};
  finance.delegate_to = "deputies";
  finance.escalations = {{3'600'000, "manager()", true}};
  requested.thresholds.back().veto = true;
  requested.schedule = {{kStart + kDay / 2, kStart + kDay / 10 * 9}, 600'000, 3'600'000, kDay};
  question.default_answer = json::Object{{"amount", 0}};
  question.outcomes = {{"too dear", DecisionKind::kReject, "Find a cheaper way."}};
  question.takes = {DecisionKind::kApprove, DecisionKind::kEdit};
  requested.rule = "large refunds";
  requested.policy_hash = kPolicyHash;
  requested.epoch = 1;
  event::ApprovalEdited edited;
  edited.approval = requested.approval;
  edited.person = "ben";
  edited.reason = "shipping is not refunded";
  edited.arguments = {{"order", "A-17"}, {"amount", 1200}, {"currency", "EUR"}};
  edited.hash = kEditedHash;
  edited.thresholds = requested.thresholds;
  edited.rule = requested.rule;
  edited.policy_hash = kPolicyHash;
  edited.deadline = kStart + kDay / 2;
  edited.on_deadline = OnDeadline::kReject;
  edited.schedule = requested.schedule;
  edited.tool = ToolIdentity{"give_credit", kDefinitionHash, "take_credit", true};
  return {requested,
          event::ApprovalDecided{requested.approval,
                                 "ben",
                                 DecisionKind::kAnswer,
                                 "seen in the ledger",
                                 kHash,
                                 {"finance"},
                                 json::Object{{"happened", false}},
                                 "cleo",
                                 "seen"},
          edited,
          event::ApprovalClosed{requested.approval,
                                ApprovalStatus::kAnswered,
                                "ben",
                                "seen in the ledger",
                                json::Object{{"happened", false}},
                                "seen"}};
}

inline event::CallImported imported_sample() {
  event::CallImported imported;
  imported.call = "cl" + kSuffix + "_3";
  imported.key = "run/t:call_0001_000:refund";
  imported.source = "cl_01hzy3k9q2w4e6r8t0v1x5z7bd_7";
  imported.tool = "refund";
  imported.arguments = {{"order", "A-17"}, {"amount", 1250}};
  imported.effective_arguments = json::Object{{"order", "A-17"}, {"amount", 1200}};
  imported.effective_tool = "give_credit";
  imported.request_hash = kRequestHash;
  imported.definition_hash = kDefinitionHash;
  imported.target = "ledger";
  imported.result = json::Object{{"refund", "R-9"}};
  imported.error = CallError{"TimeoutError", "no answer"};
  imported.denial_reason = "approval.rejected";
  imported.denial_message = "Rejected by ben. refund was not performed.";
  imported.epoch = 1;
  return imported;
}

inline std::vector<event::Event> other_samples() {
  event::CheckpointCreated checkpoint;
  checkpoint.checkpoint = "cp" + kSuffix + "_1";
  checkpoint.name = "before the refunds";
  checkpoint.call = "cl" + kSuffix + "_1";
  checkpoint.snapshot = json::Object{{"step", 1}};
  checkpoint.recovery = json::Object{{"undo", json::Array{"cancel_refund"}}};
  checkpoint.metadata = {{"by", "agent"}};
  checkpoint.epoch = 1;
  checkpoint.calls = 1;
  Person person;
  person.id = "ana";
  person.name = "Ana Ñandú";
  person.email = "ana@example.com";
  person.identities = {{"slack", "T024BE7LD/U2147483697"}, {"email", "ana@example.com"}};
  person.roles = {"cfo"};
  person.attributes = {{"region", "eu"}};
  person.manager = "cleo";
  ApiKey key;
  key.id = "k3yk3yk3yk3y";
  key.kind = ActorKind::kAgent;
  key.owner = "refund-agent";
  key.on_behalf_of = "ana";
  key.label = "the demo's agent";
  key.secret_hash = kRequestHash;
  key.expires_at = kStart + 90 * kDay;
  key.created_at = kStart;
  return {
      checkpoint,
      event::PersonSet{person},
      event::GroupSet{{"finance", "Finance", {"ana", "ben", "cleo"}}},
      event::GroupRemoved{"finance"},
      event::KeyCreated{key},
      event::KeyRevoked{key.id},
      event::PolicyPublished{2, kPolicyHash, "version: 1\nrules: []\ndefault: {effect: deny}\n"},
      // Types of later versions of the program.
      event::TurnLapsed{3},
      event::WorkflowForked{{{0, 0, "", "", kStart, {ActorKind::kPerson, "ana"}, 1, ""},
                             {1,
                              0,
                              "cp" + kSuffix + "_1",
                              "wrong order",
                              kStart + 1000,
                              {ActorKind::kPerson, "ben"},
                              2,
                              "Restored to checkpoint."}},
                            "wf_01hzy3k9q2w4e6r8t0v1x5z7bd",
                            {"ana", "ben"},
                            "From here on the task has another input: 7",
                            "what if",
                            "ap_01hzy3k9q2w4e6r8t0v1x5z7bd_1",
                            "reject"},
      event::EffectsAllowed{"seen, go on"},
      imported_sample()};
}

// In the order of the golden files; versions count from 1.
inline std::vector<event::Recorded> event_samples() {
  std::vector<event::Recorded> samples;
  for (const auto& part : {workflow_samples(),
                           call_samples(),
                           approval_samples(),
                           other_samples(),
                           verb_samples(),
                           permission_samples(),
                           outbox_samples(),
                           inbound_samples()}) {
    for (const event::Event& payload : part) {
      event::Recorded recorded;
      recorded.version = static_cast<std::int64_t>(samples.size()) + 1;
      recorded.at = kStart + 1000 * recorded.version;
      recorded.actor = {ActorKind::kAgent, "refund-agent"};
      recorded.on_behalf_of = "ana";
      recorded.door = Door::kRest;
      recorded.request_id = "req_01hzy3k9q2";
      recorded.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
      recorded.from_status = "running";
      recorded.to_status = "waiting";
      recorded.request_key = kRequestHash;
      recorded.payload = payload;
      samples.push_back(recorded);
    }
  }
  return samples;
}

}  // namespace fermata::testing

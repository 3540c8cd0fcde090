// A pending request as it stands at a moment: the stored document says what its stream says, and a
// stream cannot know who belongs to a group by now, or that the kill switch has moved its times, or
// what came of a policy that was agreed to.

#include <algorithm>

#include "codec/document.hpp"
#include "codec/documents.hpp"
#include "core/approval/tally.hpp"

namespace fermata::codec {
namespace {

std::vector<std::string> texts(const json::Value& list) {
  std::vector<std::string> found;
  if (const json::Array* items = list.as_array())
    for (const json::Value& item : *items)
      if (const std::string* text = item.as_string()) found.push_back(*text);
  return found;
}

Threshold threshold_of(const json::Value& document) {
  Threshold threshold{
      document.string_or("from"), document.int_or("approve", 1), document.int_or("reject", 1)};
  threshold.name = document.string_or("name");
  threshold.stage = document.int_or("stage", 1);
  threshold.choice = document.string_or("choice");
  threshold.veto = document.bool_or("veto");
  threshold.delegate_to = document.string_or("delegate_to");
  if (const json::Array* weights = document["weights"].as_array())
    for (const json::Value& one : *weights)
      threshold.weights.push_back({one.string_or("from"), one.int_or("weight", 1)});
  return threshold;
}

Decision decision_of(const json::Value& document) {
  Decision decision;
  decision.person = document.string_or("person");
  decision.kind =
      decision_kind_from(document.string_or("decision")).value_or(DecisionKind::kReject);
  decision.hash = document.string_or("hash");
  decision.counts = document.bool_or("counts");
  decision.groups = texts(document["counts_in"]);
  decision.delegated_by = document.string_or("delegated_by");
  return decision;
}

// As much of it as counting takes.
Approval approval_of(const json::Value& document) {
  Approval approval;
  approval.hash = document.string_or("hash");
  approval.requester = {actor_kind_from(document["requester"].string_or("kind")),
                        document["requester"].string_or("id")};
  approval.on_behalf_of = document.string_or("on_behalf_of");
  if (const json::Object* arguments = document["arguments"].as_object())
    approval.question.arguments = *arguments;
  if (const json::Array* thresholds = document["thresholds"].as_array())
    for (const json::Value& one : *thresholds) approval.thresholds.push_back(threshold_of(one));
  if (const json::Array* decisions = document["decisions"].as_array())
    for (const json::Value& one : *decisions) approval.decisions.push_back(decision_of(one));
  return approval;
}

void set_needed(json::Object& document, const std::vector<Tally>& lines) {
  json::Array needed;
  for (const Tally& line : lines)
    if (!line.threshold.veto)
      needed.push_back(Document()
                           .add("name", line.threshold.label())
                           .add("from", line.threshold.from)
                           .add("stage", line.threshold.stage)
                           .add("approve", line.threshold.approve)
                           .add("given", line.approvals)
                           .add("reject", line.threshold.reject)
                           .add("refused", line.rejections)
                           .done());
  document.set("needed", std::move(needed));
}

json::Value later(const json::Value& time, std::int64_t by_ms) {
  const std::string* text = time.as_string();
  const std::optional<TimeMs> at = text == nullptr ? std::nullopt : from_rfc3339(*text);
  return at ? time_document(*at + by_ms) : time;
}

void move_times(json::Object& document, std::int64_t by_ms) {
  if (by_ms == 0) return;
  const json::Value whole(document);
  document.set("deadline", later(whole["deadline"], by_ms));
  if (whole["schedule"].as_object() == nullptr) return;
  json::Object schedule = *whole["schedule"].as_object();
  schedule.set("effect_at", later(whole["schedule"]["effect_at"], by_ms));
  json::Array reminders;
  if (const json::Array* known = whole["schedule"]["reminders"].as_array())
    for (const json::Value& one : *known) reminders.push_back(later(one, by_ms));
  schedule.set("reminders", std::move(reminders));
  document.set("schedule", std::move(schedule));
}

// What came of a policy that people agreed to: they may agree to several that would replace the
// same one, and the first of them does.
json::Value publication_document(const json::Value& document, const Directory& directory) {
  const std::string id = document.string_or("id");
  const std::int64_t wanted = document["arguments"].int_or("version");
  const auto& policies = directory.policies;
  const auto found = std::find_if(policies.begin(), policies.end(), [&](const PolicyVersion& one) {
    return one.approval == id;
  });
  if (found == policies.end()) {
    const bool too_late = static_cast<std::int64_t>(policies.size()) >= wanted;
    return Document()
        .add("state", too_late ? "too_late" : "coming")
        .add("version", json::Value())
        .done();
  }
  const bool in_force = found->version == policies.back().version;
  return Document()
      .add("state", in_force ? "in_force" : "replaced")
      .add("version", found->version)
      .done();
}

}  // namespace

void bring_up_to_date(json::Value& document, const Directory& directory, TimeMs now) {
  json::Object* members = document.as_object();
  if (members == nullptr || members->find("needed") == nullptr) return;
  if (document.string_or("kind") == to_string(ApprovalKind::kPolicy) &&
      document.string_or("status") == to_string(ApprovalStatus::kApproved))
    members->set("published", publication_document(document, directory));
  if (document.string_or("status") != "pending") return;
  set_needed(*members, tally(approval_of(document), directory));
  const std::string agent = document.string_or("agent");
  const std::string action = document.string_or("action");
  const auto asked = from_rfc3339(document.string_or("created_at"));
  if (asked) move_times(*members, frozen_ms(directory, agent, action, *asked, now));
  const Freeze* freeze = frozen(directory, agent, action);
  if (freeze != nullptr) members->set("frozen_by", to_document(*freeze));
}

}  // namespace fermata::codec

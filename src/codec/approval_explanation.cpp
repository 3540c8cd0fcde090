// What an approval request still needs, who can give it, and what happens when if nobody does.

#include <algorithm>

#include "codec/document.hpp"
#include "codec/documents.hpp"
#include "core/approval/clock.hpp"
#include "core/approval/tally.hpp"

namespace fermata::codec {
namespace {

constexpr std::size_t kMostNamed = 100;

json::Array names(const std::vector<std::string>& people) {
  const auto end =
      people.begin() + static_cast<std::ptrdiff_t>(std::min(people.size(), kMostNamed));
  return {people.begin(), end};
}

json::Value need_document(const Need& need) {
  const Threshold& threshold = need.line.threshold;
  return Document()
      .add("name", threshold.label())
      .add("from", threshold.from)
      .add("stage", threshold.stage)
      .add("choice", text_or_null(threshold.choice))
      .add("open", need.line.open)
      .add("approve", threshold.approve)
      .add("given", need.line.approvals)
      .add("missing", need.missing)
      .add("reject", threshold.reject)
      .add("refused", need.line.rejections)
      .add("people", names(need.people))
      .add("needed_later", names(need.needed_later))
      .add("possible", need.possible)
      .done();
}

struct Forecast {
  const Workflow& workflow;
  const Approval& approval;
  const Directory& directory;
  TimeMs now;

  Document at(TimeMs moment, const char* what) const {
    Document document;
    document.add("at", time_document(real_time(workflow, approval, directory, moment, now)))
        .add("what", what);
    return document;
  }

  // Everybody whom the escalation would ask, but the parties.
  json::Array asked(const Escalation& step) const {
    const Subject subject = subject_of(approval);
    std::vector<std::string> people;
    for (const auto& [id, person] : directory.people)
      if (!is_party(approval, id) && matches(step.to, directory, subject, id)) people.push_back(id);
    return names(people);
  }

  json::Array moments() const {
    std::vector<std::pair<TimeMs, json::Value>> all;
    if (approval.effect_at) {
      return {at(*approval.effect_at, "effect").done()};
    }
    const auto& reminders = approval.schedule.reminders;
    for (std::size_t i = approval.reminded; i < reminders.size(); ++i)
      all.emplace_back(reminders[i], at(reminders[i], "reminder").done());
    for (const Threshold& threshold : approval.thresholds)
      for (const Escalation& step : threshold.escalations) {
        const TimeMs moment = approval.created_at + step.after_ms;
        if (const auto end = approval.question.deadline; end && moment >= *end) continue;
        all.emplace_back(moment,
                         at(moment, "escalation")
                             .add("threshold", threshold.label())
                             .add("to", step.to)
                             .add("replace", step.replace)
                             .add("people", asked(step))
                             .done());
      }
    if (const auto deadline = approval.question.deadline)
      all.emplace_back(*deadline,
                       at(*deadline, "deadline")
                           .add("outcome", to_string(approval.question.on_deadline))
                           .done());
    std::stable_sort(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    json::Array documents;
    for (auto& [moment, document] : all) documents.push_back(std::move(document));
    return documents;
  }
};

}  // namespace

json::Value explain_document(const Workflow& workflow,
                             const Approval& approval,
                             const Directory& directory,
                             TimeMs now) {
  json::Array needed, vetoes, next, settled_by;
  const Freeze* freeze = nullptr;
  if (approval.pending()) {
    for (const Need& need : needs(approval, directory, now)) needed.push_back(need_document(need));
    for (const Tally& line : tally(approval, directory))
      if (line.threshold.veto)
        vetoes.push_back(Document()
                             .add("name", line.threshold.label())
                             .add("from", line.threshold.from)
                             .add("reject", line.threshold.reject)
                             .add("refused", line.rejections)
                             .done());
    if (!approval.effect_at && verdict(approval, directory) == Verdict::kApproved)
      for (const Decision& one : approval.decisions)
        if (one.counts && !one.refuses() && directory.is_active(one.person))
          settled_by.emplace_back(one.person);
    freeze = frozen(directory, workflow.agent, approval.question.action);
    next = Forecast{workflow, approval, directory, now}.moments();
  }
  return Document()
      .add("id", approval.id)
      .add("status", to_string(approval.status))
      .add("rule", approval.rule)
      .add("claim", approval.claim ? json::Value(approval.claim->person) : json::Value())
      .add("needed", std::move(needed))
      .add("vetoes", std::move(vetoes))
      .add("settled_by", std::move(settled_by))
      .add("next", std::move(next))
      .add("frozen_by", freeze == nullptr ? json::Value() : to_document(*freeze))
      .done();
}

}  // namespace fermata::codec

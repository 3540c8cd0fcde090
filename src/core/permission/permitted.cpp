#include "core/permission/permitted.hpp"

#include <algorithm>
#include <set>

#include "core/approval/tally.hpp"

namespace fermata {
namespace {

// In how many stages somebody is meant: who can help in one alone does it first.
std::size_t stages_of(const Approval& approval,
                      const Directory& directory,
                      const std::string& who) {
  std::set<std::int64_t> stages;
  for (const Threshold& threshold : approval.thresholds)
    if (matches(threshold.from, directory, subject_of(approval), who))
      stages.insert(threshold.stage);
  return stages.size();
}

// Where a yes of theirs would count now; not where it would only not be a veto.
std::vector<std::string> open_to(const Approval& approval,
                                 const Context& context,
                                 const std::string& person) {
  const Seat seat = seat_of(approval, *context.directory, person, context.now);
  std::vector<std::string> all = seat.thresholds;
  const bool counts =
      std::any_of(approval.thresholds.begin(), approval.thresholds.end(), [&](const auto& one) {
        return !one.veto && std::find(all.begin(), all.end(), one.label()) != all.end();
      });
  return counts ? all : std::vector<std::string>{};
}

// The request as it would stand if they had approved it, each once and in a stage that is open, as
// people do who are asked. Of those who could help in several stages each helps in the first.
Approval as_if_approved(const Workflow& workflow,
                        const event::ApprovalRequested& asked,
                        const Permission& permission,
                        const Context& context) {
  Approval approval = make_approval(workflow, asked, context.actor, context.on_behalf_of);
  std::vector<std::string> left = permission.people;
  std::stable_sort(left.begin(), left.end(), [&](const auto& a, const auto& b) {
    return stages_of(approval, *context.directory, a) < stages_of(approval, *context.directory, b);
  });
  const auto decides = [&](const std::string& person) {
    std::vector<std::string> thresholds = open_to(approval, context, person);
    if (thresholds.empty()) return false;
    Decision yes;
    yes.person = person;
    yes.hash = approval.hash;
    yes.groups = std::move(thresholds);
    approval.decisions.push_back(std::move(yes));
    return true;
  };
  const auto next = [&] { return std::find_if(left.begin(), left.end(), decides); };
  for (auto decided = next(); decided != left.end(); decided = next()) left.erase(decided);
  return approval;
}

// A rule that wants time to stop what was agreed to wants it of every single call.
bool people_suffice(const Workflow& workflow,
                    const event::ApprovalRequested& asked,
                    const Permission& permission,
                    const Context& context) {
  if (asked.schedule.effect_wait_ms > 0) return false;
  const Approval approval = as_if_approved(workflow, asked, permission, context);
  return verdict(approval, *context.directory) == Verdict::kApproved;
}

// A question that is put to people on purpose is always put to people.
bool may_be_permitted(const event::ApprovalRequested& asked) {
  return !asked.call.empty() && asked.question.kind == ApprovalKind::kCall &&
         asked.question.action != kRequestApproval;
}

// Those that end first come first; of those that end at once, the older ones.
std::vector<const Permission*> covering(const PermittedCall& call,
                                        const std::vector<std::string>& tried,
                                        const Context& context) {
  std::vector<const Permission*> found;
  for (const Shared<Permission>& one : context.directory->permissions.all())
    if (covers(*one, call, context.now) &&
        std::find(tried.begin(), tried.end(), one->id) == tried.end())
      found.push_back(&*one);
  std::stable_sort(found.begin(), found.end(), [](const Permission* a, const Permission* b) {
    return a->terms->until < b->terms->until;
  });
  return found;
}

}  // namespace

const Permission* permitting(const Workflow& workflow,
                             const Call& call,
                             const event::ApprovalRequested& asked,
                             const Context& context) {
  if (!may_be_permitted(asked)) return nullptr;
  const std::string key = use_key(workflow.id, call.key, call.epoch);
  for (const Shared<Permission>& permission : context.directory->permissions.all()) {
    if (permission->terms->tool != call.tool || permission->is_over(context.now)) continue;
    if (!permission->uses.contains(key, call.hash)) continue;
    if (people_suffice(workflow, asked, *permission, context)) return &*permission;
  }
  return nullptr;
}

std::optional<command::UsePermission> permission_sought(const Workflow& workflow,
                                                        const command::Command& command,
                                                        const Events& decided,
                                                        const Context& context,
                                                        const std::vector<std::string>& tried) {
  const auto* open = std::get_if<command::OpenCall>(&command);
  if (open == nullptr || decided.empty()) return std::nullopt;
  const auto* asked = std::get_if<event::ApprovalRequested>(&decided.back());
  if (asked == nullptr || !may_be_permitted(*asked)) return std::nullopt;
  if (workflow.by_key.contains(open->key)) return std::nullopt;  // Asked anew: by people, then.
  const PermittedCall call{open->tool, open->definition_hash, workflow.agent, open->arguments};
  for (const Permission* permission : covering(call, tried, context)) {
    if (!people_suffice(workflow, *asked, *permission, context)) continue;
    return command::UsePermission{permission->id,
                                  workflow.id,
                                  open->key,
                                  workflow.epoch,
                                  asked->hash,
                                  open->tool,
                                  open->definition_hash,
                                  workflow.agent,
                                  open->arguments};
  }
  return std::nullopt;
}

}  // namespace fermata

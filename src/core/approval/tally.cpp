#include "core/approval/tally.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/approval/suffice.hpp"

namespace fermata {
namespace {

constexpr std::size_t kMostKinds = 64;  // Of people, whose waiting is thought about.

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::int64_t weight_of(const Threshold& threshold,
                       const Directory& directory,
                       const Subject& subject,
                       const std::string& person) {
  std::int64_t weight = 1;
  for (const Weight& one : threshold.weights)
    if (one.weight > weight && matches(one.from, directory, subject, person)) weight = one.weight;
  return weight;
}

// Each person once; a veto's members can only refuse.
void count(Tally& line,
           const Approval& approval,
           const Directory& directory,
           const Subject& subject) {
  std::set<std::string> counted;
  for (const Decision& decision : approval.decisions) {
    if (!decision.counts || decision.hash != approval.hash) continue;
    const std::string& seat = decision.seat();
    if (!has(decision.groups, line.threshold.label()) || counted.contains(seat) ||
        !counted.insert(decision.person).second)
      continue;
    counted.insert(seat);
    if (is_party(approval, decision.person) || is_party(approval, seat)) continue;
    if (!directory.is_active(decision.person)) continue;
    if (!matches(line.threshold.from, directory, subject, seat)) continue;
    if (seat != decision.person &&
        !matches(line.threshold.delegate_to, directory, subject, decision.person))
      continue;
    const std::int64_t weight = weight_of(line.threshold, directory, subject, seat);
    (decision.refuses() ? line.rejections : line.approvals) += weight;
    if (decision.kind == DecisionKind::kIgnore) line.dismissals += weight;
  }
}

// Of the thresholds of one stage: each that stands alone, and one of each choice.
bool stage_met(const std::vector<Tally>& lines, std::int64_t stage) {
  std::map<std::string_view, bool> choices;
  for (const Tally& line : lines) {
    if (line.threshold.stage != stage || line.threshold.veto) continue;
    if (line.threshold.choice.empty()) {
      if (!line.met()) return false;
    } else {
      choices[line.threshold.choice] |= line.met();
    }
  }
  return std::all_of(choices.begin(), choices.end(), [](const auto& one) { return one.second; });
}

// In ascending order; the stages before the first one that is not met, and that one, are open.
bool open_stages(std::vector<Tally>& lines) {
  std::set<std::int64_t> stages;
  for (const Tally& line : lines)
    if (!line.threshold.veto) stages.insert(line.threshold.stage);
  bool open = true;
  for (const std::int64_t stage : stages) {
    for (Tally& line : lines)
      if (line.threshold.stage == stage) line.open = open;
    open = open && stage_met(lines, stage);
  }
  for (Tally& line : lines)
    if (line.threshold.veto) line.open = true;
  return open && !stages.empty();
}

// One no is too many where it stands alone; of a choice, all alternatives must be refused.
Verdict refusal(const std::vector<Tally>& lines) {
  struct Refused {
    bool all = true;
    bool dismissed = true;  // By nothing but dismissals.
  };
  std::map<std::pair<std::int64_t, std::string>, Refused> groups;
  for (const Tally& line : lines) {
    const Threshold& threshold = line.threshold;
    const bool alone = threshold.choice.empty() || threshold.veto;
    // No choice is named like this: names have no control characters.
    const std::string group = alone ? "\n" + threshold.label() : threshold.choice;
    Refused& refused = groups[{threshold.stage, group}];
    refused.all = refused.all && line.refused();
    refused.dismissed = refused.dismissed && line.rejections == line.dismissals;
  }
  Verdict found = Verdict::kOpen;
  for (const auto& [group, refused] : groups) {
    if (!refused.all) continue;
    if (!refused.dismissed) return Verdict::kRejected;
    found = Verdict::kIgnored;
  }
  return found;
}

// Whether `person` may decide in the seat of `seat` in this threshold.
bool sits_in(const Threshold& threshold,
             const Approval& approval,
             const Directory& directory,
             const std::string& person,
             const std::string& seat) {
  const Subject subject = subject_of(approval);
  return matches(threshold.from, directory, subject, seat) &&
         (seat == person || matches(threshold.delegate_to, directory, subject, person));
}

// Those whose seats `person` has now: their own first.
std::vector<std::string> lenders(const Approval& approval, const std::string& person, TimeMs now) {
  std::vector<std::string> all{person};
  for (const Delegation& one : approval.delegations)
    if (one.to == person && one.holds(now) && !is_party(approval, one.from))
      all.push_back(one.from);
  return all;
}

// Whether somebody else sits in `person`'s seat in this threshold.
bool has_lent(const Threshold& threshold,
              const Approval& approval,
              const Directory& directory,
              const std::string& person,
              TimeMs now) {
  return std::any_of(
      approval.delegations.begin(), approval.delegations.end(), [&](const Delegation& one) {
        return one.from == person && one.holds(now) &&
               sits_in(threshold, approval, directory, one.to, person);
      });
}

Seat seat_among(const std::vector<Tally>& lines,
                const Approval& approval,
                const Directory& directory,
                const std::string& person,
                TimeMs now) {
  if (is_party(approval, person) || !directory.is_active(person)) return {person, {}};
  for (const std::string& lender : lenders(approval, person, now)) {
    Seat seat{lender, {}};
    for (const Tally& line : lines)
      if (line.open && sits_in(line.threshold, approval, directory, person, lender) &&
          (lender != person || !has_lent(line.threshold, approval, directory, person, now)))
        seat.thresholds.push_back(line.threshold.label());
    if (!seat.thresholds.empty()) return seat;
  }
  return {person, {}};
}

// Who can still agree, and what it would weigh.
struct Giver {
  std::string person;
  Gift gift;
};

std::vector<Gift> gifts_of(const std::vector<Giver>& givers, const Giver* without) {
  std::vector<Gift> gifts;
  for (const Giver& one : givers)
    if (&one != without) gifts.push_back(one.gift);
  return gifts;
}

// Whether all could still be met if `giver` agreed now.
bool can_go_on(std::vector<Wanted> wanted,
               const std::vector<Need>& all,
               const std::vector<Giver>& givers,
               const Giver& giver) {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].line.open) wanted[i].missing -= giver.gift[i];
  return !suffice(wanted, gifts_of(givers, &giver)).ends_at;
}

void foresee(std::vector<Need>& all,
             const std::vector<Wanted>& wanted,
             const std::vector<Giver>& givers) {
  const auto [end, is_certain] = suffice(wanted, gifts_of(givers, nullptr));
  bool is_told = false;  // By a threshold that all of its people together cannot meet.
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::int64_t weight = 0;
    for (const Giver& giver : givers) weight += giver.gift[i];
    all[i].possible = weight >= all[i].missing;
    is_told = is_told || (!all[i].possible && all[i].line.threshold.stage == end);
  }
  for (Need& need : all)
    if (!is_told && need.line.threshold.stage == end) need.possible = false;
  const bool is_last_stage =
      std::all_of(all.begin(), all.end(), [](const Need& one) { return one.line.open; });
  if (end || !is_certain || is_last_stage) return;
  std::map<Gift, bool> harmless;  // Those who give the same are alike.
  for (const Giver& giver : givers) {
    if (harmless.size() == kMostKinds) return;
    const auto [known, is_new] = harmless.try_emplace(giver.gift, true);
    if (is_new) known->second = can_go_on(wanted, all, givers, giver);
    if (known->second) continue;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].line.open && giver.gift[i] > 0) all[i].needed_later.push_back(giver.person);
  }
}

bool decided(const Approval& approval, const std::string& person) {
  return std::any_of(
      approval.decisions.begin(), approval.decisions.end(), [&](const Decision& one) {
        return one.counts && (one.person == person || one.seat() == person);
      });
}

}  // namespace

Subject subject_of(const Approval& approval) {
  return {approval.requester.kind == ActorKind::kPerson ? approval.requester.id : "",
          approval.on_behalf_of,
          &approval.question.arguments};
}

std::vector<Tally> tally(const Approval& approval, const Directory& directory) {
  const Subject subject = subject_of(approval);
  std::vector<Tally> lines;
  for (const Threshold& threshold : approval.thresholds) {
    Tally& line = lines.emplace_back();
    line.threshold = threshold;
    line.threshold.approve = std::max<std::int64_t>(1, threshold.approve);
    line.threshold.reject = std::max<std::int64_t>(1, threshold.reject);
    count(line, approval, directory, subject);
  }
  open_stages(lines);
  return lines;
}

Verdict verdict(const Approval& approval, const Directory& directory) {
  std::vector<Tally> lines = tally(approval, directory);
  if (const Verdict refused = refusal(lines); refused != Verdict::kOpen) return refused;
  return open_stages(lines) ? Verdict::kApproved : Verdict::kOpen;
}

Seat seat_of(const Approval& approval,
             const Directory& directory,
             const std::string& person,
             TimeMs now) {
  return seat_among(tally(approval, directory), approval, directory, person, now);
}

bool is_approver(const Approval& approval, const Directory& directory, const std::string& person) {
  return std::any_of(
      approval.thresholds.begin(), approval.thresholds.end(), [&](const Threshold& threshold) {
        return matches(threshold.from, directory, subject_of(approval), person);
      });
}

std::vector<Need> needs(const Approval& approval, const Directory& directory, TimeMs now) {
  const Subject subject = subject_of(approval);
  const std::vector<Tally> lines = tally(approval, directory);
  std::vector<Tally> reached = lines;  // As if every stage were open.
  for (Tally& line : reached) line.open = true;
  std::vector<Need> all;
  std::vector<Wanted> wanted;
  for (const Tally& line : lines) {
    if (line.threshold.veto) continue;
    const std::int64_t missing = line.threshold.approve - line.approvals;
    wanted.push_back({line.threshold.stage, line.threshold.choice, missing});
    all.push_back({line, missing, {}, false, {}});
  }
  std::vector<Giver> givers;
  for (const auto& [id, person] : directory.people) {
    Giver giver{id, Gift(all.size())};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Threshold& threshold = all[i].line.threshold;
      const auto& among = all[i].line.open ? lines : reached;
      const Seat seat = seat_among(among, approval, directory, id, now);
      if (all[i].missing <= 0 || !has(seat.thresholds, threshold.label())) continue;
      if (decided(approval, id) || decided(approval, seat.of)) continue;
      giver.gift[i] = weight_of(threshold, directory, subject, seat.of);
      all[i].people.push_back(id);
    }
    if (giver.gift != Gift(all.size())) givers.push_back(std::move(giver));
  }
  foresee(all, wanted, givers);
  std::erase_if(all, [](const Need& need) { return need.line.met(); });
  return all;
}

}  // namespace fermata

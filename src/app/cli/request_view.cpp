#include "app/cli/request_view.hpp"

#include <utility>

#include "app/cli/arguments.hpp"
#include "app/cli/table.hpp"
#include "ui/view/surfaces.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kLabel = 11;
constexpr std::size_t kShortArguments = 48;

std::string field(const Style& style, const std::string& name, const std::string& text) {
  if (text.empty()) return {};
  return "  " + paint(style, Colour::kDim, pad(name, kLabel)) + text + "\n";
}

std::string thresholds(const json::Value& request) {
  std::string out;
  const json::Array* all = request["thresholds"].as_array();
  if (all == nullptr) return out;
  for (const json::Value& threshold : *all) {
    const std::int64_t approve = threshold.int_or("approve");
    const std::int64_t reject = threshold.int_or("reject");
    if (!out.empty()) out += "; ";
    const std::string from = threshold.string_or("from");
    const std::string name = threshold.string_or("name", from);
    std::string who = visible(from);
    if (name != from) who.append(" (").append(visible(name)).append(")");
    const std::string ends = count(reject, "refusal") + (reject == 1 ? " ends it" : " end it");
    if (threshold.bool_or("veto")) {
      out.append(who).append(" may refuse, ").append(ends);
      continue;
    }
    if (threshold.int_or("stage", 1) > 1)
      out += "stage " + std::to_string(threshold.int_or("stage")) + ": ";
    out.append(std::to_string(approve))
        .append(" of ")
        .append(who)
        .append(" must agree, ")
        .append(ends);
    if (!threshold["choice"].is_null())
      out += ", one of the choice " + choice_name(threshold) + " is enough";
  }
  return out;
}

std::string because(const json::Value& decision) {
  const std::string why = decision.string_or("withdrawn");
  return why.empty() ? "" : ", " + visible(why);
}

std::string at_deadline(const json::Value& request) {
  const std::string what = request.string_or("on_deadline");
  if (what == "reject") return "is rejected";
  if (what == "ignore") return "is skipped";
  if (what == "answer") return "is answered with " + inline_json(request["default_answer"]);
  return "expires";
}

// When it takes effect, is reminded of, and how far its deadline can be moved.
std::string schedule(const Style& style, const json::Value& request, TimeMs now) {
  std::string out;
  const json::Value& plan = request["schedule"];
  if (const TimeMs effect = time_of(plan, "effect_at"); effect != 0)
    out += field(style,
                 "effect",
                 absolute(effect) + " (" + relative(effect, now) +
                     "), unless somebody rejects it or withdraws");
  else if (const std::int64_t wait_s = plan.int_or("effect_wait_s"); wait_s > 0)
    out += field(style, "effect", duration(wait_s * 1000) + " after enough have agreed");
  if (const std::int64_t more_s = plan.int_or("extend_s"); more_s > 0)
    out += field(style, "more time", "up to " + duration(more_s * 1000));
  return out;
}

// The answers that the request names itself, and what each comes to.
std::string outcomes(const Style& style, const json::Value& request) {
  std::string out;
  if (const json::Array* named = request["outcomes"].as_array())
    for (const json::Value& one : *named) {
      const std::string text = one.string_or("text");
      out += field(style,
                   out.empty() ? "outcomes" : "",
                   visible(one.string_or("name")) + ": --outcome of " +
                       visible(one.string_or("means")) +
                       (text.empty() ? "" : "; the agent is told: " + visible(text)));
    }
  return out;
}

std::string asked_by(const json::Value& request) {
  std::string out = actor(request["requester"]);
  const std::string person = request.string_or("on_behalf_of");
  if (!person.empty()) out += " for " + visible(person);
  return out;
}

std::string agents_words(const Style& style, const json::Value& request) {
  std::string out;
  for (const auto& [member, label] : {std::pair{"title", "title"},
                                      std::pair{"why", "why"},
                                      std::pair{"otherwise", "otherwise"}}) {
    const std::string words = request.string_or(member);
    if (words.empty()) continue;
    out += "  " + paint(style, Colour::kDim, label) + "\n" + prose(words, "    │ ");
  }
  if (out.empty()) return out;
  const bool by_person = request["requester"].string_or("kind") == "person";
  return std::string(by_person ? "\nIn the words of " + asked_by(request)
                               : "\nIn the agent's own words") +
         ", which nobody has checked\n" + out;
}

// Without a view, from an older server: the arguments as they are.
std::string bare(const Style& style, const json::Value& request) {
  std::string out;
  out += paint(style, Colour::kBold, sentence(request)) + "\n\n";
  out += full_arguments(request["arguments"], "    ");
  const json::Value& original = request["original_arguments"];
  if (!original.is_null()) {
    const std::string action = visible(request.string_or("original_action"));
    out += "\n  Edited; the agent had asked for" + (action.empty() ? "" : " " + action) + "\n";
    for (const std::string& line : differences(original, request["arguments"])) {
      out += "    " + line + "\n";
    }
  }
  return out;
}

// What is asked. The agent's own words come at the end.
std::string asked(const Style& style, const json::Value& request) {
  auto view = ui::view_from(request["view"]);
  if (!view) return bare(style, request);
  view->words.reset();
  return ui::view_terminal(*view, {style.colour}).text;
}

std::string left(const json::Value& request, TimeMs now) {
  const TimeMs deadline = time_of(request, "deadline");
  return deadline == 0 ? "" : relative(deadline, now);
}

}  // namespace

TimeMs time_of(const json::Value& document, std::string_view member) {
  return from_rfc3339(document.string_or(member)).value_or(0);
}

std::string actor(const json::Value& document) {
  const std::string kind = document.string_or("kind");
  const std::string id = visible(document.string_or("id"));
  if (kind.empty()) return id.empty() ? "somebody" : id;
  return kind == "system" ? "the system" : id.empty() ? visible(kind) : visible(kind) + " " + id;
}

std::string choice_name(const json::Value& threshold) {
  const std::string choice = threshold.string_or("choice");
  return visible(choice.substr(choice.rfind('/') + 1));
}

Colour colour_of_status(const std::string& status) {
  if (status == "pending" || status == "waiting" || status == "in_doubt") return Colour::kYellow;
  if (status == "approved" || status == "answered" || status == "completed" || status == "done") {
    return Colour::kGreen;
  }
  if (status == "rejected" || status == "failed" || status == "denied") return Colour::kRed;
  if (status == "running" || status == "ready") return Colour::kCyan;
  return Colour::kDim;
}

std::string sentence(const json::Value& request) {
  const std::string kind = request.string_or("kind");
  const std::string action = visible(request.string_or("action"));
  if (kind == "in_doubt") {
    return "A crash left it open whether this call of " + asked_by(request) + " happened. Did " +
           action + " happen, with these arguments?";
  }
  if (kind == "question") return asked_by(request) + " asks: " + action;
  return asked_by(request) + " wants to run " + action + " with these arguments:";
}

std::string render_needed(const json::Value& request) {
  std::string out;
  const json::Array* needed = request["needed"].as_array();
  if (needed == nullptr || request.string_or("status") != "pending") return out;
  for (const json::Value& one : *needed) {
    if (!out.empty()) out += ", ";
    out += visible(one.string_or("name", one.string_or("from"))) + " " +
           std::to_string(one.int_or("given")) + " of " + std::to_string(one.int_or("approve"));
    if (const std::int64_t refused = one.int_or("refused"); refused > 0)
      out += " (refused by " + std::to_string(refused) + " of " +
             std::to_string(one.int_or("reject", 1)) + ")";
  }
  return out;
}

std::string render_published(const json::Value& request) {
  const json::Value& published = request["published"];
  const std::string state = published.string_or("state");
  const std::string version = "version " + std::to_string(published.int_or("version"));
  if (state == "in_force") return "in force as " + version;
  if (state == "replaced") return "was in force as " + version;
  if (state == "too_late") return "another version came into force first; propose it again";
  return state == "coming" ? "comes into force" : "";
}

std::string render_outcome(const json::Value& request, TimeMs now) {
  const json::Value& outcome = request["outcome"];
  if (outcome.is_null()) return {};
  std::string out = visible(outcome.string_or("status", request.string_or("status")));
  if (const std::string name = outcome.string_or("name"); !name.empty())
    out += " (" + visible(name) + ")";
  const std::string by = outcome.string_or("by");
  if (!by.empty()) out += " by " + visible(by);
  const TimeMs at = time_of(request, "closed_at");
  if (at != 0) out += ", " + relative(at, now);
  const std::string reason = outcome.string_or("reason");
  if (!reason.empty()) out += ": " + visible(reason);
  const json::Value& answer = outcome["answer"];
  if (!answer.is_null()) out += ": " + inline_json(answer);
  return out;
}

std::string render_claim(const json::Value& request, TimeMs now) {
  const json::Value& claim = request["claim"];
  if (claim.is_null()) return {};
  const std::string person = claim.string_or("person");
  const std::string by = claim.string_or("by");
  return visible(person) + (by == person ? "" : ", assigned by " + visible(by)) + ", " +
         relative(time_of(claim, "at"), now);
}

std::string render_decisions(const Style& style, const json::Value& request, TimeMs now) {
  const json::Array* all = request["decisions"].as_array();
  if (all == nullptr || all->empty()) return {};
  std::string out = "\nDecisions\n";
  for (const json::Value& decision : *all) {
    const std::string kind = decision.string_or("decision");
    std::string line = "  " + pad(relative(time_of(decision, "at"), now), 12) + "  " +
                       visible(decision.string_or("person")) + " " +
                       paint(style, kind == "reject" ? Colour::kRed : Colour::kGreen, kind) +
                       " by " + visible(decision.string_or("door"));
    const std::string reason = decision.string_or("reason");
    if (!reason.empty()) line += ": " + visible(reason);
    const std::string seat = decision.string_or("delegated_by");
    if (!seat.empty()) line += paint(style, Colour::kDim, "  (for " + visible(seat) + ")");
    if (!decision.bool_or("counts", true)) {
      const std::string why =
          decision["withdrawn"].is_null() ? "edited since" : "withdrawn" + because(decision);
      line += paint(style, Colour::kDim, "  (no longer counts: " + why + ")");
    }
    out += line + "\n";
  }
  return out;
}

std::string render_request(const Style& style, const json::Value& request, TimeMs now) {
  const std::string status = request.string_or("status");
  std::string out = paint(style, Colour::kBold, visible(request.string_or("id"))) + "  " +
                    paint(style, colour_of_status(status), status) + "  asked " +
                    relative(time_of(request, "created_at"), now) + "\n\n";
  out += asked(style, request);
  out += "\n";
  const std::string target = request.string_or("target");
  out += field(style, "target", visible(target));
  out += field(style, "workflow", visible(request.string_or("workflow_id")));
  out += field(style, "rule", visible(request.string_or("rule")));
  out += field(style, "who", thresholds(request));
  out += field(style, "so far", render_needed(request));
  const TimeMs deadline = time_of(request, "deadline");
  // While it waits for its effect, its deadline does nothing.
  if (deadline != 0 && status == "pending" && request["schedule"]["effect_at"].is_null()) {
    out += field(
        style,
        "deadline",
        absolute(deadline) + " (" + relative(deadline, now) + "), then it " + at_deadline(request));
  }
  if (const json::Value& freeze = request["frozen_by"]; !freeze.is_null())
    out += field(style,
                 "frozen",
                 "by " + visible(freeze.string_or("by")) + ": " +
                     visible(freeze.string_or("reason")) + "; its times move on with the clock");
  if (status == "pending") out += schedule(style, request, now);
  out += outcomes(style, request);
  out += field(style, "taken on", render_claim(request, now));
  out += field(style, "hash", visible(request.string_or("hash")));
  out += field(style, "outcome", render_outcome(request, now));
  out += field(style, "policy", render_published(request));
  if (!request["form"].is_null()) {
    out += "\nThe answer has this form\n" + full_arguments(request["form"]["schema"], "    ");
  }
  out += render_decisions(style, request, now);
  out += render_facts(request, now);
  out += agents_words(style, request);
  return out;
}

std::string render_requests(const Style& style,
                            const std::vector<json::Value>& requests,
                            TimeMs now) {
  Table table({"ID", "STATUS", "ASKED BY", "WHAT", "SO FAR", "ASKED", "LEFT"}, 3);
  for (const json::Value& request : requests) {
    const std::string status = request.string_or("status");
    const bool pending = status == "pending";
    std::string what = visible(request.string_or("action"));
    if (request.string_or("kind") == "in_doubt") what.insert(0, "did it happen? ");
    what.append("(").append(short_arguments(request["arguments"], kShortArguments)).append(")");
    if (const auto equal = request.int_or("equal_open"); equal > 0)
      what += " and " + std::to_string(equal) + " equal";
    table.add({visible(request.string_or("id")),
               {status, colour_of_status(status)},
               asked_by(request),
               what,
               pending ? render_needed(request) : visible(request["outcome"].string_or("by")),
               relative(time_of(request, "created_at"), now),
               !pending                         ? ""
               : request["frozen_by"].is_null() ? left(request, now)
                                                : "frozen"});
  }
  return table.render(style);
}

}  // namespace fermata::app::cli

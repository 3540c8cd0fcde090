#include "app/cli/request_view.hpp"

#include <utility>

#include "app/cli/arguments.hpp"
#include "app/cli/table.hpp"

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
    out += std::to_string(approve) + " of " + visible(threshold.string_or("from")) +
           " must agree, " + std::to_string(reject) +
           (reject == 1 ? " refusal ends" : " refusals end") + " it";
  }
  return out;
}

std::string decisions(const Style& style, const json::Value& request, TimeMs now) {
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
    if (!decision.bool_or("counts", true)) {
      line += paint(style, Colour::kDim, "  (no longer counts: edited since)");
    }
    out += line + "\n";
  }
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
  return "\nIn the agent's own words, which nobody has checked\n" + out;
}

std::string asked_by(const json::Value& request) {
  std::string out = actor(request["requester"]);
  const std::string person = request.string_or("on_behalf_of");
  if (!person.empty()) out += " for " + visible(person);
  return out;
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
    out += visible(one.string_or("from")) + " " + std::to_string(one.int_or("given")) + " of " +
           std::to_string(one.int_or("approve"));
  }
  return out;
}

std::string render_outcome(const json::Value& request, TimeMs now) {
  const json::Value& outcome = request["outcome"];
  if (outcome.is_null()) return {};
  std::string out = visible(outcome.string_or("status", request.string_or("status")));
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

std::string render_request(const Style& style, const json::Value& request, TimeMs now) {
  const std::string status = request.string_or("status");
  std::string out = paint(style, Colour::kBold, visible(request.string_or("id"))) + "  " +
                    paint(style, colour_of_status(status), status) + "  asked " +
                    relative(time_of(request, "created_at"), now) + "\n\n";
  out += paint(style, Colour::kBold, sentence(request)) + "\n\n";
  out += full_arguments(request["arguments"], "    ");
  const json::Value& original = request["original_arguments"];
  if (!original.is_null()) {
    out += "\n  Edited; the agent had asked for\n";
    for (const std::string& line : differences(original, request["arguments"])) {
      out += "    " + line + "\n";
    }
  }
  out += "\n";
  const std::string target = request.string_or("target");
  out += field(style, "target", visible(target));
  out += field(style, "workflow", visible(request.string_or("workflow_id")));
  out += field(style, "rule", visible(request.string_or("rule")));
  out += field(style, "who", thresholds(request));
  out += field(style, "so far", render_needed(request));
  const TimeMs deadline = time_of(request, "deadline");
  if (deadline != 0 && status == "pending") {
    const bool reject = request.string_or("on_deadline") == "reject";
    out += field(style,
                 "deadline",
                 absolute(deadline) + " (" + relative(deadline, now) + "), then it " +
                     (reject ? "is rejected" : "expires"));
  }
  out += field(style, "hash", visible(request.string_or("hash")));
  out += field(style, "outcome", render_outcome(request, now));
  if (!request["form"].is_null()) {
    out += "\nThe answer has this form\n" + full_arguments(request["form"]["schema"], "    ");
  }
  out += decisions(style, request, now);
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
    table.add({visible(request.string_or("id")),
               {status, colour_of_status(status)},
               asked_by(request),
               what,
               pending ? render_needed(request) : visible(request["outcome"].string_or("by")),
               relative(time_of(request, "created_at"), now),
               pending ? left(request, now) : ""});
  }
  return table.render(style);
}

}  // namespace fermata::app::cli

// The lines about approval requests.

#include "app/cli/arguments.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/timeline.hpp"
#include "app/cli/timeline_words.hpp"

namespace fermata::app::cli {
namespace {

std::string asks(const json::Value& payload) {
  std::string out;
  if (const json::Array* all = payload["thresholds"].as_array(); all != nullptr) {
    for (const json::Value& one : *all) {
      out += (out.empty() ? "" : " and ") + std::to_string(one.int_or("approve")) + " of " +
             visible(one.string_or("from"));
    }
  }
  return out.empty() ? "nobody, because nobody is named" : out;
}

}  // namespace

std::string Timeline::request_line(const std::string& type, const Group& group) {
  const json::Value& payload = (*group.front())["payload"];
  if (type == "approval.requested") return asked_line(payload);
  if (type == "approval.decided") return decided_line(group);
  if (type == "approval.edited") return edited_lines(group);
  if (type == "approval.closed") return closed_line(payload);
  return verb_line(type, *group.front());
}

std::string Timeline::asked_line(const json::Value& payload) {
  const std::string id = payload.string_or("approval");
  const json::Value& question = payload["question"];
  const std::string kind = question.string_or("kind");
  RequestSeen seen{payload.string_or("call"),
                   visible(question.string_or("action")),
                   kind,
                   question["arguments"]};
  pending_.insert(id);
  if (const auto call = calls_.find(seen.call); call != calls_.end()) call->second.asked = true;
  const std::string what = kind == "question"
                               ? seen.action
                               : seen.action + "(" + short_arguments(seen.arguments, room()) + ")";
  requests_[id] = std::move(seen);
  const std::string verb = kind == "in_doubt"   ? "in doubt, did it happen? " + what + " asks "
                           : kind == "question" ? "question " + what + " to "
                                                : what + " asks ";
  return line(Colour::kYellow,
              kind == "in_doubt" ? "!" : "?",
              verb + asks(payload) + "  request " + number_of(id));
}

std::string Timeline::decided_line(const Group& group) {
  const json::Value& event = *group.front();
  const json::Value& payload = event["payload"];
  const std::string id = payload.string_or("approval");
  const std::string decision = payload.string_or("decision");
  if (decision == "edit") return {};  // The event before it has told everything.
  std::string verb = visible(decision) + "s";
  if (decision == "reject") verb = "refuses";
  std::string text = visible(payload.string_or("person")) + " " + verb + " request " +
                     number_of(id) + " " + requests_[id].action +
                     because(payload.string_or("reason"));
  if (const std::string seat = payload.string_or("delegated_by"); !seat.empty())
    text += ", for " + visible(seat);
  if (!payload["answer"].is_null()) text += ": " + inline_json(payload["answer"], room());
  text += paint(style_, Colour::kDim, "  by " + visible(event.string_or("door")));
  text += outcome_in(group);
  const bool no = decision == "reject";
  return line(no ? Colour::kRed : Colour::kGreen, no ? "✗" : "✓", text);
}

// "; it is approved" when the group says so.
std::string Timeline::outcome_in(const Group& group) {
  const json::Value* end = find(group, "approval.closed");
  if (end == nullptr) return {};
  const std::string status = (*end)["payload"].string_or("status");
  pending_.erase((*end)["payload"].string_or("approval"));
  return "; it is " + paint(style_, colour_of_status(status), visible(status));
}

std::string Timeline::edited_lines(const Group& group) {
  const json::Value& payload = (*group.front())["payload"];
  const std::string id = payload.string_or("approval");
  RequestSeen& seen = requests_[id];
  std::string out = line(Colour::kYellow,
                         "✎",
                         visible(payload.string_or("person")) + " edits request " + number_of(id) +
                             " " + seen.action + because(payload.string_or("reason")) +
                             "; it asks " + asks(payload) + " anew" + outcome_in(group));
  if (const json::Value& tool = payload["tool"]; !tool.is_null()) {
    const std::string chosen = visible(tool.string_or("name"));
    out += under(seen.action + " -> " + chosen);
    calls_[seen.call].tool = seen.action = chosen;
  }
  for (const std::string& change : differences(seen.arguments, payload["arguments"])) {
    out += under(change);
  }
  seen.arguments = payload["arguments"];
  calls_[seen.call].arguments = payload["arguments"];
  return out;
}

std::string Timeline::closed_line(const json::Value& payload) {
  const std::string id = payload.string_or("approval");
  const std::string status = payload.string_or("status");
  pending_.erase(id);
  const Colour colour = colour_of_status(status);
  return line(colour,
              status == "approved" || status == "answered" ? "✓" : "✗",
              "request " + number_of(id) + " " + requests_[id].action + " is " + visible(status) +
                  because(payload.string_or("reason")));
}

}  // namespace fermata::app::cli

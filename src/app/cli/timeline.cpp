#include "app/cli/timeline.hpp"

#include <algorithm>

#include "app/cli/arguments.hpp"
#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::int64_t kWorthAWait = 10'000;
constexpr std::size_t kTimeColumns = 12;
constexpr std::size_t kLeastRoom = 24;
constexpr std::size_t kMostRoom = 72;
constexpr std::int64_t kMostGutters = 6;

std::string type_of(const json::Value& event) { return event.string_or("type"); }

bool is_about(const json::Value& event, const char* member, const std::string& id) {
  return !id.empty() && event["payload"].string_or(member) == id;
}

// Whether `event` belongs on the line that `head` begins.
bool continues(const json::Value& head, const json::Value& event) {
  const std::string first = type_of(head);
  const std::string type = type_of(event);
  const std::string call = head["payload"].string_or("call");
  const std::string request = head["payload"].string_or("approval");
  if (first == "call.opened" || first == "call.started") {
    return type == "turn.renewed" ||
           ((type == "call.started" || type == "call.closed") && is_about(event, "call", call));
  }
  if (first == "approval.edited" || first == "approval.decided") {
    const bool its_editor = first == "approval.edited" && type == "approval.decided" &&
                            event["payload"].string_or("decision") == "edit";
    return (its_editor || type == "approval.closed") && is_about(event, "approval", request);
  }
  return false;
}

const json::Value* find(const std::vector<const json::Value*>& group, std::string_view type) {
  const auto found = std::find_if(group.begin(), group.end(), [&](const json::Value* event) {
    return type_of(*event) == type;
  });
  return found == group.end() ? nullptr : *found;
}

std::string because(const std::string& reason) {
  return reason.empty() ? "" : ": " + visible(reason);
}

std::string joined(const std::set<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : ", ") + number_of(id);
  return out;
}

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

std::string number_of(const std::string& id) {
  const std::size_t bar = id.rfind('_');
  return "#" + visible(bar == std::string::npos ? id : id.substr(bar + 1));
}

std::string Timeline::tell(const std::vector<json::Value>& events) {
  std::string out;
  for (std::size_t i = 0; i < events.size();) {
    Group group{&events[i]};
    std::size_t next = i + 1;
    while (next < events.size() && continues(events[i], events[next])) {
      group.push_back(&events[next++]);
    }
    out += tell_group(group);
    i = next;
  }
  return out + unfold();
}

bool Timeline::is_ordinary(const Group& group) const {
  const std::string type = type_of(*group.front());
  const json::Value& payload = (*group.front())["payload"];
  if (type == "call.recorded") return payload["error"].is_null();
  if (type != "call.opened" && type != "call.started" && type != "call.closed") return false;
  if (const auto seen = calls_.find(payload.string_or("call"));
      seen != calls_.end() && seen->second.asked)
    return false;
  return std::all_of(group.begin(), group.end(), [](const json::Value* event) {
    return (*event)["payload"]["error"].is_null() && (*event)["payload"].int_or("attempt", 1) == 1;
  });
}

std::string Timeline::unfold() {
  if (folded_ == 0) return {};
  const std::string text = "⋮ " + count(folded_, "ordinary step");
  folded_ = 0;
  return under(paint(style_, Colour::kDim, text));
}

std::string Timeline::tell_group(const Group& group) {
  const json::Value& event = *group.front();
  at_ = time_of(event, "at");
  if (begun_ == 0) begun_ = last_ = at_;
  const std::string pause = wait(at_);
  const std::string type = type_of(event);
  std::string lines;
  if (type.starts_with("turn.")) {
    lines = turn_line(type, event);
  } else if (type.starts_with("call.")) {
    lines = call_line(type, group);
  } else if (type.starts_with("approval.")) {
    lines = request_line(type, group);
  } else {
    lines = workflow_line(type, event);
  }
  if (lines.empty()) return {};
  heard_ = false;
  last_ = time_of(*group.back(), "at");
  if (steps_ == Steps::kAll || !is_ordinary(group)) return unfold() + pause + lines;
  const std::string before = pause.empty() ? "" : unfold();
  ++folded_;
  return before + pause;
}

std::string Timeline::workflow_line(const std::string& type, const json::Value& event) {
  const json::Value& payload = event["payload"];
  if (type == "workflow.created") {
    const std::string person = payload.string_or("on_behalf_of");
    return line(
        Colour::kNone,
        "○",
        "created by " + actor(event["actor"]) + (person.empty() ? "" : ", for " + visible(person)));
  }
  if (type == "workflow.rolled_back") return rollback_lines(event);
  if (type == "checkpoint.created") {
    return line(Colour::kBlue,
                "◆",
                "checkpoint " + number_of(payload.string_or("checkpoint")) + " \"" +
                    visible(payload.string_or("name")) + "\" by " + actor(event["actor"]));
  }
  closed_ = true;
  worker_.clear();
  if (type == "workflow.completed")
    return line(Colour::kGreen, "●", "completed" + result_of(payload));
  if (type == "workflow.failed") return line(Colour::kRed, "●", "failed" + result_of(payload));
  return line(Colour::kRed,
              "●",
              visible(type.substr(type.find('.') + 1)) + " by " + actor(event["actor"]) +
                  because(payload.string_or("reason")));
}

std::string Timeline::rollback_lines(const json::Value& event) {
  const json::Value& payload = event["payload"];
  const json::Array* dropped = payload["dropped"].as_array();
  const auto left = static_cast<std::int64_t>(dropped == nullptr ? 0 : dropped->size());
  std::string out =
      line(Colour::kYellow,
           "↩",
           actor(event["actor"]) + " rolls back to checkpoint " +
               number_of(payload.string_or("checkpoint")) + because(payload.string_or("reason")) +
               "; " + count(left, "call") + (left == 1 ? " leaves" : " leave") + " the branch");
  if (const json::Array* undone = payload["undone"].as_array(); undone != nullptr) {
    for (const json::Value& id : *undone) {
      if (id.as_string() == nullptr) continue;
      out += under(paint(style_, Colour::kYellow, "its effect stays: ") + named(*id.as_string()));
    }
  }
  worker_.clear();
  out += under("└ branch " + std::to_string(payload.int_or("epoch")));
  epoch_ = payload.int_or("epoch");
  return out;
}

std::string Timeline::turn_line(const std::string& type, const json::Value& event) {
  const json::Value& payload = event["payload"];
  const std::string number = std::to_string(payload.int_or("turn"));
  if (type == "turn.renewed") {
    heard_ = true;
    return {};
  }
  if (type == "turn.ended") {
    worker_.clear();
    return line(Colour::kDim,
                "■",
                "turn " + number + " ends" +
                    (pending_.empty() ? "" : ", waiting for request " + joined(pending_)));
  }
  if (type == "turn.lapsed") {
    std::string gone = "turn " + number + " of worker " + worker_ + " lapsed: nobody renewed it";
    worker_.clear();
    return line(Colour::kRed, "⚡", gone);
  }
  std::string out;
  if (!worker_.empty()) {
    out = line(Colour::kRed,
               "⚡",
               "turn " + std::to_string(turn_) + " of worker " + worker_ +
                   " never ended: it was killed or cut off");
  }
  turn_ = payload.int_or("turn");
  worker_ = visible(payload.string_or("worker"));
  return out +
         line(Colour::kCyan,
              "▶",
              "turn " + number + (out.empty() ? " begins" : " takes over") + ": worker " + worker_);
}

std::string Timeline::call_line(const std::string& type, const Group& group) {
  const json::Value& payload = (*group.front())["payload"];
  const std::string id = payload.string_or("call");
  if (type == "call.recorded") return recorded_line(payload);
  if (type == "call.opened") {
    calls_[id] = {visible(payload.string_or("tool")), payload["arguments"]};
    // What needs people, or is denied, says so in the event that follows.
    const json::Value* started = find(group, "call.started");
    return started == nullptr ? "" : started_line(*started, find(group, "call.closed"));
  }
  if (type == "call.started") return started_line(*group.front(), find(group, "call.closed"));
  if (type == "call.closed") return ended_line(*group.front());
  if (type == "call.denied" && payload.string_or("reason") == "policy.denied") {
    return line(Colour::kRed, "✗", named(id) + because(payload.string_or("message")));
  }
  return {};
}

std::string Timeline::recorded_line(const json::Value& payload) {
  const bool failed = !payload["error"].is_null();
  return line(failed ? Colour::kRed : Colour::kDim,
              "·",
              paint(style_,
                    Colour::kDim,
                    visible(payload.string_or("kind")) + " " + visible(payload.string_or("tool"))) +
                  result_of(payload));
}

std::string Timeline::started_line(const json::Value& event, const json::Value* end) {
  const json::Value& payload = event["payload"];
  const std::string id = payload.string_or("call");
  const std::int64_t attempt = payload.int_or("attempt", 1);
  calls_[id].started = time_of(event, "at");
  std::string out;
  if (attempt > 1) {
    out =
        line(Colour::kYellow,
             "↻",
             named(id) + " is tried again under the same key, attempt " + std::to_string(attempt));
  }
  if (end != nullptr) return out + ended_line(*end);
  return attempt > 1 ? out : line(Colour::kNone, "▷", named(id) + " runs");
}

std::string Timeline::ended_line(const json::Value& event) {
  const json::Value& payload = event["payload"];
  const std::string id = payload.string_or("call");
  const bool failed = !payload["error"].is_null();
  const TimeMs started = calls_[id].started;
  std::string took;
  if (started != 0) {
    took = paint(style_, Colour::kDim, "  in " + duration(time_of(event, "at") - started));
  }
  return line(failed ? Colour::kRed : Colour::kGreen,
              failed ? "✗" : "✓",
              named(id) + result_of(payload) + took);
}

std::string Timeline::request_line(const std::string& type, const Group& group) {
  const json::Value& payload = (*group.front())["payload"];
  if (type == "approval.requested") return asked_line(payload);
  if (type == "approval.decided") return decided_line(group);
  if (type == "approval.edited") return edited_lines(group);
  return closed_line(payload);
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

std::string Timeline::wait(TimeMs at) const {
  const std::int64_t passed = at - last_;
  if (passed < kWorthAWait || closed_) return {};
  std::string why;
  if (!pending_.empty()) {
    why = ", waiting for request " + joined(pending_);
  } else if (worker_.empty()) {
    why = ", nothing runs";
  } else {
    why = heard_ ? ", worker " + worker_ + " at work" : ", nothing heard of worker " + worker_;
  }
  return under(paint(style_, Colour::kDim, "┊ " + duration(passed) + why));
}

std::string Timeline::line(Colour colour, const std::string& glyph, const std::string& text) const {
  const std::string since = at_ == begun_ ? "start" : "+" + duration(at_ - begun_);
  const std::size_t width = display_width(since);
  std::string out(width < kTimeColumns ? kTimeColumns - width : 0, ' ');
  out += paint(style_, Colour::kDim, since) + "  ";
  for (std::int64_t i = 0; i < std::min(epoch_, kMostGutters); ++i) out += "┆ ";
  return out + paint(style_, colour, glyph) + " " + text + "\n";
}

std::string Timeline::under(const std::string& text) const {
  std::string out(kTimeColumns + 2, ' ');
  for (std::int64_t i = 0; i < std::min(epoch_, kMostGutters); ++i) out += "┆ ";
  return out + "  " + text + "\n";
}

std::string Timeline::named(const std::string& call) const {
  const auto seen = calls_.find(call);
  if (seen == calls_.end()) return "call " + number_of(call);
  return seen->second.tool + "(" + short_arguments(seen->second.arguments, room()) + ")";
}

std::string Timeline::result_of(const json::Value& payload) const {
  const json::Value& error = payload["error"];
  if (!error.is_null()) {
    return ": " +
           shorten(visible(error.string_or("type") + ": " + error.string_or("message")), room());
  }
  // The Python SDK puts beside an exact result how a person reads it.
  const json::Value& exact = payload["result"];
  const json::Value& result = exact["$py"].is_null() ? exact : exact["value"];
  return result.is_null() ? "" : " → " + inline_json(result, room());
}

std::size_t Timeline::room() const {
  if (style_.width == 0) return kMostRoom;
  return std::clamp(style_.width / 3, kLeastRoom, kMostRoom);
}

std::string render_workflow(const Style& style,
                            const json::Value& workflow,
                            const std::vector<json::Value>& events,
                            Timeline::Steps steps,
                            TimeMs now) {
  const std::string status = workflow.string_or("status");
  const std::string name = workflow.string_or("name");
  const std::string person = workflow.string_or("on_behalf_of");
  const TimeMs begun = time_of(workflow, "created_at");
  const bool closed = status == "completed" || status == "failed" || status == "cancelled";
  const TimeMs until = closed ? time_of(workflow, "updated_at") : now;
  const json::Value& calls = workflow["calls"];
  std::string out = paint(style, Colour::kBold, visible(workflow.string_or("id"))) +
                    (name.empty() ? "" : "  " + visible(name)) + "\n";
  out += "agent " + visible(workflow.string_or("agent")) +
         (person.empty() ? "" : ", for " + visible(person)) + " · " +
         paint(style, colour_of_status(status), status) + " · " + duration(until - begun) + " · " +
         count(calls.int_or("total"), "call") + ", " + std::to_string(calls.int_or("open")) +
         " open\n";
  out += "began " + absolute(begun) + " (" + relative(begun, now) + ")\n\n";
  out += Timeline(style, steps).tell(events);
  const json::Array* pending = workflow["pending_approvals"].as_array();
  if (pending == nullptr || pending->empty()) return out;
  out += "\nWaiting for people; fermata approvals show <id>\n";
  for (const json::Value& id : *pending) {
    if (id.as_string() != nullptr) out += "  " + visible(*id.as_string()) + "\n";
  }
  return out;
}

}  // namespace fermata::app::cli

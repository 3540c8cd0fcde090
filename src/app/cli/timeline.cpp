#include "app/cli/timeline.hpp"

#include <algorithm>

#include "app/cli/arguments.hpp"
#include "app/cli/request_view.hpp"
#include "app/cli/timeline_words.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::int64_t kWorthAWait = 10'000;
constexpr std::size_t kTimeColumns = 12;
constexpr std::size_t kLeastRoom = 24;
constexpr std::size_t kMostRoom = 72;
constexpr std::int64_t kMostGutters = 6;

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

std::string forked_from(const json::Value& origin) {
  if (origin.is_null()) return {};
  const std::string checkpoint = origin.string_or("checkpoint");
  return ", as a fork of " + visible(origin.string_or("workflow")) +
         (checkpoint.empty() ? "" : " at checkpoint " + number_of(checkpoint)) +
         "; nothing is done for real";
}

std::string joined(const std::set<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : ", ") + number_of(id);
  return out;
}

// What becomes of an effect whose undo is in that state.
std::string fate_of(const std::string& state, const std::string& tool) {
  if (state == "done") return "undone by " + tool;
  if (state == "pending") return "to be undone by " + tool;
  if (state == "running") return "is being undone by " + tool;
  if (state == "waiting") return tool + ", which undoes it, waits for people";
  if (state == "failed") return "its effect stays, because " + tool + " failed";
  if (state == "refused") return "its effect stays, because " + tool + " was refused";
  return "its effect stays";
}

std::string reason_of(const json::Value& error) {
  return visible(error.string_or("type") + ": " + error.string_or("message"));
}

}  // namespace

std::string number_of(const std::string& id) {
  const std::size_t bar = id.rfind('_');
  return "#" + visible(bar == std::string::npos ? id : id.substr(bar + 1));
}

void Timeline::know_undos(const json::Value& undos) {
  const json::Array* all = undos.as_array();
  if (all == nullptr) return;
  for (const json::Value& one : *all) undos_.insert_or_assign(one.string_or("call"), one);
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
  if (type == "call.imported")
    return payload["error"].is_null() && payload.string_or("denial_reason").empty();
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
    return line(Colour::kNone,
                "○",
                "created by " + actor(event["actor"]) +
                    (person.empty() ? "" : ", for " + visible(person)) +
                    forked_from(payload["forked_from"]));
  }
  if (type == "workflow.rolled_back") return rollback_lines(event);
  if (type == "workflow.forked") return {};  // Its creation says so.
  if (type == "workflow.effects_allowed")
    return line(Colour::kYellow,
                "!",
                actor(event["actor"]) + " allows effects: from here on calls do the real thing" +
                    because(payload.string_or("reason")));
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
  if (type == "workflow.failed")  // In full: it is what one came for.
    return line(Colour::kRed, "●", "failed: " + reason_of(payload["error"]));
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
      out += effect_line(*id.as_string());
    }
  }
  worker_.clear();
  out += under("└ branch " + std::to_string(payload.int_or("epoch")));
  epoch_ = payload.int_or("epoch");
  return out;
}

std::string Timeline::effect_line(const std::string& call) const {
  const auto known = undos_.find(call);
  std::string fate = "its effect stays";
  std::string why;
  if (known != undos_.end()) {
    const std::string state = known->second.string_or("state");
    fate = fate_of(state, visible(known->second.string_or("undo_tool")));
    why = because(known->second.string_or("error"));
  } else if (const auto seen = calls_.find(call); seen != calls_.end() && seen->second.done) {
    if (!seen->second.undo.empty()) fate = fate_of("pending", seen->second.undo);
  }
  return under(paint(style_, Colour::kYellow, fate + ": ") + named(call) + why);
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
  if (type == "call.imported") return imported_line(payload);
  if (type == "call.opened") {
    calls_[id] = {visible(payload.string_or("tool")), payload["arguments"]};
    calls_[id].undo = visible(payload.string_or("undo"));
    // What needs people, or is denied, says so in the event that follows.
    const json::Value* started = find(group, "call.started");
    return started == nullptr ? "" : started_line(*started, find(group, "call.closed"));
  }
  if (type == "call.permitted") return permitted_line(payload);
  if (type == "call.started") return started_line(*group.front(), find(group, "call.closed"));
  if (type == "call.closed") return ended_line(*group.front());
  if (type == "call.denied" && payload.string_or("reason") == "policy.denied") {
    return line(Colour::kRed, "✗", named(id) + because(payload.string_or("message")));
  }
  return {};
}

std::string Timeline::permitted_line(const json::Value& payload) {
  std::string people;
  for (const json::Value& one : *payload["people"].as_array())
    people.append(people.empty() ? "" : ", ").append(visible(*one.as_string()));
  return line(Colour::kGreen,
              "✓",
              named(payload.string_or("call")) + " needs no asking: permission " +
                  visible(payload.string_or("permission")) + " of " + people);
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

// Recordings that wait to be used say nothing until they are.
std::string Timeline::imported_line(const json::Value& payload) {
  const std::string id = payload.string_or("call");
  if (id.empty()) return {};
  calls_[id] = {visible(payload.string_or("tool")), payload["arguments"]};
  if (const std::string denial = payload.string_or("denial_message"); !denial.empty())
    return line(Colour::kYellow, "⇠", named(id) + ": " + visible(denial));
  const bool failed = !payload["error"].is_null();
  const std::string from = payload.string_or("source").empty() ? "supposed" : "from the source";
  const std::string what =
      payload.string_or("kind") == "tool"
          ? named(id)
          : visible(payload.string_or("kind")) + " " + visible(payload.string_or("tool"));
  return line(failed ? Colour::kRed : Colour::kDim,
              "⇠",
              what + result_of(payload) + paint(style_, Colour::kDim, "  (" + from + ")"));
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
  calls_[id].done = !failed;
  std::string took;
  if (started != 0) {
    took = paint(style_, Colour::kDim, "  in " + duration(time_of(event, "at") - started));
  }
  return line(failed ? Colour::kRed : Colour::kGreen,
              failed ? "✗" : "✓",
              named(id) + result_of(payload) + took);
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
    return ": " + shorten(reason_of(error), room());
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

}  // namespace fermata::app::cli

// The lines about what people and the clock do with a request besides deciding it.

#include "app/cli/request_view.hpp"
#include "app/cli/timeline.hpp"
#include "app/cli/timeline_words.hpp"

namespace fermata::app::cli {
namespace {

std::string commented(const json::Value& event, const std::string& request) {
  const json::Value& payload = event["payload"];
  const std::int64_t to = payload.int_or("reply_to");
  std::string verb = " says on ";
  if (payload.bool_or("asks")) verb = " asks the agent about ";
  if (to > 0) verb = " replies to comment " + std::to_string(to) + " of ";
  const std::string who = payload.bool_or("for_agent") ? "" : ", for people only";
  return actor(event["actor"]) + verb + request + who + because(payload.string_or("text"));
}

std::string delegated(const json::Value& payload, const std::string& request) {
  const json::Value& one = payload["delegation"];
  const TimeMs until = time_of(one, "until");
  return visible(one.string_or("from")) + (until == 0 ? " forwards " : " delegates ") + request +
         " to " + visible(one.string_or("to")) + (until == 0 ? "" : " until " + absolute(until)) +
         because(one.string_or("reason"));
}

std::string claimed(const json::Value& payload, const std::string& request) {
  const std::string person = payload.string_or("person");
  const std::string by = payload.string_or("by");
  if (by == person) return visible(person) + " takes on " + request;
  return visible(by) + " assigns " + request + " to " + visible(person);
}

std::string asked_now(const json::Value& payload) {
  std::string out;
  if (const json::Array* all = payload["thresholds"].as_array(); all != nullptr)
    for (const json::Value& one : *all)
      if (!one.bool_or("veto"))
        out += (out.empty() ? "" : " and ") + visible(one.string_or("from"));
  return out;
}

}  // namespace

std::string Timeline::verb_line(const std::string& type, const json::Value& event) {
  const json::Value& payload = event["payload"];
  const std::string id = payload.string_or("approval");
  const std::string request = "request " + number_of(id) + " " + requests_[id].action;
  const std::string person = visible(payload.string_or("person"));
  const std::string why = because(payload.string_or("reason"));
  const auto told = [&](const std::string& text) { return line(Colour::kDim, "·", text); };
  if (type == "approval.commented") return line(Colour::kNone, "“", commented(event, request));
  if (type == "approval.claimed") return told(claimed(payload, request));
  if (type == "approval.released") return told(person + " gives back " + request);
  if (type == "approval.delegated") return told(delegated(payload, request));
  if (type == "approval.delegation_ended")
    return told(visible(payload.string_or("from")) + " takes back " + request);
  if (type == "approval.withdrawn")
    return line(Colour::kYellow, "↶", person + " takes back the decision on " + request + why);
  if (type == "approval.extended")
    return told(person + " gives " + request + " " + duration(1000 * payload.int_or("by_s")) +
                " more" + why);
  if (type == "approval.reminded") return told("those who are asked are reminded of " + request);
  if (type == "approval.escalated")
    return line(
        Colour::kYellow, "!", request + " escalates: it asks " + asked_now(payload) + " now");
  if (type == "approval.agreed")
    return line(Colour::kGreen,
                "✓",
                "enough agree to " + request + "; it takes effect at " +
                    absolute(time_of(payload, "effect_at")) + ", unless somebody stops it");
  if (type == "approval.reopened")
    return line(Colour::kYellow, "?", "not enough agree to " + request + " any more: it waits");
  return told(visible(type) + " of " + request);
}

}  // namespace fermata::app::cli

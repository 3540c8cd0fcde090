// What has been said and arranged about a request, and what it still needs.

#include "app/cli/request_view.hpp"

namespace fermata::app::cli {
namespace {

constexpr std::size_t kWhen = 12;

template <class Each>
std::string lines(const json::Value& list, const std::string& heading, Each each) {
  const json::Array* items = list.as_array();
  if (items == nullptr || items->empty()) return {};
  std::string out = "\n" + heading + "\n";
  for (const json::Value& item : *items) out += "  " + each(item) + "\n";
  return out;
}

std::string when(const json::Value& document, const char* member, TimeMs now) {
  return pad(relative(time_of(document, member), now), kWhen) + "  ";
}

std::string comment_line(const json::Value& comment, TimeMs now) {
  std::string out =
      when(comment, "at", now) + std::to_string(comment.int_or("n")) + ". " + actor(comment["by"]);
  if (const std::int64_t to = comment.int_or("reply_to"); to > 0)
    out += " replies to " + std::to_string(to);
  else
    out += comment.bool_or("asks") ? " asks the agent" : " says";
  if (!comment.bool_or("for_agent")) out += ", for people only";
  return out + ": " + visible(comment.string_or("text"));
}

std::string delegation_line(const json::Value& one, TimeMs now) {
  const TimeMs until = time_of(one, "until");
  std::string out = visible(one.string_or("to")) + " decides for " +
                    visible(one.string_or("from")) +
                    (until == 0 ? ", for good" : ", until " + absolute(until));
  if (until != 0 && until <= now) out += " (over)";
  const std::string reason = one.string_or("reason");
  return reason.empty() ? out : out + ": " + visible(reason);
}

std::string names(const json::Value& people) {
  std::string out;
  if (const json::Array* all = people.as_array(); all != nullptr)
    for (const json::Value& one : *all)
      if (one.as_string() != nullptr) out += (out.empty() ? "" : ", ") + visible(*one.as_string());
  return out.empty() ? "nobody" : out;
}

std::string need_line(const Style& style, const json::Value& need) {
  std::string out = std::to_string(need.int_or("given")) + " of " +
                    std::to_string(need.int_or("approve")) + "  " + visible(need.string_or("name"));
  if (need.string_or("name") != need.string_or("from"))
    out += " (" + visible(need.string_or("from")) + ")";
  out += ": " + names(need["people"]);
  if (!need.bool_or("open"))
    out += ", once stage " + std::to_string(need.int_or("stage")) + " is reached";
  if (!need["choice"].is_null()) out += ", or another of the choice " + choice_name(need);
  if (const std::int64_t refused = need.int_or("refused"); refused > 0)
    out += "; refused by " + std::to_string(refused) + " of the " +
           std::to_string(need.int_or("reject")) + " that end it";
  if (const json::Array* later = need["needed_later"].as_array(); later && !later->empty())
    out += "; " + names(need["needed_later"]) +
           " should wait: a later stage cannot be met without them, and each person counts once";
  if (!need.bool_or("possible"))
    out += paint(style, Colour::kRed, "; they are not enough, so it cannot be approved as it is");
  return out;
}

std::string moment_line(const json::Value& moment, TimeMs now) {
  const std::string kind = moment.string_or("what");
  std::string out = when(moment, "at", now);
  if (kind == "reminder") return out + "those who are asked are reminded";
  if (kind == "effect") return out + "it takes effect, unless somebody stops it";
  if (kind == "deadline") {
    const std::string outcome = moment.string_or("outcome");
    return out + "it " +
           (outcome == "expire"   ? "expires"
            : outcome == "reject" ? "is rejected"
            : outcome == "ignore" ? "is skipped"
                                  : "is answered with its default");
  }
  const json::Array* people = moment["people"].as_array();
  return out + names(moment["people"]) + " (" + visible(moment.string_or("to")) +
         (people != nullptr && people->size() > 1 ? ") are asked " : ") is asked ") +
         (moment.bool_or("replace") ? "instead of " : "as well as ") +
         visible(moment.string_or("threshold"));
}

}  // namespace

std::string render_facts(const json::Value& request, TimeMs now) {
  return lines(request["delegations"],
               "Handed on",
               [&](const json::Value& one) { return delegation_line(one, now); }) +
         lines(request["comments"], "Comments", [&](const json::Value& one) {
           return comment_line(one, now);
         });
}

std::string render_needs(const Style& style, const json::Value& told, TimeMs now) {
  std::string out;
  if (const json::Value& freeze = told["frozen_by"]; !freeze.is_null())
    out += paint(style, Colour::kRed, "Frozen") + " by " + visible(freeze.string_or("by")) + ": " +
           visible(freeze.string_or("reason")) + ". Its clock stands still.\n";
  out += lines(told["needed"], "Still needed", [&](const json::Value& one) {
    return need_line(style, one);
  });
  if (const json::Array* settled = told["settled_by"].as_array();
      settled != nullptr && !settled->empty())
    out += "\nEnough agree by now: once " + names(told["settled_by"]) +
           " or anybody else approves it again, it is approved.\n";
  out += lines(told["vetoes"], "Who may stop it", [](const json::Value& one) {
    const std::int64_t refused = one.int_or("refused"), enough = one.int_or("reject", 1);
    return visible(one.string_or("name")) + (enough == 1
                                                 ? ""
                                                 : ": " + std::to_string(refused) + " of " +
                                                       std::to_string(enough) + " have refused");
  });
  out += lines(told["next"], "If nobody answers", [&](const json::Value& one) {
    return moment_line(one, now);
  });
  return out;
}

std::string render_explanation(const Style& style, const json::Value& told, TimeMs now) {
  const std::string status = told.string_or("status");
  std::string out = paint(style, Colour::kBold, visible(told.string_or("id"))) + "  " +
                    paint(style, colour_of_status(status), status);
  if (!told["claim"].is_null()) out += "  " + visible(told.string_or("claim")) + " has taken it on";
  return out + "\n" + render_needs(style, told, now);
}

}  // namespace fermata::app::cli

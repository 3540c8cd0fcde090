#include "core/policy/circumstances.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/form/form.hpp"
#include "core/policy/lookup.hpp"
#include "core/policy/policy.hpp"

namespace fermata {
namespace {

constexpr TimeMs kMinuteMs = 60'000;
// Of all the patterns of one schema over one call: some fifty milliseconds at the very worst.
constexpr std::uint64_t kMostPatternSteps = 10'000'000;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

Truth truth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

// What says that the agent left something out or wrote it as another type, or that nobody can tell.
bool leaves_unknown(const form::FieldError& error) {
  return error.type == "missing" || error.type == "type" || error.type == "unchecked";
}

std::vector<form::FieldError> misfits(const ArgumentsFit& wanted, const PolicyInput& input) {
  return form::validate(wanted.schema, input.arguments, kMostPatternSteps);
}

struct LocalTime {
  int weekday = 0;  // 0 is Monday.
  int minute = 0;   // Of the day.
};

LocalTime local_time(TimeMs now, int offset) {
  constexpr int kThursday = 3;  // 1970-01-01.
  std::int64_t minutes = now / kMinuteMs - (now % kMinuteMs < 0 ? 1 : 0) + offset;
  std::int64_t day = minutes / TimeOfDay::kMinutesPerDay;
  minutes -= day * TimeOfDay::kMinutesPerDay;
  if (minutes < 0) {
    minutes += TimeOfDay::kMinutesPerDay;
    --day;
  }
  const auto weekday = static_cast<int>(((day + kThursday) % 7 + 7) % 7);
  return {weekday, static_cast<int>(minutes)};
}

bool has_day(const TimeOfDay& time, int weekday) {
  return (time.days >> static_cast<unsigned>(weekday) & 1U) != 0;
}

std::string clock_text(int minutes) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minutes / 60) + ":" + two(minutes % 60);
}

std::string offset_text(int offset) {
  return (offset < 0 ? "-" : "+") + clock_text(offset < 0 ? -offset : offset);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shown(name);
  return text;
}

std::string ordinal(std::int64_t n) {
  const std::int64_t tens = n % 100;
  const std::string_view end = tens >= 11 && tens <= 13 ? "th"
                               : n % 10 == 1            ? "st"
                               : n % 10 == 2            ? "nd"
                               : n % 10 == 3            ? "rd"
                                                        : "th";
  return std::to_string(n) + std::string(end);
}

std::string tell(const ArgumentsFit& wanted, const PolicyInput& input, const Rates&) {
  const auto errors = misfits(wanted, input);
  if (errors.empty()) return "its arguments fit the rule's schema";
  const std::string& at = errors.front().pointer;
  return "argument " + (at.empty() ? "list" : at.substr(1)) + " " + errors.front().message +
         ", so the arguments count as fitting the rule's schema";
}

std::string tell(const AgentIs& wanted, const PolicyInput& input, const Rates&) {
  const std::string those = "one of " + listed(wanted.patterns);
  if (input.agent.empty()) return "the agent is not known, so it counts as " + those;
  return "agent " + shown(input.agent) + " is " + those;
}

std::string tell(const TagsAre& wanted, const PolicyInput&, const Rates&) {
  if (wanted.any.empty()) return "the workflow is tagged " + listed(wanted.all);
  const std::string any = "one of " + listed(wanted.any);
  return "the workflow is tagged " + (wanted.all.empty() ? "" : listed(wanted.all) + " and ") + any;
}

std::string tell(const TimeOfDay& wanted, const PolicyInput& input, const Rates&) {
  const LocalTime local = local_time(input.now, wanted.offset);
  return "it is " + std::string(kDays.at(static_cast<std::size_t>(local.weekday))) + " " +
         clock_text(local.minute) + ", which is in " + to_string(wanted);
}

std::string tell(const CallNumber& wanted, const PolicyInput& input, const Rates&) {
  std::string text = "this is the " + ordinal(input.calls + 1) + " call of it in the workflow, ";
  if (!wanted.to) return text + "from the " + ordinal(wanted.from) + " on";
  const std::string last = "the " + ordinal(*wanted.to);
  return text +
         (wanted.from > 1 ? "from the " + ordinal(wanted.from) + " to " + last : "up to " + last);
}

std::string tell(const SumIs& wanted, const PolicyInput& input, const Rates&) {
  return describe_sum(wanted, input);
}

std::string tell(const MoneyIs& wanted, const PolicyInput& input, const Rates& rates) {
  return describe_money(wanted, input, rates);
}

}  // namespace

Truth holds(const ArgumentsFit& wanted, const PolicyInput& input, const Rates&) {
  const auto errors = misfits(wanted, input);
  if (errors.empty()) return Truth::kTrue;
  return std::all_of(errors.begin(), errors.end(), leaves_unknown) ? Truth::kUnknown
                                                                   : Truth::kFalse;
}

Truth holds(const AgentIs& wanted, const PolicyInput& input, const Rates&) {
  if (input.agent.empty()) return input.no_agent ? Truth::kFalse : Truth::kUnknown;
  return truth(std::any_of(wanted.patterns.begin(), wanted.patterns.end(), [&](const auto& one) {
    return glob_matches(one, input.agent);
  }));
}

Truth holds(const TagsAre& wanted, const PolicyInput& input, const Rates&) {
  const auto given = [&](const std::string& tag) {
    return std::find(input.tags.begin(), input.tags.end(), tag) != input.tags.end();
  };
  const bool all = std::all_of(wanted.all.begin(), wanted.all.end(), given);
  const bool any = wanted.any.empty() || std::any_of(wanted.any.begin(), wanted.any.end(), given);
  return truth(all && any);
}

Truth holds(const TimeOfDay& wanted, const PolicyInput& input, const Rates&) {
  const LocalTime local = local_time(input.now, wanted.offset);
  const bool today = has_day(wanted, local.weekday);
  if (wanted.from < wanted.to)
    return truth(today && local.minute >= wanted.from && local.minute < wanted.to);
  const bool yesterday = has_day(wanted, (local.weekday + 6) % 7);
  return truth((today && local.minute >= wanted.from) || (yesterday && local.minute < wanted.to));
}

Truth holds(const CallNumber& wanted, const PolicyInput& input, const Rates&) {
  const std::int64_t number = input.calls + 1;
  return truth(number >= wanted.from && (!wanted.to || number <= *wanted.to));
}

Truth holds(const Circumstance& wanted, const PolicyInput& input, const Rates& rates) {
  return std::visit([&](const auto& one) { return holds(one, input, rates); }, wanted);
}

std::string describe(const Circumstance& wanted, const PolicyInput& input, const Rates& rates) {
  return std::visit([&](const auto& one) { return tell(one, input, rates); }, wanted);
}

std::string to_string(const TimeOfDay& time) {
  std::string days;
  for (int day = 0; day < 7; ++day)
    if (has_day(time, day))
      days += (days.empty() ? "" : ", ") + std::string(kDays.at(static_cast<std::size_t>(day)));
  constexpr std::uint32_t kAllDays = 0x7F;
  if (time.days == kAllDays) days = "every day";
  return days + " from " + clock_text(time.from) + " to " + clock_text(time.to) + " (" +
         offset_text(time.offset) + ")";
}

}  // namespace fermata

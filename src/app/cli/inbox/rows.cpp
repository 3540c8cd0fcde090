#include "app/cli/inbox/rows.hpp"

#include <algorithm>
#include <cwctype>

#include "app/cli/request_view.hpp"
#include "base/utf8.hpp"
#include "ui/view/view.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;

std::string lowered(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.valid)
      append_utf8(out, static_cast<char32_t>(std::towlower(static_cast<wint_t>(point.value))));
    text.remove_prefix(point.bytes);
  }
  return out;
}

// Without blanks at its ends, one blank instead of several, in small letters.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : lowered(text)) {
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : plain(text) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool belongs(const Row& row, Tab tab, const std::string& me) {
  if (tab != Tab::kMine) return true;
  if (!row.claimed_by.empty() && row.claimed_by != me) return false;
  return std::find(row.decided_by.begin(), row.decided_by.end(), me) == row.decided_by.end();
}

std::string sentence_in(const json::Value& request) {
  std::string text;
  if (const json::Array* parts = request["view"]["sentence"].as_array())
    for (const json::Value& part : *parts) text += part.string_or("text");
  return text.empty() ? sentence(request) : text;
}

std::string two(std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

}  // namespace

Row row_of(const json::Value& request) {
  Row row;
  row.id = request.string_or("id");
  row.sentence = sentence_in(request);
  row.agent = request.string_or("agent", request["requester"].string_or("id"));
  row.action = request.string_or("action");
  row.kind = request.string_or("kind");
  row.hash = request.string_or("hash");
  row.claimed_by = request["claim"].string_or("person");
  if (const json::Array* all = request["decisions"].as_array())
    for (const json::Value& one : *all)
      if (one.bool_or("counts")) row.decided_by.push_back(one.string_or("person"));
  if (const json::Array* all = request["needed"].as_array())
    for (const json::Value& one : *all)
      row.needed.push_back({one.string_or("name"), one.int_or("given"), one.int_or("approve")});
  if (const TimeMs end = time_of(request, "deadline"); end != 0) row.deadline = end;
  row.created_at = time_of(request, "created_at");
  row.equal = request.int_or("equal_open");
  row.frozen = !request["frozen_by"].is_null();
  row.risky = is_risky(request);
  row.has_form = row.kind == "question" || row.kind == "in_doubt";
  return row;
}

bool is_risky(const json::Value& request) {
  if (request.string_or("kind") != "call") return false;
  if (request["metadata"].string_or("risk") == "high") return true;
  const json::Array* all = request["thresholds"].as_array();
  return all != nullptr && std::any_of(all->begin(), all->end(), [](const json::Value& one) {
           return !one.bool_or("veto") && one.int_or("approve") > 1;
         });
}

std::string to_type(const json::Value& request) {
  if (const std::string target = request.string_or("target"); !target.empty())
    return ui::visible_line(target).text;
  if (const json::Array* facts = request["view"]["facts"].as_array())
    for (const json::Value& fact : *facts) {
      const std::string type = fact.string_or("type");
      if (type != "money" && type != "number") continue;
      const std::string exact = fact.string_or("exact");
      return exact.empty() ? fact.string_or("text") : exact;
    }
  return ui::visible_line(request.string_or("action")).text;
}

bool is_typed(std::string_view wanted, std::string_view typed) {
  return plain(wanted) == plain(typed);
}

std::vector<const Row*> chosen(const std::vector<Row>& rows,
                               Tab tab,
                               std::string_view words,
                               const std::string& me) {
  const std::vector<std::string> wanted = words_in(words);
  std::vector<const Row*> found;
  for (const Row& row : rows) {
    if (!belongs(row, tab, me)) continue;
    if (!wanted.empty()) {
      const std::string text =
          lowered(row.sentence + " " + row.id + " " + row.agent + " " + row.action);
      const auto has = [&](const std::string& word) { return text.find(word) != text.npos; };
      if (!std::all_of(wanted.begin(), wanted.end(), has)) continue;
    }
    found.push_back(&row);
  }
  std::sort(found.begin(), found.end(), [](const Row* a, const Row* b) {
    if (a->deadline.has_value() != b->deadline.has_value()) return a->deadline.has_value();
    if (a->deadline != b->deadline) return *a->deadline < *b->deadline;
    if (a->created_at != b->created_at) return a->created_at < b->created_at;
    return a->id < b->id;
  });
  return found;
}

Urgency urgency_of(const Row& row, TimeMs now) {
  if (!row.deadline) return Urgency::kNever;
  const std::int64_t left = *row.deadline - now;
  if (left < 15 * kMinuteMs) return Urgency::kNow;
  if (left < 2 * kHourMs) return Urgency::kSoon;
  return left < 24 * kHourMs ? Urgency::kToday : Urgency::kLater;
}

std::string to_words(Urgency urgency) {
  switch (urgency) {
    case Urgency::kNow:
      return "Within 15 minutes";
    case Urgency::kSoon:
      return "Within 2 hours";
    case Urgency::kToday:
      return "Within a day";
    case Urgency::kLater:
      return "Later";
    case Urgency::kNever:
      break;
  }
  return "Without an end";
}

std::string countdown(std::int64_t ms) {
  const std::int64_t s = std::max<std::int64_t>(0, (ms + 999) / 1000);
  if (s >= 86'400)
    return std::to_string(s / 86'400) + " d " + std::to_string(s % 86'400 / 3600) + " h";
  if (s >= 3600) return std::to_string(s / 3600) + ":" + two(s % 3600 / 60) + ":" + two(s % 60);
  return std::to_string(s / 60) + ":" + two(s % 60);
}

std::string time_left(const Row& row, TimeMs now) {
  if (row.frozen) return "frozen";
  if (!row.deadline) return "open";
  return *row.deadline <= now ? "over" : countdown(*row.deadline - now);
}

std::string needed_in_short(const Row& row) {
  std::string text;
  for (const Row::Need& need : row.needed)
    text += (text.empty() ? "" : ", ") + ui::visible_line(need.name).text + " " +
            std::to_string(need.given) + "/" + std::to_string(need.approve);
  return text;
}

}  // namespace fermata::app::cli::inbox

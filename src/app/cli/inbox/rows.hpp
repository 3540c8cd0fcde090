#pragma once

// What waits: the list of the inbox, whose requests stand in it and in which order. The rules are
// those of the web console (console/src/features/inbox, request/risk.ts). Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/time.hpp"

namespace fermata::app::cli::inbox {

enum class Tab { kMine, kGroups, kAll };
enum class Urgency { kNow, kSoon, kToday, kLater, kNever };

// As much of a request as a line shows: thousands are kept.
struct Row {
  struct Need {
    std::string name;
    std::int64_t given = 0, approve = 0;
  };
  std::string id, sentence, agent, action, kind, hash;
  std::string claimed_by;               // Or empty.
  std::vector<std::string> decided_by;  // Whose decisions count.
  std::vector<Need> needed;
  std::optional<TimeMs> deadline;
  TimeMs created_at = 0;
  std::int64_t equal = 0;  // Others that are the same but for their workflow.
  bool frozen = false;
  bool risky = false;
  bool has_form = false;  // A question, or a call in doubt: it is answered, not approved.
};

Row row_of(const json::Value& request);

// Where the policy wants two people, or the agent says itself that it is risky: what it is about is
// typed before it is approved. An agent can only add to that.
bool is_risky(const json::Value& request);
// What has to be typed: the target, else the first amount, else the tool's name.
std::string to_type(const json::Value& request);
bool is_typed(std::string_view wanted, std::string_view typed);

// Those of a tab that have all `words`, by what is left of their time; the oldest first where
// nothing ends. `mine` is what I can still decide and nobody else has taken on.
std::vector<const Row*> chosen(const std::vector<Row>& rows,
                               Tab tab,
                               std::string_view words,
                               const std::string& me);

Urgency urgency_of(const Row& row, TimeMs now);
std::string to_words(Urgency urgency);

// "2 d 3 h", "3:07:09", "4:09"; "over", "frozen", "open".
std::string time_left(const Row& row, TimeMs now);
std::string countdown(std::int64_t ms);

// "finance 0/1"
std::string needed_in_short(const Row& row);

}  // namespace fermata::app::cli::inbox

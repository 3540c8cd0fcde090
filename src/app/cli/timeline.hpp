#pragma once

// The timeline of one workflow as a person would want to read it.
//
// Events that are one happening to a reader become one line: a call with its result, the last
// decision with the outcome it brought. Waits are drawn with what was waited for; a turn that never
// ended (its process was killed) is seen where the next one takes over; a rollback opens a branch,
// and names the effects that it leaves, each with what becomes of it. Where nothing remarkable
// happens - model answers, calls that needed nobody and went well - a folded timeline counts the
// steps in one line. Pure: the lines depend on the events and nothing else.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/cli/text.hpp"
#include "base/json.hpp"

namespace fermata::app::cli {

class Timeline {
 public:
  enum class Steps { kAll, kFolded };
  explicit Timeline(Style style, Steps steps = Steps::kAll) : style_(style), steps_(steps) {}

  // The workflow's `undo`, which knows how the undoing of what rollbacks left behind has gone.
  // Without it a rollback says what is to be undone, as it was known then.
  void know_undos(const json::Value& undos);

  // The lines for events that follow those told before, oldest first.
  std::string tell(const std::vector<json::Value>& events);

 private:
  // Consecutive events that make one line.
  using Group = std::vector<const json::Value*>;

  struct CallSeen {
    std::string tool;
    json::Value arguments;
    TimeMs started = 0;
    bool asked = false;  // People were, about it.
    std::string undo;    // The tool that undoes it.
    bool done = false;   // It is known to have happened.
  };
  struct RequestSeen {
    std::string call, action, kind;
    json::Value arguments;
  };

  std::string tell_group(const Group& group);
  bool is_ordinary(const Group& group) const;
  std::string unfold();  // The line for the steps counted so far, if any.
  std::string workflow_line(const std::string& type, const json::Value& event);
  std::string rollback_lines(const json::Value& event);
  std::string effect_line(const std::string& call) const;
  std::string turn_line(const std::string& type, const json::Value& event);
  std::string call_line(const std::string& type, const Group& group);
  std::string permitted_line(const json::Value& payload);
  std::string recorded_line(const json::Value& payload);
  std::string started_line(const json::Value& event, const json::Value* end);
  std::string ended_line(const json::Value& event);
  std::string request_line(const std::string& type, const Group& group);
  std::string verb_line(const std::string& type, const json::Value& event);
  std::string asked_line(const json::Value& payload);
  std::string decided_line(const Group& group);
  std::string imported_line(const json::Value& payload);
  std::string edited_lines(const Group& group);
  std::string outcome_in(const Group& group);
  std::string closed_line(const json::Value& payload);

  std::string wait(TimeMs at) const;
  std::string line(Colour colour, const std::string& glyph, const std::string& text) const;
  std::string under(const std::string& text) const;  // A further line of the same happening.
  std::string named(const std::string& call) const;  // refund(order="A-1", ...)
  std::string result_of(const json::Value& payload) const;
  std::size_t room() const;  // Columns for arguments or a result.

  Style style_;
  Steps steps_ = Steps::kAll;
  std::int64_t folded_ = 0;
  TimeMs begun_ = 0;
  TimeMs last_ = 0;
  TimeMs at_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t turn_ = 0;
  std::string worker_;  // Of the open turn; empty when there is none.
  bool heard_ = false;  // It renewed its lease since the last line.
  bool closed_ = false;
  std::map<std::string, CallSeen> calls_;
  std::map<std::string, RequestSeen> requests_;
  std::map<std::string, json::Value> undos_;  // By the call that is undone.
  std::set<std::string> pending_;
};

// "#3" of "ap_..._3".
std::string number_of(const std::string& id);

}  // namespace fermata::app::cli

#pragma once

// What somebody is about to do, with the fields that it takes: a reason, what has to be typed, the
// questions of a form. Nothing is sent before its last field is left with Enter, and nothing typed
// is lost before the server has taken it. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/inbox/rows.hpp"
#include "base/json.hpp"
#include "base/time.hpp"

namespace fermata::app::cli::inbox {

enum class Act { kApprove, kReject, kEditHere, kEdit, kAnswer, kComment, kDelegate, kSeveral };

struct Field {
  std::string key;
  std::string label;
  std::vector<std::string> help;
  std::vector<std::string> choices;  // One of them is taken with ← and →; none: it is typed.
  std::size_t choice = 0;
  std::u32string text;
  std::size_t cursor = 0;
  std::string wrong;  // What is wrong with it; or empty.
};

struct Panel {
  Act act = Act::kApprove;
  std::string id;           // Of the request; empty for several.
  std::string hash;         // Of what was on the screen when this began (P5).
  std::string title;        // "Approve"
  std::string said_before;  // What is to be typed; or empty.
  std::vector<std::string> told;
  std::vector<Field> fields;
  std::size_t focus = 0;
  std::string trouble;  // Why it was not recorded.
  json::Value edited;   // kEdit: the arguments as they are to be.
  std::vector<Row> several;
  bool approves = true;  // kSeveral: or rejects.
  std::int64_t serial = 0;
  std::size_t on_their_way = 0;  // Sent and not answered yet.
};

// As UTF-8.
std::string typed(const Field& field);
void put(Field& field, std::string_view text);

Panel approve_panel(const json::Value& request);
Panel reject_panel(const json::Value& request);
// A question's form, or whether a call in doubt happened. `trouble` alone is set when the form
// cannot be asked here.
Panel answer_panel(const json::Value& request);
// The arguments, field by field.
Panel edit_here_panel(const json::Value& request);
// `edited` against what stands there, to be looked at once more.
Panel edit_panel(const json::Value& request, json::Value edited);
Panel comment_panel(const json::Value& request);
Panel delegate_panel(const json::Value& request);
Panel several_panel(std::vector<Row> rows, bool approves);

// What was typed into `before`, where the same is asked.
void keep_typed(Panel& panel, const Panel& before);

// What the panel sends; `path` is empty when something is wrong, which then stands in the panel.
struct Sending {
  std::string path;
  json::Value body;
};
Sending sending_of(Panel& panel, const json::Value& request, TimeMs now);
// kSeveral: for each of them.
Sending sending_of(Panel& panel, const Row& row);
// kEditHere: the arguments as typed; null when something is wrong, or nothing else.
json::Value edited_here(Panel& panel, const json::Value& request);

// JSON for an editor: what cannot be seen is written as \u202E, which reads back as the same.
std::string editable(const json::Value& arguments);

}  // namespace fermata::app::cli::inbox

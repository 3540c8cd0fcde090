#pragma once

// What people are shown of a request, made here and nowhere else from what H binds, so that every
// surface shows the same. A surface lays it out and escapes it for itself; it adds no facts.
//
// All texts are visible (visible.hpp). The agent's own words stand apart and never first. Secrets
// are masked. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "core/approval/approval.hpp"
#include "core/policy/title.hpp"

namespace fermata::ui {

enum class PartKind { kText, kAgent, kTool, kValue };
struct Part {
  std::string text;  // On one line; a value is cut after kMostValueCharacters.
  PartKind kind = PartKind::kText;
};

enum class FactType { kText, kNumber, kBoolean, kNull, kMoney, kTime, kList, kObject, kSecret };

// A long text: a surface may show the first `shown` of its characters, if it says how many there
// are.
struct Folded {
  std::size_t shown = 0;
  std::size_t characters = 0;
  std::size_t lines = 0;
};

struct Fact {
  std::string pointer;  // RFC 6901, into the arguments, as it is.
  std::string label;    // On one line; unique among its neighbours.
  FactType type = FactType::kText;
  std::string text;   // In words; may have several lines. Of a list or object: how many there are.
  std::string exact;  // The value as JSON writes it, where the text says it in other words.
  std::optional<Folded> folded;
  bool marks = false;              // Something in label or text was made visible.
  std::vector<std::string> notes;  // What to look at twice: letters that look alike, hidden parts.
  std::vector<Fact> children;
};

struct Change {
  enum class Kind { kAdded, kRemoved, kChanged };
  std::string pointer;
  std::string label;  // "Customer: name", from the outermost on.
  Kind kind = Kind::kChanged;
  std::string before, after;  // Empty for what was not there.
};

struct Changes {
  enum class Against { kEdited, kPrevious };  // What the agent had asked for; its last request.
  Against against = Against::kEdited;
  std::vector<Change> rows;  // May be none: nothing changed.
  bool cut = false;          // There are more.
};

// Somebody's own prose: not checked by anyone.
struct Words {
  std::string text;
  bool marks = false;
};

struct View {
  std::vector<Part> sentence;
  std::vector<Fact> facts;
  std::optional<Changes> changes;
  std::optional<Words> words;
  std::size_t characters = 0;  // Of all facts.
  bool too_large = false;      // Not all of it is shown: nobody should decide by this alone.
};

struct ViewLimits {
  std::size_t fold_characters = 600;
  std::size_t fold_lines = 12;
  std::size_t characters = 200'000;  // Of all facts together.
  std::size_t facts = 2'000;
  std::size_t depth = 8;  // What lies deeper is shown as JSON.
  std::size_t changes = 200;
  std::size_t words = 10'000;  // Characters of each of the agent's own texts.
};

inline constexpr std::size_t kMostValueCharacters = 80;

// What a view is made of.
struct Asked {
  ApprovalKind kind = ApprovalKind::kCall;
  std::string action;
  json::Object arguments;
  std::string asker;         // The agent's name, or who asked.
  std::string on_behalf_of;  // Or empty.
  Title title;               // Of the rule that asks; none: made from action and arguments.
  std::optional<json::Object> original;  // Before somebody edited it.
  std::string original_action;           // Before somebody chose another tool; or empty.
  std::optional<json::Object> previous;  // Of the same agent's last request for this action.
  std::string headline, why, otherwise;  // The agent's own words.
};

View view_of(const Asked& asked, const ViewLimits& limits = {});

// The parts of it, for those who need no more.
std::vector<Part> sentence_of(const Asked& asked);
std::string text_of(const std::vector<Part>& sentence);

// The `view` of the API, and back from it; none for what is no view.
json::Value to_document(const View& view);
json::Value to_document(const std::vector<Part>& sentence);
std::optional<View> view_from(const json::Value& document);

}  // namespace fermata::ui

#include "ui/view/view.hpp"

#include "base/utf8.hpp"
#include "ui/view/parts.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

std::string cut(const std::string& visible, std::size_t most) {
  const std::size_t characters = code_points(visible);
  if (characters <= most) return visible;
  return shortened(visible, most) + " (" + std::to_string(characters) + " characters)";
}

std::optional<Words> words_of(const Asked& asked, const ViewLimits& limits) {
  Words words;
  for (const std::string* each : {&asked.headline, &asked.why, &asked.otherwise}) {
    if (each->empty()) continue;
    const bool is_otherwise = each == &asked.otherwise;
    Visible shown = visible_text(*each);
    words.text += (words.text.empty() ? "" : "\n\n") +
                  std::string(is_otherwise ? "Otherwise: " : "") + cut(shown.text, limits.words);
    words.marks |= shown.marks;
  }
  return words.text.empty() ? std::nullopt : std::optional(std::move(words));
}

std::optional<Changes> changes_of(const Asked& asked, const ViewLimits& limits) {
  if (asked.original) {
    Changes edited = compared(*asked.original, asked.arguments, Changes::Against::kEdited, limits);
    if (!asked.original_action.empty() && asked.original_action != asked.action)
      edited.rows.insert(edited.rows.begin(),
                         {"",
                          "Tool",
                          Change::Kind::kChanged,
                          visible_line(asked.original_action).text,
                          visible_line(asked.action).text});
    return edited;
  }
  if (asked.previous)
    return compared(*asked.previous, asked.arguments, Changes::Against::kPrevious, limits);
  return std::nullopt;
}

// Of a policy's change the lines belong together.
json::Object with_lines(const json::Object& arguments) {
  const json::Value* changes = arguments.find("changes");
  const json::Array* lines = changes == nullptr ? nullptr : changes->as_array();
  if (lines == nullptr) return arguments;
  std::string text;
  for (const json::Value& line : *lines) {
    if (line.as_string() == nullptr) return arguments;
    text += (&line == &lines->front() ? "" : "\n") + *line.as_string();
  }
  json::Object made = arguments;
  made.set("changes", std::move(text));
  return made;
}

}  // namespace

View view_of(const Asked& asked, const ViewLimits& limits) {
  View view;
  view.sentence = sentence_of(asked);
  FactMaker maker(limits);
  const bool is_policy = asked.kind == ApprovalKind::kPolicy;
  view.facts = maker.facts_of(is_policy ? with_lines(asked.arguments) : asked.arguments);
  view.characters = maker.characters();
  view.too_large = maker.too_large();
  view.changes = changes_of(asked, limits);
  view.words = words_of(asked, limits);
  return view;
}

}  // namespace fermata::ui

#include <string>

#include "ui/form/field.hpp"
#include "ui/view/visible.hpp"

namespace fermata::ui {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
char lowered(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

void say(std::string& words, const std::string& sentence) {
  words += (words.empty() ? "" : " ") + sentence + ".";
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

void say_range(std::string& words,
               const std::optional<std::uint64_t>& least,
               const std::optional<std::uint64_t>& most,
               const std::string& one,
               const std::string& many) {
  const bool from = least.value_or(0) > 0;
  if (from && most && *least == *most) return say(words, "Exactly " + counted(*most, one, many));
  if (from) say(words, "At least " + counted(*least, one, many));
  if (most) say(words, "At most " + counted(*most, one, many));
}

void say_bounds(std::string& words, const Limits& limits) {
  if (limits.minimum.is_number()) say(words, "At least " + json::write(limits.minimum));
  if (limits.above.is_number()) say(words, "Above " + json::write(limits.above));
  if (limits.maximum.is_number()) say(words, "At most " + json::write(limits.maximum));
  if (limits.below.is_number()) say(words, "Below " + json::write(limits.below));
  if (limits.step.is_number()) say(words, "A multiple of " + json::write(limits.step));
}

}  // namespace

std::string label_of(std::string_view name) {
  std::string label;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_' || c == '-' || c == ' ') {
      if (!label.empty() && label.back() != ' ') label += ' ';
      continue;
    }
    const bool word = is_upper(c) && i > 0 && is_lower_or_digit(name[i - 1]);
    if (word && label.back() != ' ') label += ' ';
    const bool abbreviation = is_upper(c) && i + 1 < name.size() && is_upper(name[i + 1]);
    label += word && !abbreviation ? lowered(c) : c;
  }
  while (!label.empty() && label.back() == ' ') label.pop_back();
  if (label.empty()) return name.empty() ? "Value" : std::string(name);
  if (label[0] >= 'a' && label[0] <= 'z') label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

std::string limits_in_words(const Field& field) {
  std::string words;
  const Limits& limits = field.limits;
  switch (field.kind) {
    case FieldKind::kText:
    case FieldKind::kEmail:
    case FieldKind::kUri:
    case FieldKind::kDate:
    case FieldKind::kTime:
    case FieldKind::kDateTime:
      say_range(words, limits.min_length, limits.max_length, "character", "characters");
      if (!limits.pattern.empty())
        say(words, "Matches the pattern " + visible_line(limits.pattern).text);
      return words;
    case FieldKind::kInteger:
      say(words, "A whole number");
      say_bounds(words, limits);
      return words;
    case FieldKind::kNumber:
      say_bounds(words, limits);
      return words;
    case FieldKind::kChoices:
    case FieldKind::kList:
      say_range(words, limits.min_items, limits.max_items, "entry", "entries");
      if (field.kind == FieldKind::kList && limits.unique_items) say(words, "No entry twice");
      return words;
    case FieldKind::kJson:
      say(words, "Written as JSON");
      return words;
    default:
      return words;
  }
}

std::string help_with_limits(const Field& field) {
  std::string words = field.help;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) words += (words.empty() ? "" : " ") + more;
  };
  for (const Choice& choice : field.choices) {
    if (!choice.help.empty()) add(choice.label + ": " + choice.help);
  }
  add(limits_in_words(field));
  return words;
}

}  // namespace fermata::ui

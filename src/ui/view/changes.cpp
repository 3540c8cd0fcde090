// What differs between two sets of arguments, value by value.

#include <unordered_map>

#include "base/utf8.hpp"
#include "core/form/schema.hpp"
#include "ui/view/parts.hpp"
#include "ui/view/visible.hpp"
#include "ui/view/worded.hpp"

namespace fermata::ui {
namespace {

constexpr std::size_t kMostTextCharacters = 2'000;  // Of one side of one row.

class Comparer {
 public:
  Comparer(Changes::Against against, const ViewLimits& limits)
      : limits_(limits), changes_{against, {}, false} {}

  // Where a value stands, the same on both sides.
  struct Place {
    std::string pointer, label, name;
    std::size_t depth = 0;
    bool secret = false;
  };

  void members(const json::Object& before, const json::Object& after, const Place& place) {
    // find() looks at one member after the other.
    std::unordered_map<std::string_view, const json::Value*> of_before, of_after;
    for (const auto& [key, value] : before) of_before.emplace(key, &value);
    for (const auto& [key, value] : after) of_after.emplace(key, &value);
    const auto each = [&](const json::Object& own, bool is_after) {
      const std::vector<Label> labels = labels_of(own);
      std::size_t i = 0;
      for (const auto& [key, value] : own) {
        if (changes_.cut) return;
        const Label& label = labels[i++];
        const auto& others = is_after ? of_before : of_after;
        const auto found = others.find(key);
        const json::Value* other = found == others.end() ? nullptr : found->second;
        if (is_after && other != nullptr) continue;  // Seen from the other side.
        const Place inner{form::pointer_to(place.pointer, key),
                          place.label.empty() ? label.text : place.label + ": " + label.text,
                          key,
                          place.depth + 1,
                          place.secret || names_a_secret(key)};
        if (is_after)
          add(Change::Kind::kAdded, inner, {nullptr, nullptr}, {&value, &after});
        else if (other == nullptr)
          add(Change::Kind::kRemoved, inner, {&value, &before}, {nullptr, nullptr});
        else
          values({&value, &before}, {other, &after}, inner);
      }
    };
    each(before, false);
    each(after, true);
  }

  Changes take() { return std::move(changes_); }

 private:
  struct Side {
    const json::Value* value = nullptr;
    const json::Object* around = nullptr;
  };

  void values(const Side& before, const Side& after, const Place& place) {
    if (*before.value == *after.value) {
      // The same number may be other money, if the currency beside it is another one.
      if (text_of_side(before, place) == text_of_side(after, place)) return;
    }
    const auto *from = before.value->as_object(), *to = after.value->as_object();
    if (from != nullptr && to != nullptr && place.depth < limits_.depth)
      return members(*from, *to, place);
    const auto *old_list = before.value->as_array(), *new_list = after.value->as_array();
    if (old_list != nullptr && new_list != nullptr && place.depth < limits_.depth)
      return entries(*old_list, *new_list, place);
    add(Change::Kind::kChanged, place, before, after);
  }

  void entries(const json::Array& before, const json::Array& after, const Place& place) {
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      const Place inner{place.pointer + "/" + std::to_string(i),
                        place.label + ": " + std::to_string(i + 1),
                        place.name,
                        place.depth + 1,
                        place.secret};
      if (i >= before.size())
        add(Change::Kind::kAdded, inner, {nullptr, nullptr}, {&after[i], nullptr});
      else if (i >= after.size())
        add(Change::Kind::kRemoved, inner, {&before[i], nullptr}, {nullptr, nullptr});
      else
        values({&before[i], nullptr}, {&after[i], nullptr}, inner);
      if (changes_.cut) return;
    }
  }

  void add(Change::Kind kind, const Place& place, const Side& before, const Side& after) {
    if (changes_.rows.size() == limits_.changes) {
      changes_.cut = true;
      return;
    }
    std::string from = text_of_side(before, place), to = text_of_side(after, place);
    // Two that read the same are shown as JSON, or the change would look like none.
    const bool both = before.value != nullptr && after.value != nullptr;
    if (both && from == to && !place.secret && plain(*before.value) && plain(*after.value)) {
      from = visible_text(json::write(*before.value)).text;
      to = visible_text(json::write(*after.value)).text;
    }
    changes_.rows.push_back({place.pointer, place.label, kind, cut(from), cut(to)});
  }

  static bool plain(const json::Value& value) {
    const std::string* text = value.as_string();
    return text == nullptr || !without_secrets(*text);
  }

  static std::string text_of_side(const Side& side, const Place& place) {
    if (side.value == nullptr) return {};
    const bool container = side.value->as_object() != nullptr || side.value->as_array() != nullptr;
    if (container) return in_full(*side.value, place);
    return in_words(place.name, *side.value, side.around, place.secret).text;
  }

  // What came or went as a whole.
  static std::string in_full(const json::Value& value, const Place& place) {
    ViewLimits limits;
    limits.depth = 0;
    limits.characters = 2 * kMostTextCharacters;
    FactMaker maker(limits);
    const std::string name = place.secret && !names_a_secret(place.name) ? "secret" : place.name;
    const auto facts = maker.facts_of({{name, value}});
    return facts.empty() ? size_in_words(value) : facts.front().text;
  }

  static std::string cut(const std::string& text) {
    const std::size_t characters = code_points(text);
    if (characters <= kMostTextCharacters) return text;
    return shortened(text, kMostTextCharacters) + " (" + std::to_string(characters) +
           " characters)";
  }

  const ViewLimits limits_;
  Changes changes_;
};

}  // namespace

Changes compared(const json::Object& before,
                 const json::Object& after,
                 Changes::Against against,
                 const ViewLimits& limits) {
  Comparer comparer(against, limits);
  comparer.members(before, after, {});
  return comparer.take();
}

}  // namespace fermata::ui

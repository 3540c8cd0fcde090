// Arguments as a table: one fact for each value, with its type, in words.

#include <algorithm>
#include <map>

#include "base/utf8.hpp"
#include "core/form/schema.hpp"
#include "ui/form/field.hpp"
#include "ui/view/parts.hpp"
#include "ui/view/visible.hpp"
#include "ui/view/worded.hpp"

namespace fermata::ui {
namespace {

bool is_container(const json::Value& value) {
  return value.as_object() != nullptr || value.as_array() != nullptr;
}

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

// How many characters the first `lines` lines have, at most `most`.
std::size_t shown_of(std::string_view text, std::size_t most, std::size_t lines) {
  std::size_t characters = 0;
  std::size_t breaks = 0;
  while (!text.empty() && characters < most) {
    const CodePoint point = first_code_point(text);
    if (point.value == '\n' && ++breaks == lines) break;
    text.remove_prefix(point.bytes);
    ++characters;
  }
  return characters;
}

// For what lies too deep to be a fact of its own.
json::Value masked_tree(const std::string& name, const json::Value& value, bool secret) {
  if (const json::Array* list = value.as_array()) {
    json::Array made;
    for (const json::Value& each : *list) made.push_back(masked_tree(name, each, secret));
    return made;
  }
  if (const json::Object* object = value.as_object()) {
    std::vector<json::Member> made;
    for (const auto& [key, each] : *object)
      made.emplace_back(key, masked_tree(key, each, secret || names_a_secret(key)));
    return json::Object::from_unique(std::move(made));
  }
  const Worded worded = in_words(name, value, nullptr, secret);
  if (worded.type == FactType::kSecret) return worded.text;
  const std::string* text = value.as_string();
  const auto without = text != nullptr ? without_secrets(*text) : std::nullopt;
  return without ? json::Value(*without) : value;
}

}  // namespace

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string size_in_words(const json::Value& container) {
  if (const json::Object* object = container.as_object())
    return object->empty() ? "no fields" : counted(object->size(), "field", "fields");
  const json::Array* list = container.as_array();
  if (list == nullptr || list->empty()) return "no entries";
  return counted(list->size(), "entry", "entries");
}

std::vector<Label> labels_of(const json::Object& object) {
  std::vector<Label> labels;
  std::map<std::string, int> uses;
  for (const auto& [key, value] : object) {
    const Visible shown = visible_line(key);
    Label label{shown.marks ? shown.text : label_of(shown.text), shown.marks, false};
    if (key.empty()) label.text = "(no name)";
    ++uses[label.text];
    labels.push_back(std::move(label));
  }
  std::size_t i = 0;
  for (const auto& [key, value] : object) {
    Label& label = labels[i++];
    // Two that read alike are shown as they are written.
    if (uses[label.text] > 1) label.text = "'" + visible_line(key).text + "'";
    if (code_points(label.text) <= kMostLabelCharacters) continue;
    label.text = shortened(label.text, kMostLabelCharacters) + " (" + std::to_string(i) + ")";
    label.cut = true;
  }
  return labels;
}

std::vector<Fact> FactMaker::members(const json::Object& object,
                                     const std::string& pointer,
                                     std::size_t depth,
                                     bool secret) {
  std::vector<Fact> facts;
  const std::vector<Label> labels = labels_of(object);
  for (const auto& [key, value] : object) {
    if (!has_room()) {
      too_large_ = true;
      break;
    }
    const Label& label = labels[facts.size()];
    Place place{
        form::pointer_to(pointer, key), label.text, key, &object, depth, secret, label.marks};
    place.secret = secret || (names_a_secret(key) && is_container(value));
    Fact made = fact(value, place);
    for (std::string& note : look_alikes(key)) made.notes.push_back("The name " + std::move(note));
    if (label.cut) {
      made.notes.push_back("The name has " + std::to_string(code_points(key)) + " characters");
      too_large_ = true;
    }
    facts.push_back(std::move(made));
  }
  return facts;
}

std::vector<Fact> FactMaker::entries(const json::Array& list, const Place& place) {
  std::vector<Fact> facts;
  for (const json::Value& value : list) {
    if (!has_room()) {
      too_large_ = true;
      break;
    }
    const std::string number = std::to_string(facts.size());
    facts.push_back(fact(value,
                         {place.pointer + "/" + number,
                          std::to_string(facts.size() + 1),
                          place.name,
                          nullptr,
                          place.depth + 1,
                          place.secret,
                          false}));
  }
  return facts;
}

Fact FactMaker::fact(const json::Value& value, const Place& place) {
  ++facts_;
  characters_ += code_points(place.label);
  Fact made;
  made.pointer = place.pointer;
  made.label = place.label;
  made.marks = place.marks;
  if (is_container(value))
    container(made, value, place);
  else
    scalar(made, value, place);
  return made;
}

void FactMaker::container(Fact& fact, const json::Value& value, const Place& place) {
  const json::Object* object = value.as_object();
  const json::Array* list = value.as_array();
  fact.type = object != nullptr ? FactType::kObject : FactType::kList;
  const std::size_t parts = object != nullptr ? object->size() : list->size();
  if (place.depth >= limits_.depth && parts > 0) {
    const Visible shown = visible_text(json::pretty(masked_tree(place.name, value, place.secret)));
    fact.marks |= shown.marks;
    return set_text(fact, shown.text);
  }
  set_text(fact, size_in_words(value));
  fact.children = object != nullptr ? members(*object, place.pointer, place.depth + 1, place.secret)
                                    : entries(*list, place);
  if (fact.children.size() < parts)
    fact.notes.push_back(std::to_string(parts - fact.children.size()) + " more are not shown here");
}

void FactMaker::scalar(Fact& fact, const json::Value& value, const Place& place) {
  Worded worded = in_words(place.name, value, place.around, place.secret);
  fact.type = worded.type;
  fact.exact = std::move(worded.exact);
  fact.marks |= worded.marks;
  if (worded.hides && worded.type != FactType::kSecret)
    fact.notes.emplace_back("What looks like a secret is hidden");
  if (const std::string* text = value.as_string(); text != nullptr && !worded.hides)
    for (std::string& note : look_alikes(*text)) fact.notes.push_back(std::move(note));
  set_text(fact, std::move(worded.text));
}

void FactMaker::set_text(Fact& fact, std::string text) {
  const std::size_t characters = code_points(text);
  const std::size_t lines = lines_in(text);
  const std::size_t room = limits_.characters > characters_ ? limits_.characters - characters_ : 0;
  if (characters > limits_.fold_characters || lines > limits_.fold_lines)
    fact.folded = {shown_of(text, std::min(room, limits_.fold_characters), limits_.fold_lines),
                   characters,
                   lines};
  if (characters > room) {
    fact.notes.push_back("Only " + std::to_string(room) + " of " + std::to_string(characters) +
                         " characters are shown here");
    text = shortened(text, room);
    too_large_ = true;
  }
  characters_ += characters;
  fact.text = std::move(text);
}

}  // namespace fermata::ui

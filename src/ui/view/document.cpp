// A view as the API's document, and back.

#include <array>
#include <utility>

#include "ui/view/view.hpp"

namespace fermata::ui {
namespace {

constexpr std::array<std::pair<PartKind, std::string_view>, 4> kParts{
    {{PartKind::kText, "text"},
     {PartKind::kAgent, "agent"},
     {PartKind::kTool, "tool"},
     {PartKind::kValue, "value"}}};
constexpr std::array<std::pair<FactType, std::string_view>, 9> kTypes{
    {{FactType::kText, "text"},
     {FactType::kNumber, "number"},
     {FactType::kBoolean, "boolean"},
     {FactType::kNull, "null"},
     {FactType::kMoney, "money"},
     {FactType::kTime, "time"},
     {FactType::kList, "list"},
     {FactType::kObject, "object"},
     {FactType::kSecret, "secret"}}};
constexpr std::array<std::pair<Change::Kind, std::string_view>, 3> kChanges{
    {{Change::Kind::kAdded, "added"},
     {Change::Kind::kRemoved, "removed"},
     {Change::Kind::kChanged, "changed"}}};

template <class Table, class T>
std::string name_in(const Table& table, T value) {
  for (const auto& [one, name] : table)
    if (one == value) return std::string(name);
  return {};
}

template <class Table, class T>
bool read_name(const Table& table, const json::Value& name, T& value) {
  for (const auto& [one, known] : table) {
    if (name.as_string() == nullptr || *name.as_string() != known) continue;
    value = one;
    return true;
  }
  return false;
}

json::Value number(std::size_t value) { return static_cast<std::int64_t>(value); }

std::size_t size_in(const json::Value& document, std::string_view name) {
  const std::int64_t value = document.int_or(name);
  return value < 0 ? 0 : static_cast<std::size_t>(value);
}

json::Value facts_document(const std::vector<Fact>& facts) {
  json::Array documents;
  for (const Fact& fact : facts) {
    json::Object made{{"pointer", fact.pointer},
                      {"label", fact.label},
                      {"type", name_in(kTypes, fact.type)},
                      {"text", fact.text}};
    if (!fact.exact.empty()) made.set("exact", fact.exact);
    if (fact.folded)
      made.set("folded",
               json::Object{{"shown", number(fact.folded->shown)},
                            {"characters", number(fact.folded->characters)},
                            {"lines", number(fact.folded->lines)}});
    made.set("marks", fact.marks);
    json::Array notes(fact.notes.begin(), fact.notes.end());
    if (!notes.empty()) made.set("notes", std::move(notes));
    if (!fact.children.empty()) made.set("children", facts_document(fact.children));
    documents.push_back(std::move(made));
  }
  return documents;
}

json::Value changes_document(const std::optional<Changes>& changes) {
  if (!changes) return {};
  json::Array rows;
  for (const Change& change : changes->rows) {
    json::Object made{{"pointer", change.pointer},
                      {"label", change.label},
                      {"kind", name_in(kChanges, change.kind)}};
    if (change.kind != Change::Kind::kAdded) made.set("before", change.before);
    if (change.kind != Change::Kind::kRemoved) made.set("after", change.after);
    rows.push_back(std::move(made));
  }
  const bool edited = changes->against == Changes::Against::kEdited;
  return json::Object{{"against", edited ? "edited" : "previous"},
                      {"rows", std::move(rows)},
                      {"cut", changes->cut}};
}

template <class T, class Read>
bool read_list(const json::Value& list, std::vector<T>& into, const Read& read) {
  if (list.is_null()) return true;
  if (list.as_array() == nullptr) return false;
  for (const json::Value& each : *list.as_array())
    if (!read(each, into.emplace_back())) return false;
  return true;
}

bool read_part(const json::Value& document, Part& part) {
  part.text = document.string_or("text");
  return read_name(kParts, document["kind"], part.kind);
}

bool read_fact(const json::Value& document, Fact& fact) {
  fact.pointer = document.string_or("pointer");
  fact.label = document.string_or("label");
  fact.text = document.string_or("text");
  fact.exact = document.string_or("exact");
  fact.marks = document.bool_or("marks");
  const json::Value& folded = document["folded"];
  if (!folded.is_null())
    fact.folded = {
        size_in(folded, "shown"), size_in(folded, "characters"), size_in(folded, "lines")};
  return read_name(kTypes, document["type"], fact.type) &&
         read_list(document["notes"],
                   fact.notes,
                   [](const json::Value& note, std::string& into) {
                     if (note.as_string() != nullptr) into = *note.as_string();
                     return note.as_string() != nullptr;
                   }) &&
         read_list(document["children"], fact.children, read_fact);
}

bool read_change(const json::Value& document, Change& change) {
  change.pointer = document.string_or("pointer");
  change.label = document.string_or("label");
  change.before = document.string_or("before");
  change.after = document.string_or("after");
  return read_name(kChanges, document["kind"], change.kind);
}

}  // namespace

json::Value to_document(const std::vector<Part>& sentence) {
  json::Array parts;
  for (const Part& part : sentence)
    parts.push_back(json::Object{{"text", part.text}, {"kind", name_in(kParts, part.kind)}});
  return parts;
}

json::Value to_document(const View& view) {
  json::Value words;
  if (view.words) words = json::Object{{"text", view.words->text}, {"marks", view.words->marks}};
  return json::Object{
      {"sentence", to_document(view.sentence)},
      {"facts", facts_document(view.facts)},
      {"changes", changes_document(view.changes)},
      {"words", std::move(words)},
      {"size",
       json::Object{{"characters", number(view.characters)}, {"too_large", view.too_large}}}};
}

std::optional<View> view_from(const json::Value& document) {
  View view;
  if (document["sentence"].is_null() || document["facts"].is_null()) return std::nullopt;
  if (!read_list(document["sentence"], view.sentence, read_part) ||
      !read_list(document["facts"], view.facts, read_fact))
    return std::nullopt;
  if (const json::Value& changes = document["changes"]; !changes.is_null()) {
    const bool edited = changes.string_or("against") == "edited";
    view.changes = {edited ? Changes::Against::kEdited : Changes::Against::kPrevious,
                    {},
                    changes.bool_or("cut")};
    if (!read_list(changes["rows"], view.changes->rows, read_change)) return std::nullopt;
  }
  if (const json::Value& words = document["words"]; !words.is_null())
    view.words = {words.string_or("text"), words.bool_or("marks")};
  view.characters = size_in(document["size"], "characters");
  view.too_large = document["size"].bool_or("too_large");
  return view;
}

}  // namespace fermata::ui

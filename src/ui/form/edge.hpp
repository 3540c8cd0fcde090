#pragma once

// What surfaces agree on at their edge: the keys of fields, values as text, and where JavaScript
// would change a number. Internal to ui/form.
//
// Most surfaces give text for everything. Those that keep JSON still pass it through JavaScript,
// which rounds integers beyond 2^53: a number that may lie there is asked as text on them.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "core/form/form.hpp"
#include "ui/form/surface.hpp"

namespace fermata::ui {

// Whether every value that fits lies within 2^53, so that doubles tell them apart.
bool fits_doubles(const Field& field);

// Keys of members, one for each field: the names, where no surface misreads them ("a.b", "0" and
// "__proto__" are misread), else "field_<n>".
std::vector<std::string> keys_of(const std::vector<Field>& fields);

// Keys of leaves: "customer.name", or "field_<n>".
std::vector<std::string> keys_of(const Form& form, const std::vector<Leaf>& leaves);

// A choice on a surface that only keeps texts: its number.
std::string token_of(std::size_t choice);
// That of `value`; none when it is no choice.
std::optional<std::size_t> choice_at(const Field& field, const json::Value& value);
// Those of a list, of kChoices; without what is no choice.
std::vector<std::size_t> choices_at(const Field& field, const json::Value& list);

// A value of `field` as a person writes it: text as it is, a number with all of its digits, JSON
// where the field is JSON. Not for choices.
std::string text_of(const Field& field, const json::Value& value);

// Its own, or how a time is written.
std::string placeholder_of(const Field& field);

// A field that no value fits makes a form that nobody can answer, on any surface.
std::optional<Undecidable> unanswerable(const Form& form);
// And what flat surfaces cannot show: lists of things.
std::optional<Undecidable> not_flat(const Form& form);

inline constexpr std::size_t kMaxReadErrors = 100;

using Value = std::variant<json::Value, form::FieldError>;

// The way back: of a text that is not empty. For choices and yes or no, of the token.
Value value_of(const Field& field, std::string_view text);
// Of a list of tokens, for kChoices. An empty list is one.
Value chosen_of(const Field& field, const std::vector<std::string>& tokens);

// Puts leaves into an object, and around them what their form says.
class Answer {
 public:
  explicit Answer(const Form& form) : form_(form) {}

  void set(const Leaf& leaf, Value value);
  void refuse(const std::string& pointer, const std::string& type, const std::string& message);
  // With the constants, and the objects that must be there even when they are empty.
  Reading take();

 private:
  const Form& form_;
  Reading reading_;
};

// The constants of `fields`, and empty objects and lists that must be there; in `answer`.
void complete(const std::vector<Field>& fields, json::Object& answer);

// Reads flat values by key, as most surfaces have them. What is null or "" is left out; what no
// leaf has as its key is refused. `value` reads one that is neither.
template <class Read>
Reading read_flat(const Form& form, const json::Value& raw, const Read& value) {
  Answer answer(form);
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  if (raw.as_object() == nullptr) {
    answer.refuse("", "type", "must be an object");
    return answer.take();
  }
  for (const auto& [key, given] : *raw.as_object()) {
    std::size_t at = 0;
    while (at < keys.size() && keys[at] != key) ++at;
    if (at == keys.size() || all[at].field->kind == FieldKind::kConstant) {
      answer.refuse("", "extra_forbidden", "'" + key + "' is not a field of this form");
      continue;
    }
    const std::string* text = given.as_string();
    const bool empty = given.is_null() || (text != nullptr && text->empty());
    if (!empty) answer.set(all[at], value(*all[at].field, given));
  }
  return answer.take();
}

// {"customer.name": "must ..."}, for surfaces that have one place for a field's errors. What is
// wrong elsewhere stands at the nearest leaf before it, or the first.
json::Value texts_by_key(const Form& form, const std::vector<form::FieldError>& errors);

// Scalars of JSON or text, whichever the surface gave: "12" and 12 for an integer.
Value loose_value(const Field& field, const json::Value& given);

}  // namespace fermata::ui

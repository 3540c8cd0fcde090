#pragma once

// The surfaces that a form is shown on, and what they have in common: each renders the list of
// fields or says why it cannot, reads its own kind of answer back into typed JSON, and shows errors
// in its own way. One file per surface has the three functions; here they are chosen by name.
//
// A surface that cannot show one field shows no form: a form with a hole would be decided blindly.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/form/form.hpp"
#include "ui/form/field.hpp"

namespace fermata::ui {

enum class Surface {
  kRjsf,          // react-jsonschema-form 6
  kJsonForms,     // JSON Forms 3
  kSlackMessage,  // Block Kit
  kSlackModal,
  kAdaptiveCard,  // 1.5
  kMcp,           // Elicitation, form mode
  kGradio,
  kStreamlit,
  kHtml,
  kEmail,
  kTerminal,
};

// Why a form cannot be answered on a surface; it links to the console instead.
struct Undecidable {
  std::string reason;   // Stable: "nested_list", "text_too_long", ...; docs/guides/forms.md.
  std::string pointer;  // Of the field; empty for the form.
  std::string message;
};

using Shown = tl::expected<json::Value, Undecidable>;

// What was read. A field with an error is absent from the answer, as is one left empty.
struct Reading {
  json::Object answer;
  std::vector<form::FieldError> errors;
};

std::optional<Surface> surface_from(std::string_view name);  // "json_forms"
std::string to_string(Surface surface);
std::string surface_names();  // For a message: "rjsf, json_forms, ..."

Shown render(Surface surface, const Form& form);

// `raw` is what the surface's software hands over: RJSF's formData, JSON Forms' data, Slack's
// state.values, the inputs of a card, an elicitation's content, values by component. The answer
// has not been judged.
Reading read(Surface surface, const Form& form, const json::Value& raw);

// The errors as the surface's software takes them: RJSF's extraErrors, JSON Forms'
// additionalErrors, Slack's response_action, else texts by the field's key.
json::Value errors_for(Surface surface,
                       const Form& form,
                       const std::vector<form::FieldError>& errors);

// Reads and judges: with every error of a field that could be read, by the one validator.
Reading judged(Surface surface, const Form& form, const json::Value& raw);

}  // namespace fermata::ui

#pragma once

// react-jsonschema-form 6: {"schema", "uiSchema"}. `raw` is its formData, errors are its
// extraErrors. Dates with a time are typed as text: its own widget has no offset.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_rjsf(const Form& form);
Reading read_rjsf(const Form& form, const json::Value& raw);
json::Value rjsf_errors(const Form& form, const std::vector<form::FieldError>& errors);

}  // namespace fermata::ui

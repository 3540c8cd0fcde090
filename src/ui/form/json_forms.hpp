#pragma once

// JSON Forms 3: {"schema", "uischema", "data"}; it applies no defaults itself, so they are in the
// data. `raw` is its data, errors are its additionalErrors.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_json_forms(const Form& form);
Reading read_json_forms(const Form& form, const json::Value& raw);
json::Value json_forms_errors(const Form& form, const std::vector<form::FieldError>& errors);

}  // namespace fermata::ui

#pragma once

// Adaptive Cards 1.5. The answer is the data of Action.Submit or Action.Execute: inputs "f:<key>"
// at its top level, as texts; whatever else stands there is the host's. Nothing is Markdown: titles
// and help are text runs, which no host interprets.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_adaptive_card(const Form& form);
Reading read_adaptive_card(const Form& form, const json::Value& inputs);
// Blocks for the top of the card's body, one for each error.
json::Value adaptive_card_errors(const Form& form, const std::vector<form::FieldError>& errors);

inline constexpr std::size_t kAdaptiveCardBytes = 28'000;  // What Teams takes.

}  // namespace fermata::ui

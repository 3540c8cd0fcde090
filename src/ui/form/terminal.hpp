#pragma once

// Forms as questions on a terminal, one after the other: {"title", "help", "prompts": [{"key",
// "label", "help", "choices", "hint", "required", "default"}]}. The texts are visible; "choices"
// are labels, counted from 1, and "default" is what Enter answers.
//
// The answer is what was typed, by key. Enter alone takes the default, or leaves the field out; "-"
// leaves it out although there is a default; "" in quotes is a text that is empty. Choices are
// typed by number or label, several with commas; yes or no by y or n; null is a choice or JSON.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_terminal(const Form& form);
Reading read_terminal(const Form& form, const json::Value& typed);

// E-mail shows what is asked, {"html", "text"}; it is answered on the page that it links to, as who
// sent an e-mail cannot be known. read_html reads the answer.
Shown render_email(const Form& form);

}  // namespace fermata::ui

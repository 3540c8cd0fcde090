#pragma once

// Forms as HTML that works without script: the fields only, for whoever writes the page around them
// with its <form>, its token and its buttons.
//
// The answer is what a browser posts, by name: {"f:amount": ["240"], "f:tags": ["0", "2"]}; names
// that do not begin with "f:" or "e:" are the page's own. Numbers are asked as text, as browsers
// round and translate them. What is empty, not there and null is told apart: an empty box leaves
// the field out, a tick at "e:<key>" says that the text is empty on purpose, null is a choice or
// JSON, and a box that did not arrive at all is an error.

#include <optional>
#include <string>
#include <string_view>

#include "ui/form/surface.hpp"

namespace fermata::ui {

// {"html": "..."}
Shown render_html(const Form& form);
// The same with what was typed and what is wrong with it.
Shown render_html_again(const Form& form,
                        const json::Value& post,
                        const std::vector<form::FieldError>& errors);
Reading read_html(const Form& form, const json::Value& post);

// The body of a post, application/x-www-form-urlencoded. None when it is no such thing, or not
// UTF-8. The limit on its size is the server's.
std::optional<json::Value> read_post(std::string_view body);

}  // namespace fermata::ui

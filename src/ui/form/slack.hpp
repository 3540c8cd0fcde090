#pragma once

// Slack's Block Kit: blocks for a message, or a modal's view. The answer is state.values: each
// field is an input block "f:<key>" with the element "v". Nothing is cut to fit: what is too long
// for Slack is not decidable there.
//
// A message has no e-mail, address and number inputs, so they are text there. Times are picked by
// the reader's own zone and come back in UTC, to the second.

#include "ui/form/surface.hpp"

namespace fermata::ui {

// {"blocks": [...]}; for chat.postMessage, at most kSlackMessageBlocks of them.
Shown render_slack_message(const Form& form);
// {"type": "modal", ...}: for views.open; the caller adds callback_id and private_metadata.
Shown render_slack_modal(const Form& form);
Reading read_slack(const Form& form, const json::Value& state_values);
// {"response_action": "errors", "errors": {"f:amount": "..."}}; what is wrong with the form as a
// whole stands at its first field.
json::Value slack_errors(const Form& form, const std::vector<form::FieldError>& errors);

// Of the form alone: the rest of Slack's 50 and 100 is for what stands around it.
inline constexpr std::size_t kSlackMessageBlocks = 40;
inline constexpr std::size_t kSlackModalBlocks = 90;

}  // namespace fermata::ui

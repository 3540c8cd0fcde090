#pragma once

// MCP's elicitation in form mode: {"mode", "message", "requestedSchema"}, flat and with the few
// keywords that its specification has; the rest of the limits is told in words. `content` is that
// of an "accept"; "decline" and "cancel" carry none and are no answer.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_mcp(const Form& form);
Reading read_mcp(const Form& form, const json::Value& content);

}  // namespace fermata::ui

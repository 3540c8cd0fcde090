#pragma once

// Arguments in the person's own editor: $VISUAL, else $EDITOR.

#include <optional>
#include <string>

namespace fermata::app::cli::inbox {

// The command; empty when none is named.
std::string editor_command();

// What `text` has become, in a file that nobody else can read and that is removed afterwards. None
// when the editor could not be run, or ended with an error. The terminal is the editor's meanwhile.
std::optional<std::string> edited_text(const std::string& command, const std::string& text);

}  // namespace fermata::app::cli::inbox

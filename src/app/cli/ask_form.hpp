#pragma once

// A form asked on the terminal, question by question (ui/form/terminal.hpp).

#include <istream>
#include <ostream>

#include "app/cli/text.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::app::cli {

// Asks for each field, and again for those that are wrong, until the answer fits the schema.
// `form` is {schema, hints}.
//   kInvalid cli.bad_answer   the form cannot be asked here, or `in` ended
Result<json::Value> ask_form(std::istream& in,
                             std::ostream& out,
                             const Style& style,
                             const json::Value& form);

}  // namespace fermata::app::cli

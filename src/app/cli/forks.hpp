#pragma once

// fermata workflows fork | compare | allow-effects: what would have come of another input or
// decision.

#include <string>

#include "app/cli/cli.hpp"

namespace fermata::app::cli {

void add_forks(CLI::App& group, Cli& cli);

// Rows of GET /v1/workflows/{id}/compare, for people: long values are cut, and what a run records
// of itself is left out, unless `everything` is to be told.
std::string render_comparison(const Style& style,
                              const json::Value& comparison,
                              const json::Array& rows,
                              bool everything);

}  // namespace fermata::app::cli

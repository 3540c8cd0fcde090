#pragma once

// fermata workflows checkpoints | rollback: what a rollback does is shown before it is done.

#include <string>

#include "app/cli/cli.hpp"

namespace fermata::app::cli {

void add_rollback(CLI::App& group, Cli& cli);

// What POST /v1/workflows/{id}/rollback/preview answers, for people.
std::string render_preview(const Style& style, const json::Value& preview);

}  // namespace fermata::app::cli

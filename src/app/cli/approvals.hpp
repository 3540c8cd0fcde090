#pragma once

// Deciding on the command line. Nothing is decided unseen: the request is fetched, its sentence and
// arguments are shown, and the decision carries the hash H of exactly what was shown (P5). If
// somebody edits it meanwhile, the server refuses with approval.hash_mismatch.

#include "app/cli/cli.hpp"

namespace fermata::app::cli {

// approve, reject, edit, answer, ignore and cancel, into the group `approvals`.
void add_decisions(CLI::App& group, Cli& cli);
// What people do with a request besides deciding it.
void add_verbs(CLI::App& group, Cli& cli);

}  // namespace fermata::app::cli

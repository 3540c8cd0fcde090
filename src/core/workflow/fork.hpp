#pragma once

// A fork: a new workflow that begins with another one's journal, to see what would come of another
// input or another decision.
//
// It takes over what the source's calls before its beginning gave, so that a replay gets there
// without a model or a tool. Beyond, its tool calls do nothing and ask nobody: an equal call of the
// source (the same tool and arguments) says how it ended, and what the source never did is refused
// as a dry run, until a person allows effects. No decision and no grant comes with it (P13): H
// binds the workflow, so that nothing that was approved there is approved here (P5).

#include <string>

#include "core/decide.hpp"

namespace fermata {

// Of the calls that may stand in for each other.
std::string recording_key(const std::string& tool, const json::Object& arguments);

// What the source has for such a call: the next one not used yet of those that came after the
// beginning, else the latest equal one. nullptr: it never did that.
const Recording* find_recording(const Workflow& workflow,
                                const std::string& tool,
                                const json::Object& arguments);

}  // namespace fermata

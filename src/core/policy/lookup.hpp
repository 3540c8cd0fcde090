#pragma once

// An argument by its dotted path, through nested objects or under that whole name. With both there
// is no telling which one the tool uses. Lists have no paths.

#include <string>

#include "base/json.hpp"

namespace fermata {

enum class Presence { kFound, kMissing, kUnclear };

struct Argument {
  Presence presence = Presence::kMissing;
  const json::Value* value = nullptr;  // Of kFound; lives as long as the arguments.
};

Argument look_up(const json::Object& arguments, const std::string& path);

// For a sentence: " is missing", " is null", " \"12\" is a string".
std::string why_unusable(const Argument& argument);

// Text is cut after 40 characters, what has parts is only named.
std::string shown(const json::Value& value);

}  // namespace fermata

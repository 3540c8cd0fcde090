#pragma once

// JSON as Python would print it, for the history in smolagents' own style: a model must read there
// what it would read from smolagents.

#include <string>

#include "base/json.hpp"

namespace fermata::agents {

std::string python_repr(const json::Value& value);  // 'it is', {'a': True, 'b': None}
std::string python_str(const json::Value& value);   // A text as it is; all else as repr.

}  // namespace fermata::agents

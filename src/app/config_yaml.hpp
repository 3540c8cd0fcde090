#pragma once

// The configuration file, strictly: which keys exist where, and where in the file an error is.

#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace fermata::app {

// Reads `text` into `config`; returns an error a line, "<file>:<line>:<column>: <what>". Keeps
// going after an error, to name them all.
std::vector<std::string> read_yaml(std::string_view text,
                                   const std::string& file_name,
                                   Config& config);

// Sets one scalar from text; returns what is wrong with it, or nothing.
std::string assign(const Setting& setting, const std::string& text);

}  // namespace fermata::app

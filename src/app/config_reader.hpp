#pragma once

// The configuration file, strictly: which keys exist where, and where in the file an error is.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

namespace fermata::app {

// Where a setting was read, as an error names it: "listen.port" -> "fermata.yaml:1:16". An item of
// a list is "cors.origins[0]"; of the further tenants only the name has one, "tenants[1]".
using Origins = std::map<std::string, std::string>;

// Reads `text`, TOML when `file_name` ends in ".toml" and YAML otherwise, into `config`; returns an
// error a line, "<file>:<line>:<column>: <what>". Keeps going after an error, to name them all.
std::vector<std::string> read_file(std::string_view text,
                                   const std::string& file_name,
                                   Config& config,
                                   Origins& origins);

// Sets one scalar from text; returns what is wrong with it, or nothing.
std::string assign(const Setting& setting, const std::string& text);

}  // namespace fermata::app

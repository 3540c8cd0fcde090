#pragma once

// One line on stderr for the operator: "2026-11-22T16:00:00.000Z warn  message". Thread-safe.

#include <string_view>

#include "base/result.hpp"

namespace fermata::app {

enum class Level { kInfo, kWarn, kError };

void log(Level level, std::string_view message);
void log(const Error& error);  // With its reason and its detail.

}  // namespace fermata::app

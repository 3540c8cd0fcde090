#include "app/log.hpp"

#include <unistd.h>

#include <string>

#include "base/time.hpp"

namespace fermata::app {

void log(Level level, std::string_view message) {
  const char* name = level == Level::kInfo ? "info " : level == Level::kWarn ? "warn " : "error";
  const std::string line =
      to_rfc3339(SystemClock().now_ms()) + " " + name + " " + std::string(message) + "\n";
  // A single write, so that lines of several threads do not mix; if it fails, there is nobody to
  // tell.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void log(const Error& error) {
  std::string text = error.message + " (" + error.reason + ")";
  if (!error.detail.empty()) text += ": " + error.detail;
  log(Level::kError, text);
}

}  // namespace fermata::app

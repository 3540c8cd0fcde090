#pragma once

// The log: one line per event on stderr, as key=value or as JSON.
//
// A line is an event name and its fields, never a sentence put together with values: that is what
// makes it searchable, and what keeps a value from forging another line, because every value is
// escaped. Secrets never come here (P15): keys are logged by their id, bodies not at all.
//
// Thread-safe. A line is one write(), so lines of several threads do not mix.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace fermata::observability {

enum class Level { kDebug, kInfo, kWarn, kError, kOff };
enum class Format { kText, kJson };

struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(v) {}
  Field(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
};

// For the whole process; lines below `least` are dropped. Until called: kInfo, kText.
void configure_log(Level least, Format format);
bool log_enabled(Level level);

void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});
// An error with its reason, message and detail.
void log_error(std::string_view event, const Error& error, std::string_view request_id = {});

// What log() writes, without the time: for tests and for other sinks.
std::string format_line(Format format,
                        Level level,
                        std::string_view event,
                        std::initializer_list<Field> fields);

}  // namespace fermata::observability

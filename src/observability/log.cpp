#include "observability/log.hpp"

#include <unistd.h>

#include <atomic>
#include <charconv>

#include "base/time.hpp"

namespace fermata::observability {
namespace {

std::atomic<Level> least_level{Level::kInfo};
std::atomic<Format> line_format{Format::kText};

constexpr std::size_t kMaxValueBytes = 2048;

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
    case Level::kOff:
      break;
  }
  return "error";
}

// Quotes, and keeps control characters and bytes that are no ASCII from reaching a terminal raw.
void append_quoted(std::string& line, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  line += '"';
  for (const char c : text.substr(0, kMaxValueBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      line += "\\u00";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

bool needs_quotes(std::string_view text) {
  if (text.empty() || text.size() > kMaxValueBytes) return true;
  for (const char c : text)
    if (c <= ' ' || c == '"' || c == '\\' || c == '=' || static_cast<unsigned char>(c) >= 0x7f)
      return true;
  return false;
}

template <class Number>
void append_number(std::string& line, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  line.append(digits, end.ptr);
}

struct Writer {
  std::string& line;
  bool always_quote;

  void operator()(std::string_view text) const {
    if (always_quote || needs_quotes(text))
      append_quoted(line, text);
    else
      line += text;
  }
  void operator()(bool value) const { line += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_number(line, value); }
  void operator()(double value) const { append_number(line, value); }
};

std::string format_at(Format format,
                      std::string_view time,
                      Level level,
                      std::string_view event,
                      std::initializer_list<Field> fields) {
  const bool json = format == Format::kJson;
  std::string line = json ? "{" : "";
  bool first = true;
  const auto add = [&](const Field& field) {
    if (!first) line += json ? ',' : ' ';
    first = false;
    if (json) {
      append_quoted(line, field.key);
      line += ':';
    } else {
      line += field.key;
      line += '=';
    }
    std::visit(Writer{line, json}, field.value);
  };
  if (!time.empty()) add({"at", time});
  add({"level", name_of(level)});
  add({"event", event});
  for (const Field& field : fields) add(field);
  if (json) line += '}';
  return line;
}

}  // namespace

void configure_log(Level least, Format format) {
  least_level = least;
  line_format = format;
}

bool log_enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!log_enabled(level)) return;
  const std::string now = to_rfc3339(SystemClock().now_ms());
  std::string line = format_at(line_format, now, level, event, fields);
  line += '\n';
  // If it fails there is nobody to tell.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

void log_error(std::string_view event, const Error& error, std::string_view request_id) {
  log(Level::kError,
      event,
      {{"reason", error.reason},
       {"message", error.message},
       {"detail", error.detail},
       {"request_id", request_id}});
}

std::string format_line(Format format,
                        Level level,
                        std::string_view event,
                        std::initializer_list<Field> fields) {
  return format_at(format, {}, level, event, fields);
}

}  // namespace fermata::observability

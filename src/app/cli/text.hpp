#pragma once

// Text for terminals. Pure functions.
//
// What agents and people write is never trusted with the terminal: visible() shows control,
// bidirectional, zero-width, tag and other invisible characters as \u{..}, so that what an approver
// reads is what the bytes say. Everything below takes text that has been through it, unless it says
// otherwise.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/time.hpp"

namespace fermata::app::cli {

struct Style {
  bool colour = false;
  std::size_t width = 0;  // Columns of the terminal; 0: unlimited (a file or a pipe).
};

enum class Colour { kNone, kBold, kDim, kRed, kGreen, kYellow, kBlue, kCyan };

std::string paint(const Style& style, Colour colour, std::string_view text);

// Invalid UTF-8 becomes \x{..}. Line feeds are escaped as well: see prose() for several lines.
std::string visible(std::string_view untrusted);
// Several lines of somebody's words, each behind `margin`.
std::string prose(std::string_view untrusted, std::string_view margin);

// Columns a terminal needs: wide characters count two, combining ones none.
std::size_t display_width(std::string_view text);
// At most `columns` wide, with an ellipsis where it was cut. Never for what a person signs for.
std::string shorten(std::string_view text, std::size_t columns);
std::string pad(std::string_view text, std::size_t columns);

// "850 ms", "12 s", "5 min", "2 h 5 min", "3 d 4 h".
std::string duration(std::int64_t ms);
// "3 min ago", "in 5 h", "now".
std::string relative(TimeMs time, TimeMs now);
// "2026-11-22 16:00:00 UTC".
std::string absolute(TimeMs time);

// One JSON value on one line, made visible(); shortened when columns > 0.
std::string inline_json(const json::Value& value, std::size_t columns = 0);
// `order="A-12", amount=250`: the members of an object, for a line that only reminds.
std::string short_arguments(const json::Value& arguments, std::size_t columns);
// Each member on a line of its own, in full: what a hash binds is shown uncut.
std::string full_arguments(const json::Value& arguments, std::string_view margin);

// "1 approval", "3 approvals".
std::string count(std::int64_t n, std::string_view noun);

}  // namespace fermata::app::cli

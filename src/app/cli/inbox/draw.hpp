#pragma once

// The inbox on a screen of `columns` by `rows`: lines of cells, and where the cursor stands. Pure.

#include "app/cli/inbox/cells.hpp"
#include "app/cli/inbox/model.hpp"

namespace fermata::app::cli::inbox {

inline constexpr int kLeastColumns = 60;
inline constexpr int kLeastRows = 15;

// Scrolling past an end is put right in `state.open->top`.
Screen draw(State& state);

// --- its parts

// All lines of the request that is open.
std::vector<Line> request_lines(const State& state, int columns);
struct PanelLines {
  std::vector<Line> lines;
  std::size_t focus = 0;  // The line that must be seen;
  int column = -1;        // where the cursor stands in it, or -1.
};
PanelLines panel_lines(const State& state, int columns);
std::vector<Line> help_lines(int columns);

// What is typed, in `columns`, so that the cursor is seen.
struct Typed {
  Line line;
  int cursor = 0;
};
Typed typed_line(const Field& field, int columns);

}  // namespace fermata::app::cli::inbox

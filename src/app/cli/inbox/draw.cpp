#include "app/cli/inbox/draw.hpp"

#include <algorithm>

#include "app/cli/text.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr Ink kDim{Tone::kDim};
constexpr Ink kStrong{Tone::kStrong};
constexpr int kTimeColumns = 9;
constexpr int kAgentColumns = 16;
constexpr int kNeededColumns = 18;
constexpr int kWideColumns = 100;  // From here on the agent has a column of its own.

// Both ends of a line, the left one cut if there is no room for both.
Line both_ends(Line left, const Line& right, int columns) {
  left = padded(std::move(left), std::max(0, columns - columns_of(right)));
  left.insert(left.end(), right.begin(), right.end());
  return cut(std::move(left), columns);
}

std::string clock_time(TimeMs time) { return absolute(time).substr(11, 8); }

Line header(const State& state) {
  Line line = line_of("Fermata  ", kStrong);
  const auto tab = [&](Tab which, const char* name) {
    const Listing& known = state.listings[which == Tab::kAll ? 1 : 0];
    std::string text = std::string(" ") + name;
    if (known.known)
      text += " " + std::to_string(shown(state, which).size()) + (known.more ? "+" : "");
    add(line, text + " ", {which == state.tab ? Tone::kStrong : Tone::kDim, which == state.tab});
    add(line, " ");
  };
  if (!state.me.empty()) {
    tab(Tab::kMine, "1 Mine");
    tab(Tab::kGroups, "2 My groups");
  }
  tab(Tab::kAll, "3 All");
  Line right = line_of(" " + ui::visible_line(state.owner).text + " ");
  if (state.live && state.trouble.empty())
    add(right, "● live", {Tone::kGood});
  else
    add(right,
        state.heard_at == 0 ? "○ not live" : "○ not live, as of " + clock_time(state.heard_at),
        {Tone::kWarn});
  return both_ends(std::move(line), right, state.columns);
}

// Below the header: what is searched for, what went wrong, what was done.
Line second_line(const State& state, Screen& screen) {
  if (state.searching) {
    Line line = line_of("/", {Tone::kAccent});
    const Typed typed = typed_line(state.search, state.columns - 2);
    screen.cursor = Place{1, 1 + typed.cursor};
    line.insert(line.end(), typed.line.begin(), typed.line.end());
    return line;
  }
  if (!state.trouble.empty())
    return cut(line_of("! " + state.trouble, {Tone::kBad}), state.columns);
  if (!state.notice.text.empty())
    return cut(line_of(state.notice.text, {state.notice.bad ? Tone::kBad : Tone::kGood}),
               state.columns);
  Line line;
  if (!state.search.text.empty()) add(line, "/" + typed(state.search) + "  ", {Tone::kAccent});
  if (!state.marked.empty())
    add(line,
        std::to_string(state.marked.size()) + " marked: a approves, r rejects them together",
        {Tone::kAccent});
  return cut(std::move(line), state.columns);
}

Line keys_line(const State& state) {
  const char* keys = "Enter open  a approve  r reject  Space mark  / search  ? help  q quit";
  if (state.help)
    keys = "any key: back";
  else if (state.panel)
    keys = "Enter next, at the end: send   Esc back, kept   PgUp PgDn scroll";
  else if (state.searching)
    keys = "Enter: to the list   Esc: all again";
  else if (state.open)
    keys = "a approve  r reject  e edit  c comment  d delegate  x take  Esc back";
  return cut(line_of(keys, kDim), state.columns);
}

// --- the list

Ink ink_of(Urgency urgency) {
  if (urgency == Urgency::kNow) return {Tone::kBad};
  return {urgency == Urgency::kSoon ? Tone::kWarn : Tone::kPlain};
}

Line row_line(const State& state, const Row& row) {
  const bool here = row.id == state.selected;
  Line line = line_of(here ? "▸" : " ", {Tone::kAccent});
  add(line, state.marked.contains(row.id) ? "✓ " : "  ", {Tone::kAccent});
  Line time = line_of(time_left(row, state.now), ink_of(urgency_of(row, state.now)));
  for (Cell& cell : padded(std::move(time), kTimeColumns)) line.push_back(std::move(cell));
  Line tail;
  if (state.columns >= kWideColumns) {
    add(tail, "  ");
    for (Cell& cell : padded(line_of(row.agent, kDim), kAgentColumns))
      tail.push_back(std::move(cell));
  }
  add(tail, "  ");
  const std::string needed = row.claimed_by.empty()
                                 ? needed_in_short(row)
                                 : "taken: " + ui::visible_line(row.claimed_by).text;
  for (Cell& cell : padded(line_of(needed, kDim), kNeededColumns)) tail.push_back(std::move(cell));
  Line middle;
  if (row.risky) add(middle, "⚠ ", {Tone::kWarn});
  add(middle, row.sentence, {here ? Tone::kStrong : Tone::kPlain});
  const int room = state.columns - columns_of(line) - columns_of(tail);
  Line equal;
  if (row.equal > 0) add(equal, " and " + std::to_string(row.equal) + " equal", kDim);
  middle = cut(std::move(middle), std::max(0, room - columns_of(equal)));
  middle.insert(middle.end(), equal.begin(), equal.end());
  for (Cell& cell : padded(std::move(middle), room)) line.push_back(std::move(cell));
  line.insert(line.end(), tail.begin(), tail.end());
  if (here)
    for (Cell& cell : line) cell.ink.reverse = true;
  return cut(std::move(line), state.columns);
}

std::string nothing_here(const State& state) {
  if (!listing_of(state).known) return state.trouble.empty() ? "…" : "";
  if (!state.search.text.empty()) return "Nothing that has these words. Esc shows all.";
  return state.tab == Tab::kAll ? "Nothing waits for anybody." : "Nothing waits for you.";
}

std::vector<Line> list_body(const State& state, int height) {
  const auto rows = shown(state);
  if (rows.empty()) return {{}, line_of("  " + nothing_here(state), kDim)};
  // Only what may be seen is drawn: as many rows on both sides of the selected one.
  const auto reach = static_cast<std::size_t>(height);
  const std::size_t at = std::min(state.at, rows.size() - 1);
  const std::size_t first = at > reach ? at - reach : 0;
  const std::size_t last = std::min(rows.size(), at + reach);
  std::vector<Line> lines;
  std::size_t focus = 0;
  for (std::size_t i = first; i < last; ++i) {
    const Urgency urgency = urgency_of(*rows[i], state.now);
    if (i == 0 || urgency_of(*rows[i - 1], state.now) != urgency)
      lines.push_back(line_of(to_words(urgency), kDim));
    if (i == at) focus = lines.size();
    lines.push_back(row_line(state, *rows[i]));
  }
  // The selected one in the middle, unless an end is near.
  const std::size_t half = reach / 2;
  std::size_t top = focus > half ? focus - half : 0;
  if (lines.size() > reach)
    top = std::min(top, lines.size() - reach);
  else
    top = 0;
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(top));
  return lines;
}

// --- a request, and a panel

// `height` lines of them from `top` on, which is put right; how many more there are is said.
std::vector<Line> window(std::vector<Line> lines, int& top, int height, int columns) {
  const int count = static_cast<int>(lines.size());
  top = std::clamp(top, 0, std::max(0, count - height));
  const int below = count - top - height;
  lines.erase(lines.begin(), lines.begin() + top);
  lines.resize(static_cast<std::size_t>(height));
  if (below > 0) {
    const Line more =
        line_of(" ↓ " + std::to_string(below + 1) + " more lines ", {Tone::kDim, true});
    lines.back() = both_ends({}, more, columns);
  }
  return lines;
}

void draw_panel(State& state, Screen& screen, int height) {
  PanelLines panel = panel_lines(state, state.columns);
  const bool alone = !state.open;
  const int most = alone ? height : height - std::max(3, height / 3);
  const int count = static_cast<int>(panel.lines.size());
  const int shown = std::min(count, most);
  // What is typed is seen, with what is wrong below it.
  const int focus = static_cast<int>(panel.focus);
  const int from = std::clamp(focus + 2 - shown, 0, std::max(0, count - shown));
  const int above = height - shown - (alone ? 0 : 1);
  if (!alone) {
    for (Line& line :
         window(request_lines(state, state.columns), state.open->top, above, state.columns))
      screen.lines.push_back(std::move(line));
    Line rule;
    for (int i = 0; i < state.columns; ++i) add(rule, "─", {Tone::kAccent});
    screen.lines.push_back(std::move(rule));
  }
  const int first = static_cast<int>(screen.lines.size());
  for (int i = from; i < from + shown; ++i)
    screen.lines.push_back(std::move(panel.lines[static_cast<std::size_t>(i)]));
  if (panel.column >= 0 && focus >= from && focus < from + shown)
    screen.cursor = Place{first + focus - from, panel.column};
}

Screen too_small(const State& state) {
  Screen screen;
  const auto say = [&](const std::string& text) {
    for (Line& line : wrapped(line_of(text), std::max(1, state.columns)))
      if (static_cast<int>(screen.lines.size()) < state.rows)
        screen.lines.push_back(std::move(line));
  };
  say("Too small: " + std::to_string(state.columns) + "×" + std::to_string(state.rows) +
      ". The inbox wants " + std::to_string(kLeastColumns) + "×" + std::to_string(kLeastRows) +
      ".");
  return screen;
}

}  // namespace

Screen draw(State& state) {
  if (state.columns < kLeastColumns || state.rows < kLeastRows) return too_small(state);
  Screen screen;
  screen.lines.push_back(header(state));
  screen.lines.push_back(second_line(state, screen));
  const int height = state.rows - 3;
  std::vector<Line> body;
  if (state.help)
    body = help_lines(state.columns);
  else if (state.panel)
    draw_panel(state, screen, height);
  else if (state.open)
    body = window(request_lines(state, state.columns), state.open->top, height, state.columns);
  else
    body = list_body(state, height);
  for (Line& line : body)
    if (static_cast<int>(screen.lines.size()) < state.rows - 1)
      screen.lines.push_back(std::move(line));
  screen.lines.resize(static_cast<std::size_t>(state.rows - 1));
  screen.lines.push_back(keys_line(state));
  return screen;
}

}  // namespace fermata::app::cli::inbox

// A panel, its fields, and the list of keys.

#include <algorithm>

#include "app/cli/inbox/draw.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr int kMargin = 2;

class Page {
 public:
  explicit Page(int columns) : columns_(columns) {}
  void text(std::string_view text, Ink ink, int margin = kMargin) {
    const Line hang = line_of(std::string(static_cast<std::size_t>(margin), ' '));
    Line line = hang;
    add(line, text, ink);
    for (Line& one : wrapped(line, columns_, hang)) out_.lines.push_back(std::move(one));
  }
  void field(const Field& field, bool has_focus) {
    Line label = line_of(has_focus ? "▸ " : "  ", {Tone::kAccent});
    add(label, field.label, {has_focus ? Tone::kStrong : Tone::kPlain});
    for (Line& one : wrapped(label, columns_, line_of("  "))) out_.lines.push_back(std::move(one));
    for (const std::string& help : field.help) text(help, {Tone::kDim}, 2 * kMargin);
    if (has_focus) out_.focus = out_.lines.size();
    Line line = line_of("  > ", {Tone::kDim});
    if (!field.choices.empty()) {
      add(line, "◂ " + ui::visible_line(field.choices[field.choice]).text + " ▸");
    } else {
      const Typed typed = typed_line(field, columns_ - columns_of(line) - 1);
      if (has_focus) out_.column = columns_of(line) + typed.cursor;
      line.insert(line.end(), typed.line.begin(), typed.line.end());
    }
    out_.lines.push_back(cut(std::move(line), columns_));
    if (!field.wrong.empty()) text("✗ " + field.wrong, {Tone::kBad}, 2 * kMargin);
  }
  PanelLines take() { return std::move(out_); }

 private:
  int columns_;
  PanelLines out_;
};

}  // namespace

Typed typed_line(const Field& field, int columns) {
  Field before = field;
  before.text.erase(field.cursor);
  const Line whole = line_of(typed(field));
  const int cursor = columns_of(line_of(typed(before)));
  // What stands too far to the left is not seen.
  std::size_t from = 0;
  int hidden = 0;
  while (cursor - hidden >= columns && from < whole.size()) hidden += whole[from++].columns;
  Typed out;
  out.cursor = cursor - hidden;
  int used = 0;
  for (std::size_t i = from; i < whole.size() && used + whole[i].columns <= columns; ++i) {
    used += whole[i].columns;
    out.line.push_back(whole[i]);
  }
  return out;
}

PanelLines panel_lines(const State& state, int columns) {
  const Panel& panel = *state.panel;
  Page page(columns);
  page.text(panel.title, {Tone::kStrong}, 0);
  for (const Row& row : panel.several) {
    page.text("• " + row.sentence, {});
    if (row.equal > 0)
      page.text("  (" + std::to_string(row.equal) + " equal to it are not decided by this)",
                {Tone::kDim});
  }
  for (const std::string& line : panel.told) page.text(line, {Tone::kWarn});
  for (std::size_t i = 0; i < panel.fields.size(); ++i)
    page.field(panel.fields[i], i == panel.focus);
  if (!panel.trouble.empty()) page.text(panel.trouble, {Tone::kBad}, 0);
  if (panel.on_their_way > 0) page.text("Sending …", {Tone::kDim}, 0);
  return page.take();
}

std::vector<Line> help_lines(int columns) {
  struct Help {
    const char *keys, *what;
  };
  // As many as the smallest screen has lines for.
  static constexpr Help kHelp[] = {
      {"j k ↑ ↓ g G", "next, before, first, last; in a request: scroll"},
      {"Enter", "open; in a field: on, after the last one: send"},
      {"Esc q", "back, what was typed is kept; in the list q leaves"},
      {"1 2 3 Tab", "mine, of my groups, all"},
      {"/", "search; Esc ends it"},
      {"a r", "approve or answer; reject, with a reason"},
      {"e", "edit the arguments, in $VISUAL, $EDITOR or here"},
      {"c d", "comment; let somebody decide in your place"},
      {"x", "take it on, or let it go"},
      {"Space", "mark; a and r then decide all that are marked"},
      {"n p", "in a request: the next one, the one before"},
      {"Ctrl C Z L", "leave, stop, draw again"},
  };
  std::vector<Line> lines;
  for (const Help& one : kHelp) {
    Line line = padded(line_of(one.keys, {Tone::kAccent}), 14);
    add(line, one.what);
    lines.push_back(cut(std::move(line), columns));
  }
  return lines;
}

}  // namespace fermata::app::cli::inbox

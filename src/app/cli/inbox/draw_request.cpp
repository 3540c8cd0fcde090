// A request, all of it: the question first, the agent's own words marked as such.

#include <algorithm>

#include "app/cli/inbox/draw.hpp"
#include "app/cli/request_view.hpp"
#include "ui/form/surface.hpp"
#include "ui/view/surfaces.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr Ink kDim{Tone::kDim};
constexpr Ink kStrong{Tone::kStrong};
constexpr Ink kWarn{Tone::kWarn};
constexpr Ink kBad{Tone::kBad};

class Page {
 public:
  explicit Page(int columns) : columns_(columns) {}

  void line(const Line& line, const Line& hang = {}) {
    for (Line& one : wrapped(line, columns_, hang)) lines_.push_back(std::move(one));
  }
  void text(std::string_view text, Ink ink = {}, std::string_view margin = "") {
    Line made = line_of(margin, kDim);
    add(made, text, ink);
    line(made, line_of(margin, kDim));
  }
  void gap() {
    if (!lines_.empty() && !lines_.back().empty()) lines_.emplace_back();
  }
  void heading(std::string_view words) {
    gap();
    text(words, kStrong);
  }
  // What another view wrote: headings without an indent, lines with one.
  void written(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view one = text.substr(0, end);
      const std::size_t indent = std::min(one.find_first_not_of(' '), one.size());
      if (one.empty())
        gap();
      else if (indent == 0)
        heading(one);
      else
        line(line_of(one), line_of(std::string(indent + 2, ' ')));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  // Somebody's words, each line behind a margin.
  void block(std::string_view text, std::string_view margin, Ink ink = {}) {
    while (true) {
      const std::size_t end = text.find('\n');
      this->text(text.substr(0, end), ink, margin);
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }
  std::vector<Line> take() { return std::move(lines_); }

 private:
  int columns_;
  std::vector<Line> lines_;
};

void sentence(Page& page, const ui::View& view) {
  Line line;
  for (const ui::Part& part : view.sentence)
    add(line, part.text, {part.kind == ui::PartKind::kText ? Tone::kPlain : Tone::kStrong});
  page.line(line);
  if (view.too_large) page.text(ui::kTooLargeWarning, kBad);
}

void fact(Page& page, const ui::FactRow& row) {
  const ui::Fact& fact = *row.fact;
  Line line = line_of("  ");
  add(line, row.label);
  add(line, " (" + ui::to_string(fact.type) + ")", kDim);
  if (fact.text.find('\n') != std::string::npos) {
    add(line, ":");
    page.line(line, line_of("    "));
    page.block(fact.text, "    │ ");
  } else {
    add(line, ": ");
    if (fact.text.empty())
      add(line, "empty", kDim);
    else
      add(line, fact.text, kStrong);
    page.line(line, line_of("    "));
  }
  if (!fact.exact.empty()) page.text("exactly " + fact.exact, kWarn, "    > ");
  if (fact.folded)
    page.text(std::to_string(fact.folded->characters) + " characters", kWarn, "    > ");
  if (fact.marks)
    page.text("characters that cannot be seen are shown by their number", kWarn, "    > ");
  for (const std::string& note : fact.notes) page.text(note, kWarn, "    > ");
}

void changes(Page& page, const ui::Changes& changes) {
  page.heading(changes.against == ui::Changes::Against::kEdited
                   ? "Edited: what the agent had asked for, and what it is now"
                   : "What is other than in its last request");
  if (changes.rows.empty()) page.text("Nothing", kDim, "  ");
  for (const ui::Change& one : changes.rows) {
    Line line = line_of("  " + one.label + ": ");
    if (one.kind == ui::Change::Kind::kAdded)
      add(line, "(new)", kDim);
    else
      add(line, one.before, {Tone::kBad});
    add(line, " → ");
    if (one.kind == ui::Change::Kind::kRemoved)
      add(line, "(gone)", kDim);
    else
      add(line, one.after, {Tone::kGood});
    page.line(line, line_of("    "));
  }
  if (changes.cut) page.text("and more", kDim, "  ");
}

void questions(Page& page, const json::Value& request) {
  if (request["form"].is_null()) return;
  const ui::Form form = ui::form_of(request["form"]["schema"], request["form"]["hints"]);
  const ui::Shown shown = ui::render(ui::Surface::kTerminal, form);
  page.heading("What is asked");
  if (!shown) return page.text(shown.error().message + "; answer it in the console", kWarn, "  ");
  for (const json::Value& prompt : *(*shown)["prompts"].as_array()) {
    Line line = line_of("  " + prompt.string_or("label"));
    if (prompt.bool_or("required")) add(line, " (needed)", kDim);
    page.line(line, line_of("    "));
    if (const std::string help = prompt.string_or("help"); !help.empty())
      page.text(help, kDim, "    ");
  }
}

void why_asked(Page& page, const json::Value& request) {
  page.heading("Why you are asked");
  if (const std::string rule = request.string_or("rule"); !rule.empty())
    page.text("The rule: " + ui::visible_line(rule).text, {}, "  ");
  else
    page.text("Whoever asked named who decides", {}, "  ");
  if (const std::string target = request.string_or("target"); !target.empty())
    page.text("It is about " + ui::visible_line(target).text, {}, "  ");
  if (const std::string person = request.string_or("on_behalf_of"); !person.empty())
    page.text("On behalf of " + ui::visible_line(person).text, {}, "  ");
  if (is_risky(request))
    page.text("It is risky: you type what it is about to approve it", kWarn, "  ");
}

void needs(Page& page, const State& state) {
  const OpenRequest& open = *state.open;
  if (open.explanation.is_null()) return;
  page.written("\n" + render_needs({}, open.explanation, state.now));
  if (const json::Array* next = open.explanation["next"].as_array();
      next != nullptr && next->empty() && open.request.string_or("status") == "pending")
    page.written("\nIf nobody answers\n  It waits: it has no end\n");
}

// What has happened since it was opened.
void meanwhile(Page& page, const State& state) {
  const OpenRequest& open = *state.open;
  const json::Value& request = open.request;
  if (!open.trouble.empty()) page.text(open.trouble, kBad);
  if (const std::string outcome = render_outcome(request, state.now); !outcome.empty())
    page.text((open.was_pending ? "Meanwhile: " : "") + outcome, {Tone::kAccent});
  else if (request.string_or("hash") != open.hash)
    page.text("It was edited meanwhile: read it again before you decide", kWarn);
}

void head(Page& page, const State& state) {
  const json::Value& request = state.open->request;
  const Row row = row_of(request);
  Line line = line_of(ui::visible_line(row.id).text, kDim);
  add(line, "  " + request.string_or("status"), {Tone::kAccent});
  if (request.string_or("status") == "pending")
    add(line,
        row.deadline && !row.frozen ? "  ends in " + time_left(row, state.now)
                                    : "  " + time_left(row, state.now));
  if (const std::string claim = render_claim(request, state.now); !claim.empty())
    add(line, "  taken on by " + claim, kWarn);
  page.line(line);
  meanwhile(page, state);
  page.gap();
}

}  // namespace

std::vector<Line> request_lines(const State& state, int columns) {
  Page page(columns);
  const OpenRequest& open = *state.open;
  if (open.request.is_null()) {
    page.text(open.trouble.empty() ? "…" : open.trouble, open.trouble.empty() ? kDim : kBad);
    return page.take();
  }
  head(page, state);
  const std::optional<ui::View> view = ui::view_from(open.request["view"]);
  if (view) {
    sentence(page, *view);
    if (!view->facts.empty()) page.gap();
    for (const ui::FactRow& row : ui::rows_of(view->facts)) fact(page, row);
    if (view->changes) changes(page, *view->changes);
  } else {
    page.text(cli::sentence(open.request), kStrong);
    page.written(full_arguments(open.request["arguments"], "  "));
  }
  questions(page, open.request);
  why_asked(page, open.request);
  needs(page, state);
  page.written(render_decisions({}, open.request, state.now));
  if (view && view->words) {
    page.heading(ui::kWordsHeading);
    page.block(view->words->text, "  │ ");
    if (view->words->marks)
      page.text("characters that cannot be seen are shown by their number", kWarn, "  > ");
  }
  page.written(render_facts(open.request, state.now));
  return page.take();
}

}  // namespace fermata::app::cli::inbox

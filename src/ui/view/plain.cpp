#include "ui/view/plain.hpp"

namespace fermata::ui {
namespace {

class Page {
 public:
  explicit Page(const PlainStyle& style) : style_(style) {}

  void sentence(const std::vector<Part>& parts) {
    std::string line;
    for (const Part& part : parts)
      line += part.kind == PartKind::kText ? part.text : style_.written(part.text);
    out_.text += painted("1", line) + "\n";
  }

  void warn(std::string_view text) { out_.text += "\n" + painted("31", text) + "\n"; }

  void facts(const std::vector<Fact>& facts) {
    if (facts.empty()) {
      out_.text += "\nWithout any arguments.\n";
      return;
    }
    heading("With these arguments");
    const auto rows = rows_of(facts);
    std::size_t count = 0;
    for (const FactRow& row : rows) {
      if (count++ == style_.most_rows) break;
      fact(row);
    }
    if (rows.size() <= style_.most_rows) return;
    out_.whole = false;
    note(std::to_string(rows.size() - style_.most_rows) + " more are not shown here");
  }

  void changes(const Changes& changes) {
    const bool edited = changes.against == Changes::Against::kEdited;
    if (changes.rows.empty()) {
      if (!edited) out_.text += "\nThe same as the request before.\n";
      return;
    }
    heading(edited ? "What people changed" : "Since the request before");
    for (const Change& row : changes.rows) {
      out_.text += "  " + style_.written(row.label) + "\n";
      if (row.kind != Change::Kind::kAdded) block("    - ", row.before, "31");
      if (row.kind != Change::Kind::kRemoved) block("    + ", row.after, "32");
    }
    if (!changes.cut) return;
    out_.whole = false;
    note("there are more changes than these");
  }

  void words(const Words& words) {
    heading(kWordsHeading);
    block("  │ ", words.text, "");
  }

  LaidOut take() { return std::move(out_); }

 private:
  void heading(std::string_view text) { out_.text += "\n" + painted("2", text) + "\n"; }

  void fact(const FactRow& row) {
    const Fact& fact = *row.fact;
    out_.text += "  " + style_.written(row.label) + painted("2", " (" + to_string(fact.type) + ")");
    const std::string_view text = style_.folds ? beginning_of(fact) : std::string_view(fact.text);
    if (text.empty()) {
      out_.text += ": " + painted("2", "empty") + "\n";
    } else if (text.find('\n') == std::string_view::npos) {
      out_.text += ": " + written(text) + "\n";
    } else {
      out_.text += ":\n";
      block("    │ ", text, "");
    }
    if (!fact.exact.empty()) note("exactly " + style_.written(fact.exact));
    if (fact.folded && style_.folds) {
      out_.whole = false;
      note(fold_in_words(*fact.folded));
    } else if (fact.folded) {
      note(std::to_string(fact.folded->characters) + " characters, " +
           std::to_string(fact.folded->lines) + (fact.folded->lines == 1 ? " line" : " lines"));
    }
    if (fact.marks) note("characters that cannot be seen are shown by their number");
    for (const std::string& each : fact.notes) note(style_.written(each));
  }

  void note(const std::string& text) { out_.text += painted("33", "    > " + text) + "\n"; }

  void block(std::string_view margin, std::string_view text, std::string_view colour) {
    while (true) {
      const std::size_t end = text.find('\n');
      out_.text += painted(colour, std::string(margin) + written(text.substr(0, end))) + "\n";
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  // A tab would move what follows to wherever the reader's tabs stand.
  std::string written(std::string_view text) const {
    std::string out;
    for (const char c : text) {
      if (c == '\t')
        out += "    ";
      else
        out += c;
    }
    return style_.written(out);
  }

  std::string painted(std::string_view colour, std::string_view text) const {
    if (!style_.colour || colour.empty()) return std::string(text);
    return "\x1b[" + std::string(colour) + "m" + std::string(text) + "\x1b[0m";
  }

  const PlainStyle& style_;
  LaidOut out_;
};

}  // namespace

LaidOut view_plain(const View& view, const PlainStyle& style) {
  Page page(style);
  page.sentence(view.sentence);
  if (view.too_large) page.warn(kTooLargeWarning);
  page.facts(view.facts);
  if (view.changes) page.changes(*view.changes);
  if (view.words) page.words(*view.words);
  LaidOut out = page.take();
  out.whole = out.whole && !view.too_large;
  return out;
}

LaidOut view_terminal(const View& view, const TerminalStyle& style) {
  PlainStyle plain;
  plain.colour = style.colour;
  return view_plain(view, plain);
}

}  // namespace fermata::ui

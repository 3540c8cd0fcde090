// E-mail, as HTML whose style stands in the elements, and as text.

#include <array>

#include "ui/view/plain.hpp"
#include "ui/view/surfaces.hpp"

namespace fermata::ui {
namespace {

constexpr std::size_t kMostRows = 200;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Whether the sign at `at` makes a program see an address here: "://", "a.b", "a@b".
bool makes_a_link(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == ':')
    return text.substr(at).starts_with("://") || (at > 0 && text.substr(0, at).ends_with("mailto"));
  if (c != '.' && c != '@') return false;
  return at > 0 && at + 1 < text.size() && is_name_character(text[at - 1]) &&
         is_name_character(text[at + 1]);
}

std::string block_html(std::string_view text) {
  if (text.empty()) return "<i>empty</i>";
  return "<span dir=\"auto\" style=\"white-space:pre-wrap;word-break:break-word\">" +
         unlinked_html(text) + "</span>";
}

std::string cell(std::string_view inner, std::string_view style = {}) {
  return "<td style=\"padding:4px 12px 4px 0;vertical-align:top;border-top:1px solid #d0d0d0;" +
         std::string(style) + "\">" + std::string(inner) + "</td>";
}

std::string heading(std::string_view text) {
  return "<p style=\"margin:16px 0 4px;font-weight:bold\">" + escaped_html(text) + "</p>\n";
}

std::string value_html(const Fact& fact, bool& whole) {
  std::string out = block_html(beginning_of(fact));
  if (fact.folded) {
    whole = false;
    out += "<br><i>" + escaped_html(fold_in_words(*fact.folded)) + "</i>";
  }
  if (!fact.exact.empty()) out += " <i>exactly</i> " + block_html(fact.exact);
  if (fact.marks) out += "<br><i>Characters that cannot be seen are shown by their number.</i>";
  for (const std::string& note : fact.notes) out += "<br><i>" + unlinked_html(note) + "</i>";
  return out;
}

std::string facts_html(const std::vector<Fact>& facts, bool& whole) {
  if (facts.empty()) return "<p>Without any arguments.</p>\n";
  std::string out = heading("With these arguments") +
                    "<table role=\"presentation\" style=\"border-collapse:collapse\">\n";
  std::size_t count = 0;
  const auto rows = rows_of(facts);
  for (const FactRow& row : rows) {
    if (count++ == kMostRows) break;
    out += "<tr>" + cell(block_html(row.label), "font-weight:bold") +
           cell(value_html(*row.fact, whole)) + cell(to_string(row.fact->type), "color:#595959") +
           "</tr>\n";
  }
  out += "</table>\n";
  if (rows.size() <= kMostRows) return out;
  whole = false;
  return out + "<p><i>" + std::to_string(rows.size() - kMostRows) +
         " more are not shown here.</i></p>\n";
}

std::string changes_html(const Changes& changes, bool& whole) {
  const bool edited = changes.against == Changes::Against::kEdited;
  if (changes.rows.empty()) return {};
  std::string out = heading(edited ? "What people changed" : "Since the request before") +
                    "<table role=\"presentation\" style=\"border-collapse:collapse\">\n";
  for (const Change& row : changes.rows) {
    const bool was = row.kind != Change::Kind::kAdded, is = row.kind != Change::Kind::kRemoved;
    out += "<tr>" + cell(block_html(row.label), "font-weight:bold") +
           cell(was ? "<s>" + block_html(row.before) + "</s>" : "<i>not there</i>") +
           cell(is ? block_html(row.after) : "<i>taken out</i>") + "</tr>\n";
  }
  whole = whole && !changes.cut;
  return out + "</table>\n";
}

}  // namespace

std::string unlinked_html(std::string_view text) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!makes_a_link(text, at)) continue;
    out += escaped_html(text.substr(from, at - from)) + "<span>" + text[at] + "</span>";
    from = at + 1;
  }
  return out + escaped_html(text.substr(from));
}

std::string unlinked_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool opens = text[at] == ':' && makes_a_link(text, at);
    const bool is_web = text[at] == '.' && at >= 3 &&
                        (text[at - 1] == 'w' || text[at - 1] == 'W') && makes_a_link(text, at);
    if (opens || is_web)
      out += std::string("[") + text[at] + "]";
    else
      out += text[at];
  }
  return out;
}

LaidOut view_email_html(const View& view) {
  bool whole = !view.too_large;
  std::string out =
      "<div style=\"font-family:sans-serif;font-size:14px;line-height:1.45;color:#1a1a1a\">\n"
      "<p style=\"font-size:18px;margin:0 0 12px\">";
  for (const Part& part : view.sentence) {
    if (part.kind == PartKind::kText)
      out += escaped_html(part.text);
    else
      out += "<b dir=\"auto\">" + unlinked_html(part.text) + "</b>";
  }
  out += "</p>\n";
  if (view.too_large) out += "<p><b>" + std::string(kTooLargeWarning) + "</b></p>\n";
  out += facts_html(view.facts, whole);
  if (view.changes) out += changes_html(*view.changes, whole);
  if (view.words)
    out += heading(kWordsHeading) +
           "<blockquote style=\"margin:0;padding:0 0 0 12px;border-left:3px solid #d0d0d0\">" +
           block_html(view.words->text) + "</blockquote>\n";
  return {out + "</div>\n", whole};
}

LaidOut view_email_text(const View& view) {
  PlainStyle style;
  style.folds = true;
  style.most_rows = kMostRows;
  style.written = unlinked_text;
  return view_plain(view, style);
}

}  // namespace fermata::ui

// The page fragment.

#include "ui/view/surfaces.hpp"

namespace fermata::ui {
namespace {

// Isolated, so that text from right to left turns nothing around it.
std::string isolated(std::string_view text) { return "<bdi>" + escaped_html(text) + "</bdi>"; }

std::string part_html(const Part& part) {
  switch (part.kind) {
    case PartKind::kText:
      return escaped_html(part.text);
    case PartKind::kAgent:
      return "<b class=\"fm-agent\">" + isolated(part.text) + "</b>";
    case PartKind::kTool:
      return "<b class=\"fm-tool\">" + isolated(part.text) + "</b>";
    case PartKind::kValue:
      return "<b class=\"fm-value\">" + isolated(part.text) + "</b>";
  }
  return {};
}

// A text with line breaks keeps them; "pre" drops the first one, so it gets one of ours.
std::string text_html(std::string_view text) {
  if (text.empty()) return "<em class=\"fm-none\">empty</em>";
  if (text.find_first_of("\n\t") == std::string_view::npos) return isolated(text);
  return "<pre class=\"fm-text\">\n" + isolated(text) + "</pre>";
}

std::string value_html(const Fact& fact) {
  std::string out;
  if (fact.folded) {
    out = text_html(beginning_of(fact)) + "<details class=\"fm-folded\"><summary>" +
          escaped_html("These are " + fold_in_words(*fact.folded)) + ". All of it</summary>" +
          text_html(fact.text) + "</details>";
  } else {
    out = text_html(fact.text);
  }
  if (!fact.exact.empty())
    out += " <span class=\"fm-exact\">exactly <code>" + escaped_html(fact.exact) + "</code></span>";
  if (fact.marks)
    out += "<p class=\"fm-note\">Characters that cannot be seen are shown by their number.</p>";
  for (const std::string& note : fact.notes)
    out += "<p class=\"fm-note\">" + isolated(note) + "</p>";
  return out;
}

std::string facts_html(const std::vector<Fact>& facts) {
  if (facts.empty()) return "<p class=\"fm-none\">Without any arguments.</p>\n";
  std::string out =
      "<table class=\"fm-facts\">\n<caption>With these arguments</caption>\n<thead><tr>"
      "<th scope=\"col\">Name</th><th scope=\"col\">Value</th><th scope=\"col\">Type</th></tr>"
      "</thead>\n<tbody>\n";
  for (const FactRow& row : rows_of(facts))
    out += "<tr><th scope=\"row\">" + isolated(row.label) + "</th><td>" + value_html(*row.fact) +
           "</td><td>" + to_string(row.fact->type) + "</td></tr>\n";
  return out + "</tbody>\n</table>\n";
}

std::string changes_html(const Changes& changes) {
  const bool edited = changes.against == Changes::Against::kEdited;
  if (changes.rows.empty())
    return edited ? "" : "<p class=\"fm-changes\">The same as the request before.</p>\n";
  std::string out =
      "<table class=\"fm-changes\">\n<caption>" +
      std::string(edited ? "What people changed" : "Since the request before") +
      "</caption>\n<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Before</th>"
      "<th scope=\"col\">After</th></tr></thead>\n<tbody>\n";
  for (const Change& row : changes.rows) {
    const bool was = row.kind != Change::Kind::kAdded, is = row.kind != Change::Kind::kRemoved;
    out += "<tr><th scope=\"row\">" + isolated(row.label) + "</th><td>" +
           (was ? "<del>" + text_html(row.before) + "</del>" : "<em>not there</em>") + "</td><td>" +
           (is ? "<ins>" + text_html(row.after) + "</ins>" : "<em>taken out</em>") + "</td></tr>\n";
  }
  out += "</tbody>\n</table>\n";
  if (changes.cut) out += "<p class=\"fm-note\">There are more changes than these.</p>\n";
  return out;
}

}  // namespace

LaidOut view_html(const View& view) {
  std::string out = "<section class=\"fm-view\">\n<h1 class=\"fm-question\">";
  for (const Part& part : view.sentence) out += part_html(part);
  out += "</h1>\n";
  if (view.too_large)
    out += "<p class=\"fm-warning\" role=\"note\">" + std::string(kTooLargeWarning) + "</p>\n";
  out += facts_html(view.facts);
  if (view.changes) out += changes_html(*view.changes);
  if (view.words)
    out += "<figure class=\"fm-words\">\n<figcaption>" + std::string(kWordsHeading) +
           "</figcaption>\n<blockquote>" + text_html(view.words->text) +
           "</blockquote>\n</figure>\n";
  return {out + "</section>\n", !view.too_large};
}

}  // namespace fermata::ui

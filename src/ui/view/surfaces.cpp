// What the surfaces share.

#include "ui/view/surfaces.hpp"

#include "base/assert.hpp"
#include "base/utf8.hpp"

namespace fermata::ui {
namespace {

void add_rows(const std::vector<Fact>& facts,
              const std::string& around,
              std::vector<FactRow>& rows) {
  for (const Fact& fact : facts) {
    rows.push_back({&fact, around.empty() ? fact.label : around + ": " + fact.label});
    const std::string label = rows.back().label;
    add_rows(fact.children, label, rows);
  }
}

}  // namespace

std::vector<FactRow> rows_of(const std::vector<Fact>& facts) {
  std::vector<FactRow> rows;
  add_rows(facts, "", rows);
  return rows;
}

std::string to_string(FactType type) {
  switch (type) {
    case FactType::kText:
      return "text";
    case FactType::kNumber:
      return "number";
    case FactType::kBoolean:
      return "yes or no";
    case FactType::kNull:
      return "null";
    case FactType::kMoney:
      return "money";
    case FactType::kTime:
      return "time";
    case FactType::kList:
      return "list";
    case FactType::kObject:
      return "group";
    case FactType::kSecret:
      return "secret";
  }
  FERMATA_ASSERT(false, "a fact's type is one of nine");
}

std::string_view beginning_of(const Fact& fact) {
  const std::string_view text = fact.text;
  if (!fact.folded) return text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < fact.folded->shown && at < text.size(); ++i)
    at += first_code_point(text.substr(at)).bytes;
  return text.substr(0, at);
}

std::string fold_in_words(const Folded& folded) {
  return "the first " + std::to_string(folded.shown) + " of " + std::to_string(folded.characters) +
         " characters, " + std::to_string(folded.lines) + (folded.lines == 1 ? " line" : " lines");
}

std::string escaped_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '`':
        out += "&#96;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace fermata::ui

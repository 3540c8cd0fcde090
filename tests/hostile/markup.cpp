#include "tests/hostile/markup.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace fermata::testing {
namespace {

constexpr std::array<std::string_view, 38> kElements{
    "section", "h1",       "b",       "bdi",      "p",          "table",      "caption", "thead",
    "tbody",   "tr",       "th",      "td",       "em",         "i",          "code",    "span",
    "pre",     "details",  "summary", "figure",   "figcaption", "blockquote", "del",     "ins",
    "div",     "s",        "form",    "fieldset", "legend",     "label",      "input",   "select",
    "option",  "textarea", "button",  "ul",       "li",         "strong"};
constexpr std::array<std::string_view, 3> kEmpty{"br", "input", "hr"};
constexpr std::array<std::string_view, 31> kAttributes{
    "class",        "scope",         "role",         "dir",        "style",
    "id",           "for",           "name",         "type",       "value",
    "required",     "checked",       "selected",     "multiple",   "min",
    "max",          "step",          "minlength",    "maxlength",  "pattern",
    "placeholder",  "rows",          "method",       "novalidate", "aria-describedby",
    "aria-invalid", "aria-required", "autocomplete", "inputmode",  "lang",
    "disabled"};
constexpr std::array<std::pair<std::string_view, char>, 6> kEntities{{{"&amp;", '&'},
                                                                      {"&lt;", '<'},
                                                                      {"&gt;", '>'},
                                                                      {"&quot;", '"'},
                                                                      {"&#39;", '\''},
                                                                      {"&#96;", '`'}}};

bool is_among(const auto& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<std::pair<std::string_view, char>> entity_at(std::string_view html) {
  for (const auto& entity : kEntities)
    if (html.starts_with(entity.first)) return entity;
  return std::nullopt;
}

// Whether a text between elements, or in quotes, has nothing that stands for itself.
bool is_escaped(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' || text[i] == '>' || text[i] == '"') return false;
    if (text[i] == '&' && !entity_at(text.substr(i))) return false;
  }
  return true;
}

// ` name="value"` and ` name`, in any number.
std::string fault_in_attributes(std::string_view rest) {
  while (!rest.empty()) {
    if (rest.front() != ' ') return "no space before an attribute";
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find_first_of(" ="), rest.size());
    const std::string name(rest.substr(0, end));
    if (!is_among(kAttributes, name)) return "attribute " + name;
    rest.remove_prefix(end);
    if (!rest.starts_with("=")) continue;
    if (!rest.starts_with("=\"")) return "a value without quotes";
    rest.remove_prefix(2);
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) return "a value without its end";
    const std::string_view value = rest.substr(0, quote);
    if (!is_escaped(value)) return "a value that is not escaped";
    const bool asks = value.find("url(") != std::string_view::npos ||
                      value.find("expression") != std::string_view::npos;
    if (name == "style" && asks) return "a style that asks elsewhere";
    rest.remove_prefix(quote + 1);
  }
  return {};
}

// The end of a tag, past what stands in quotes.
std::size_t end_of_tag(std::string_view html) {
  bool quoted = false;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '"') quoted = !quoted;
    if (html[i] == '>' && !quoted) return i;
  }
  return std::string_view::npos;
}

std::string fault_in_tag(std::string_view tag, std::vector<std::string>& open) {
  if (tag.starts_with("/")) {
    const std::string name(tag.substr(1));
    if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
    open.pop_back();
    return {};
  }
  const std::size_t end = std::min(tag.find(' '), tag.size());
  const std::string name(tag.substr(0, end));
  const bool is_empty = is_among(kEmpty, name);
  if (!is_empty && !is_among(kElements, name)) return "element " + name;
  if (!is_empty) open.push_back(name);
  return fault_in_attributes(tag.substr(end));
}

}  // namespace

std::string fault_in_markup(std::string_view html) {
  std::vector<std::string> open;
  while (!html.empty()) {
    const std::size_t tag = std::min(html.find('<'), html.size());
    if (!is_escaped(html.substr(0, tag))) return "a text that is not escaped";
    html.remove_prefix(tag);
    if (html.empty()) break;
    const std::size_t end = end_of_tag(html);
    if (end == std::string_view::npos) return "a tag without its end";
    if (std::string fault = fault_in_tag(html.substr(1, end - 1), open); !fault.empty())
      return fault;
    html.remove_prefix(end + 1);
  }
  return open.empty() ? "" : "<" + open.back() + "> stays open";
}

std::string text_in_markup(std::string_view html) {
  std::string text;
  while (!html.empty()) {
    if (html.front() == '<') {
      const std::size_t end = end_of_tag(html);
      html.remove_prefix(end == std::string_view::npos ? html.size() : end + 1);
      continue;
    }
    const auto entity = entity_at(html);
    text += entity ? entity->second : html.front();
    html.remove_prefix(entity ? entity->first.size() : 1);
  }
  return text;
}

}  // namespace fermata::testing

#include "app/cli/ask_form.hpp"

#include <set>
#include <string>

#include "ui/form/surface.hpp"

namespace fermata::app::cli {
namespace {

tl::unexpected<Error> bad_answer(std::string detail) {
  return fail(ErrorCode::kInvalid, "cli.bad_answer", std::move(detail));
}

std::string question(const Style& style, const json::Value& prompt) {
  std::string text = "\n" + paint(style, Colour::kBold, prompt.string_or("label"));
  if (prompt.bool_or("required")) text += " (needed)";
  if (const std::string help = prompt.string_or("help"); !help.empty())
    text += "\n  " + paint(style, Colour::kDim, help);
  std::size_t n = 0;
  for (const json::Value& choice : *prompt["choices"].as_array())
    text += "\n  " + std::to_string(++n) + ". " + *choice.as_string();
  text += "\n";
  if (const std::string hint = prompt.string_or("hint"); !hint.empty()) text += hint + " ";
  if (!prompt["default"].is_null()) text += "[" + prompt.string_or("default") + "] ";
  return text + "> ";
}

// What is wrong, by the labels that were shown, and in `wrong` the keys of the fields that are.
std::string faults(const json::Value& texts,
                   const json::Array& prompts,
                   std::set<std::string>& wrong) {
  std::string told;
  for (const auto& [key, text] : *texts.as_object()) {
    wrong.insert(key);
    std::string label = "The answer";
    for (const json::Value& prompt : prompts)
      if (prompt.string_or("key") == key) label = prompt.string_or("label");
    told += "\n" + label + ": " + visible(*text.as_string());
  }
  return told + "\n";
}

}  // namespace

Result<json::Value> ask_form(std::istream& in,
                             std::ostream& out,
                             const Style& style,
                             const json::Value& form) {
  const ui::Form read = ui::form_of(form["schema"], form["hints"]);
  const auto shown = ui::render(ui::Surface::kTerminal, read);
  if (!shown)
    return bad_answer(visible(shown.error().message) +
                      "; say --answer JSON, or answer in the console");
  const json::Array& prompts = *(*shown)["prompts"].as_array();
  json::Object typed;
  std::set<std::string> wrong;
  for (const json::Value& prompt : prompts) wrong.insert(prompt.string_or("key"));
  while (true) {
    for (const json::Value& prompt : prompts) {
      if (!wrong.contains(prompt.string_or("key"))) continue;
      out << question(style, prompt) << std::flush;
      std::string line;
      if (!std::getline(in, line)) return bad_answer("the answer ended before the form did");
      typed.set(prompt.string_or("key"), std::move(line));
    }
    ui::Reading reading = ui::judged(ui::Surface::kTerminal, read, typed);
    if (reading.errors.empty()) return json::Value(std::move(reading.answer));
    wrong.clear();
    out << faults(ui::errors_for(ui::Surface::kTerminal, read, reading.errors), prompts, wrong);
    // What belongs to no field is asked again as a whole.
    if (wrong.contains(""))
      for (const json::Value& prompt : prompts) wrong.insert(prompt.string_or("key"));
  }
}

}  // namespace fermata::app::cli

// One question per line, one answer per line, both JSON:
//
//   {"ask": "show", "surface", "schema", "hints"}         -> {"form"} or {"undecidable"}
//   {"ask": "read", "surface", "schema", "hints", "raw"}  -> {"answer", "errors", "shown"}

#include <iostream>
#include <string>

#include "ui/form/surface.hpp"

namespace fermata {
namespace {

json::Value answer_to(const json::Value& question) {
  const auto surface = ui::surface_from(question.string_or("surface"));
  if (!surface) return json::Object{{"error", "no such surface"}};
  if (const auto checked = form::check_schema(question["schema"]); !checked) {
    return json::Object{{"error", checked.error().message}};
  }
  const ui::Form form = ui::form_of(question["schema"], question["hints"]);
  if (question.string_or("ask") == "show") {
    const ui::Shown shown = ui::render(*surface, form);
    if (shown) return json::Object{{"form", *shown}};
    return json::Object{{"undecidable", shown.error().reason}};
  }
  const ui::Reading reading = ui::judged(*surface, form, question["raw"]);
  json::Array errors;
  for (const form::FieldError& error : reading.errors) {
    errors.push_back(
        json::Object{{"pointer", error.pointer}, {"type", error.type}, {"message", error.message}});
  }
  return json::Object{{"answer", reading.answer},
                      {"errors", std::move(errors)},
                      {"shown", ui::errors_for(*surface, form, reading.errors)}};
}

}  // namespace
}  // namespace fermata

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto question = fermata::json::parse(line);
    const fermata::json::Value answer =
        question ? fermata::answer_to(*question)
                 : fermata::json::Value(fermata::json::Object{{"error", question.error().message}});
    std::cout << fermata::json::write(answer) << std::endl;
  }
}

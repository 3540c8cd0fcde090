#include "ui/form/surface.hpp"

#include <algorithm>
#include <array>

#include "ui/form/adaptive_card.hpp"
#include "ui/form/components.hpp"
#include "ui/form/edge.hpp"
#include "ui/form/html.hpp"
#include "ui/form/json_forms.hpp"
#include "ui/form/mcp.hpp"
#include "ui/form/rjsf.hpp"
#include "ui/form/slack.hpp"
#include "ui/form/terminal.hpp"

namespace fermata::ui {
namespace {

// All that is said of a surface, in one row.
struct Row {
  Surface surface;
  std::string_view name;
  Shown (*render)(const Form&);
  Reading (*read)(const Form&, const json::Value&);
  json::Value (*errors)(const Form&, const std::vector<form::FieldError>&);
};

constexpr std::array<Row, 11> kRows{{
    {Surface::kRjsf, "rjsf", render_rjsf, read_rjsf, rjsf_errors},
    {Surface::kJsonForms, "json_forms", render_json_forms, read_json_forms, json_forms_errors},
    {Surface::kSlackMessage, "slack_message", render_slack_message, read_slack, slack_errors},
    {Surface::kSlackModal, "slack_modal", render_slack_modal, read_slack, slack_errors},
    {Surface::kAdaptiveCard,
     "adaptive_card",
     render_adaptive_card,
     read_adaptive_card,
     adaptive_card_errors},
    {Surface::kMcp, "mcp", render_mcp, read_mcp, texts_by_key},
    {Surface::kGradio, "gradio", render_gradio, read_components, texts_by_key},
    {Surface::kStreamlit, "streamlit", render_streamlit, read_components, texts_by_key},
    {Surface::kHtml, "html", render_html, read_html, texts_by_key},
    {Surface::kEmail, "email", render_email, read_html, texts_by_key},
    {Surface::kTerminal, "terminal", render_terminal, read_terminal, texts_by_key},
}};

const Row& row_of(Surface surface) { return kRows[static_cast<std::size_t>(surface)]; }

}  // namespace

std::optional<Surface> surface_from(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.surface;
  }
  return std::nullopt;
}

std::string to_string(Surface surface) { return std::string(row_of(surface).name); }

std::string surface_names() {
  std::string names;
  for (const Row& row : kRows) names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

Shown render(Surface surface, const Form& form) { return row_of(surface).render(form); }

Reading read(Surface surface, const Form& form, const json::Value& raw) {
  return row_of(surface).read(form, raw);
}

json::Value errors_for(Surface surface,
                       const Form& form,
                       const std::vector<form::FieldError>& errors) {
  return row_of(surface).errors(form, errors);
}

Reading judged(Surface surface, const Form& form, const json::Value& raw) {
  Reading reading = read(surface, form, raw);
  const std::vector<form::FieldError> before = reading.errors;
  for (form::FieldError& error : form::validate(form.schema, reading.answer)) {
    // What could not be read is not missing too.
    const bool told = std::any_of(before.begin(), before.end(), [&](const form::FieldError& one) {
      return !one.pointer.empty() && one.pointer == error.pointer;
    });
    if (!told) reading.errors.push_back(std::move(error));
  }
  return reading;
}

}  // namespace fermata::ui

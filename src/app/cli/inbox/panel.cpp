#include "app/cli/inbox/panel.hpp"

#include <charconv>
#include <utility>

#include "app/cli/arguments.hpp"
#include "app/cli/client.hpp"
#include "base/utf8.hpp"
#include "ui/form/surface.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli::inbox {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMostHours = std::int64_t{24} * 366;
constexpr const char* kUnchosen = "(choose with ← and →)";

Field field(std::string key, std::string label, std::vector<std::string> help = {}) {
  Field made;
  made.key = std::move(key);
  made.label = std::move(label);
  made.help = std::move(help);
  return made;
}

// 0: it is no whole number of hours, or too many.
std::int64_t hours_in(const std::string& text) {
  std::int64_t hours = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, hours);
  return error == std::errc() && stop == end && hours > 0 && hours <= kMostHours ? hours : 0;
}

Panel panel_of(Act act, std::string title, const json::Value& request) {
  Panel panel;
  panel.act = act;
  panel.title = std::move(title);
  panel.id = request.string_or("id");
  panel.hash = request.string_or("hash");
  return panel;
}

const Field* found(const Panel& panel, std::string_view key) {
  for (const Field& one : panel.fields)
    if (one.key == key) return &one;
  return nullptr;
}

std::string typed(const Panel& panel, std::string_view key) {
  const Field* one = found(panel, key);
  return one == nullptr ? "" : inbox::typed(*one);
}

// The answers that the request names itself and that mean `verb`.
void add_outcomes(Panel& panel, const json::Value& request, std::string_view verb) {
  Field outcome = field("outcome", "Outcome");
  outcome.choices = {"(none)"};
  if (const json::Array* named = request["outcomes"].as_array())
    for (const json::Value& one : *named)
      if (one.string_or("means") == verb) outcome.choices.push_back(one.string_or("name"));
  if (outcome.choices.size() > 1) panel.fields.push_back(std::move(outcome));
}

Panel doubt_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kAnswer, "Did it happen?", request);
  panel.fields.push_back(field("happened", "Did the call happen?"));
  panel.fields.back().choices = {kUnchosen, "It did", "It did not; it may be run again"};
  panel.fields.push_back(
      field("result", "What it returned", {"JSON, or text; only if it happened"}));
  return panel;
}

Field asked(const json::Value& prompt) {
  std::string label = prompt.string_or("label");
  if (prompt.bool_or("required")) label += " (needed)";
  Field made = field(prompt.string_or("key"), std::move(label));
  if (const std::string help = prompt.string_or("help"); !help.empty()) made.help.push_back(help);
  std::size_t n = 0;
  if (const json::Array* choices = prompt["choices"].as_array())
    for (const json::Value& choice : *choices)
      made.help.push_back(std::to_string(++n) + ". " + *choice.as_string());
  std::string hint = prompt.string_or("hint");
  if (!prompt["default"].is_null())
    hint += (hint.empty() ? "" : "; ") + ("left empty: " + prompt.string_or("default"));
  if (!hint.empty()) made.help.push_back(std::move(hint));
  return made;
}

Sending decision(const Panel& panel, json::Object body) {
  body.set("hash", panel.hash);
  if (std::string reason = typed(panel, "reason"); !reason.empty())
    body.set("reason", std::move(reason));
  if (const Field* outcome = found(panel, "outcome"); outcome != nullptr && outcome->choice > 0)
    body.set("outcome", outcome->choices[outcome->choice]);
  return {"/v1/approvals/" + escaped(panel.id) + "/decisions", std::move(body)};
}

// Whether every field but those of a form has what it needs.
bool whole(Panel& panel) {
  panel.trouble.clear();
  bool good = true;
  const auto wrong = [&](Field& one, const char* what) {
    one.wrong = what;
    if (good) panel.focus = static_cast<std::size_t>(&one - panel.fields.data());
    good = false;
  };
  for (Field& one : panel.fields) {
    one.wrong.clear();
    const std::string text = inbox::typed(one);
    const bool rejects =
        panel.act == Act::kReject || (panel.act == Act::kSeveral && !panel.approves);
    if (one.key == "typed" && !is_typed(panel.said_before, text))
      wrong(one, "is not the same");
    else if (one.key == "reason" && rejects && text.empty())
      wrong(one, "is needed: the agent reads it");
    else if ((one.key == "text" && text.empty()) || (one.key == "happened" && one.choice == 0))
      wrong(one, "is needed");
    else if (one.key == "to" && text.empty())
      wrong(one, "is needed: the id of a person");
    else if (one.key == "hours" && hours_in(text) == 0)
      wrong(one, "must be a whole number of hours, at least 1");
  }
  return good;
}

Sending answer(Panel& panel, const json::Value& request) {
  if (request.string_or("kind") == "in_doubt") {
    json::Object doubt{{"happened", found(panel, "happened")->choice == 1}};
    if (const std::string text = typed(panel, "result"); !text.empty()) {
      Result<json::Value> result = json::parse(text);
      doubt.set("result", result ? *std::move(result) : json::Value(text));
    }
    return decision(panel, {{"decision", "answer"}, {"answer", std::move(doubt)}});
  }
  const ui::Form form = ui::form_of(request["form"]["schema"], request["form"]["hints"]);
  json::Object all;
  for (const Field& one : panel.fields) all.set(one.key, inbox::typed(one));
  ui::Reading reading = ui::judged(ui::Surface::kTerminal, form, all);
  if (reading.errors.empty())
    return decision(panel, {{"decision", "answer"}, {"answer", std::move(reading.answer)}});
  const json::Value texts = ui::errors_for(ui::Surface::kTerminal, form, reading.errors);
  bool placed = false;
  for (Field& one : panel.fields)
    if (const json::Value& text = texts[one.key]; text.as_string() != nullptr) {
      one.wrong = ui::visible_line(*text.as_string()).text;
      if (!placed) panel.focus = static_cast<std::size_t>(&one - panel.fields.data());
      placed = true;
    }
  const std::string general = texts.string_or("");
  panel.trouble = general.empty() ? "" : "The answer " + ui::visible_line(general).text;
  return {};
}

std::string argument_text(const json::Value& value) {
  return value.as_string() != nullptr ? *value.as_string() : json::write(value);
}

}  // namespace

std::string typed(const Field& field) {
  std::string text;
  for (const char32_t point : field.text) append_utf8(text, point);
  return text;
}

void put(Field& field, std::string_view text) {
  field.text.clear();
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (point.valid) field.text += point.value;
    text.remove_prefix(point.bytes);
  }
  field.cursor = field.text.size();
}

Panel approve_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kApprove, "Approve", request);
  if (is_risky(request)) {
    panel.said_before = to_type(request);
    panel.fields.push_back(
        field("typed", "Type what it is about", {"This is risky. Type: " + panel.said_before}));
  }
  add_outcomes(panel, request, "approve");
  panel.fields.push_back(field("reason", "Reason (may stay empty)"));
  return panel;
}

Panel reject_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kReject, "Reject", request);
  add_outcomes(panel, request, "reject");
  panel.fields.push_back(field("reason", "Reason (needed)", {"The agent reads it"}));
  return panel;
}

Panel answer_panel(const json::Value& request) {
  if (request.string_or("kind") == "in_doubt") return doubt_panel(request);
  Panel panel = panel_of(Act::kAnswer, "Answer", request);
  if (request["form"].is_null()) {
    panel.trouble = "This question has no form; approve or reject it in the console";
    return panel;
  }
  const ui::Form form = ui::form_of(request["form"]["schema"], request["form"]["hints"]);
  const ui::Shown shown = ui::render(ui::Surface::kTerminal, form);
  if (!shown) {
    panel.trouble =
        ui::visible_line(shown.error().message).text + "; answer it in the console instead";
    return panel;
  }
  for (const json::Value& prompt : *(*shown)["prompts"].as_array())
    panel.fields.push_back(asked(prompt));
  if (panel.fields.empty()) panel.fields.push_back(field("", "Nothing is asked; Enter answers"));
  return panel;
}

Panel edit_here_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kEditHere, "Edit the arguments", request);
  if (const json::Object* arguments = request["arguments"].as_object())
    for (const auto& [name, value] : *arguments) {
      panel.fields.push_back(field(name, ui::visible_line(name).text));
      if (value.as_string() == nullptr) panel.fields.back().help = {"JSON"};
      put(panel.fields.back(), argument_text(value));
    }
  if (panel.fields.empty()) panel.trouble = "There are no arguments to edit";
  return panel;
}

Panel edit_panel(const json::Value& request, json::Value edited) {
  Panel panel = panel_of(Act::kEdit, "Your edit", request);
  panel.told = differences(request["arguments"], edited);
  panel.told.emplace_back("The policy is asked again; earlier decisions no longer count.");
  panel.edited = std::move(edited);
  panel.fields.push_back(field("reason", "Reason (may stay empty)"));
  return panel;
}

Panel comment_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kComment, "Comment", request);
  panel.fields.push_back(field("text", "Comment"));
  panel.fields.push_back(field("readers", "Who reads it"));
  panel.fields.back().choices = {
      "People only", "The agent as well", "The agent, who is asked and answers"};
  return panel;
}

Panel delegate_panel(const json::Value& request) {
  Panel panel = panel_of(Act::kDelegate, "Let somebody decide in your place", request);
  panel.fields.push_back(field("to", "Who", {"The id of a person; the policy says who may"}));
  panel.fields.push_back(field("hours", "For how many hours"));
  put(panel.fields.back(), "8");
  panel.fields.push_back(field("reason", "Reason (may stay empty)"));
  return panel;
}

Panel several_panel(std::vector<Row> rows, bool approves) {
  Panel panel;
  panel.act = Act::kSeveral;
  panel.approves = approves;
  panel.title = std::string(approves ? "Approve " : "Reject ") + std::to_string(rows.size()) +
                (rows.size() == 1 ? " request" : " requests");
  panel.several = std::move(rows);
  panel.fields.push_back(field("reason", approves ? "Reason (may stay empty)" : "Reason (needed)"));
  return panel;
}

void keep_typed(Panel& panel, const Panel& before) {
  for (Field& one : panel.fields)
    for (const Field& old : before.fields)
      if (one.key == old.key && one.choices == old.choices) {
        one.text = old.text;
        one.cursor = old.cursor;
        one.choice = old.choice;
      }
}

Sending sending_of(Panel& panel, const json::Value& request, TimeMs now) {
  if (!whole(panel)) return {};
  const std::string path = "/v1/approvals/" + escaped(panel.id);
  switch (panel.act) {
    case Act::kApprove:
      return decision(panel, {{"decision", "approve"}});
    case Act::kReject:
      return decision(panel, {{"decision", "reject"}});
    case Act::kEdit:
      return decision(panel, {{"decision", "edit"}, {"arguments", panel.edited}});
    case Act::kAnswer:
      return answer(panel, request);
    case Act::kComment: {
      const std::size_t readers = found(panel, "readers")->choice;
      return {
          path + "/comments",
          json::Object{
              {"text", typed(panel, "text")}, {"for_agent", readers == 1}, {"asks", readers == 2}}};
    }
    case Act::kDelegate: {
      const std::int64_t hours = hours_in(typed(panel, "hours"));
      json::Object body{{"to", typed(panel, "to")}, {"until", to_rfc3339(now + hours * kHourMs)}};
      if (std::string reason = typed(panel, "reason"); !reason.empty())
        body.set("reason", std::move(reason));
      return {path + "/delegate", std::move(body)};
    }
    case Act::kEditHere:
    case Act::kSeveral:
      break;
  }
  return {};
}

Sending sending_of(Panel& panel, const Row& row) {
  if (!whole(panel)) return {};
  json::Object body{{"decision", panel.approves ? "approve" : "reject"}, {"hash", row.hash}};
  if (std::string reason = typed(panel, "reason"); !reason.empty())
    body.set("reason", std::move(reason));
  return {"/v1/approvals/" + escaped(row.id) + "/decisions", std::move(body)};
}

json::Value edited_here(Panel& panel, const json::Value& request) {
  panel.trouble.clear();
  json::Value arguments = request["arguments"];
  bool good = true;
  for (Field& one : panel.fields) {
    one.wrong.clear();
    const json::Value& before = request["arguments"][one.key];
    const std::string text = inbox::typed(one);
    if (text == argument_text(before)) continue;
    json::Value after = text;
    if (before.as_string() == nullptr) {
      Result<json::Value> read = json::parse(text);
      if (!read || (before.is_number() && !read->is_number())) {
        one.wrong = before.is_number() ? "must be a number" : "must be JSON";
        if (good) panel.focus = static_cast<std::size_t>(&one - panel.fields.data());
        good = false;
        continue;
      }
      after = *std::move(read);
    }
    arguments.as_object()->set(one.key, std::move(after));
  }
  if (!good) return {};
  if (arguments == request["arguments"]) {
    panel.trouble = "That changes nothing";
    return {};
  }
  return arguments;
}

std::string editable(const json::Value& arguments) {
  const std::string text = json::pretty(arguments) + "\n";
  std::string out;
  const auto unit = [&out](char32_t value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(value >> shift) & 0xFU];
  };
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    if (point.value == '\n' || !ui::is_hidden(point.value)) {
      out += rest.substr(0, point.bytes);
    } else if (point.value < 0x10000) {
      unit(point.value);
    } else {
      unit(0xD800 + ((point.value - 0x10000) >> 10U));
      unit(0xDC00 + ((point.value - 0x10000) & 0x3FFU));
    }
    rest.remove_prefix(point.bytes);
  }
  return out;
}

}  // namespace fermata::app::cli::inbox

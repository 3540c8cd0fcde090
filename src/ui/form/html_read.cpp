// What a browser posts, back into typed values.

#include <map>

#include "base/utf8.hpp"
#include "ui/form/edge.hpp"
#include "ui/form/html.hpp"

namespace fermata::ui {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return is_utf8(out) ? std::optional(std::move(out)) : std::nullopt;
}

// Browsers end lines with CR LF, whatever the person typed or was shown.
std::string with_own_lines(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

std::vector<std::string> values_in(const json::Value& list) {
  std::vector<std::string> values;
  if (const json::Array* given = list.as_array())
    for (const json::Value& each : *given)
      if (each.as_string() != nullptr) values.push_back(*each.as_string());
  return values;
}

// Of radio buttons and boxes to tick a browser posts nothing when none is chosen.
bool posts_always(const Field& field) {
  const bool chosen = field.kind == FieldKind::kBoolean || field.kind == FieldKind::kChoices;
  return !chosen && !(field.kind == FieldKind::kChoice && field.expanded);
}

void read_field(Answer& answer, const Leaf& leaf, const std::string& key, const json::Value& post) {
  const Field& field = *leaf.field;
  const json::Value& given = post["f:" + key];
  if (given.is_null()) {
    if (posts_always(field))
      answer.refuse(field.pointer, "incomplete", "did not arrive; open the page anew");
    return;
  }
  const std::vector<std::string> values = values_in(given);
  if (field.kind == FieldKind::kChoices) return answer.set(leaf, chosen_of(field, values));
  if (values.size() != 1) return answer.refuse(field.pointer, "type", "must be given once");
  if (!values.front().empty())
    return answer.set(leaf, value_of(field, with_own_lines(values.front())));
  const bool on_purpose = field.kind == FieldKind::kText && !post["e:" + key].is_null();
  if (on_purpose) answer.set(leaf, json::Value(""));
}

}  // namespace

std::optional<json::Value> read_post(std::string_view body) {
  std::map<std::string, json::Array> fields;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    fields[*std::move(name)].push_back(*std::move(value));
  }
  std::vector<json::Member> members;
  members.reserve(fields.size());
  for (auto& [name, values] : fields) members.emplace_back(name, std::move(values));
  return json::Object::from_unique(std::move(members));
}

Reading read_html(const Form& form, const json::Value& post) {
  Answer answer(form);
  const json::Object* given = post.as_object();
  if (given == nullptr) {
    answer.refuse("", "type", "must be an object");
    return answer.take();
  }
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  std::map<std::string, bool> known;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].field->kind == FieldKind::kConstant) continue;
    known["f:" + keys[i]] = known["e:" + keys[i]] = true;
    read_field(answer, all[i], keys[i], post);
  }
  for (const auto& [name, values] : *given)
    if ((name.starts_with("f:") || name.starts_with("e:")) && known.count(name) == 0)
      answer.refuse("", "extra_forbidden", "'" + name + "' is not a field of this form");
  return answer.take();
}

}  // namespace fermata::ui

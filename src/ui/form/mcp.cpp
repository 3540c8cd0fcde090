#include "ui/form/mcp.hpp"

#include "ui/form/json_edge.hpp"

namespace fermata::ui {
namespace {

constexpr EdgeDialect kDialect{.formats = true, .full = false};

json::Object property(const Leaf& leaf) {
  const Field& field = *leaf.field;
  json::Object schema = edge_schema(field, leaf.required, kDialect);
  schema.set("title", leaf.label);
  std::string help = leaf.help;
  if (field.kind == FieldKind::kTime) {
    schema.erase("format");  // Not among MCP's.
    help += (help.empty() ? "" : " ") + std::string("Written as ") + placeholder_of(field) + ".";
  }
  if (help.empty()) {
    schema.erase("description");
  } else {
    schema.set("description", help);
  }
  return schema;
}

}  // namespace

Shown render_mcp(const Form& form) {
  if (auto found = not_flat(form)) return tl::unexpected(*std::move(found));
  const std::vector<Leaf> all = leaves(form);
  const std::vector<std::string> keys = keys_of(form, all);
  json::Object properties;
  json::Array required;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].field->kind == FieldKind::kConstant) continue;
    properties.set(keys[i], property(all[i]));
    if (all[i].required) required.push_back(keys[i]);
  }
  json::Object schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema.set("required", std::move(required));
  std::string message = form.title;
  if (!form.help.empty()) message += (message.empty() ? "" : "\n") + form.help;
  return json::Object{{"mode", "form"},
                      {"message", message.empty() ? "Please answer." : message},
                      {"requestedSchema", std::move(schema)}};
}

Reading read_mcp(const Form& form, const json::Value& content) {
  return read_flat(form, content, value_from_edge);
}

}  // namespace fermata::ui

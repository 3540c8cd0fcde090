#include "codec/document.hpp"

namespace fermata::codec {

Document& Document::add(std::string_view name, json::Value value) {
  members_.emplace_back(name, std::move(value));
  return *this;
}

json::Value Document::done() { return json::Object::from_unique(std::move(members_)); }

json::Value time_document(TimeMs time_ms) { return to_rfc3339(time_ms); }

json::Value time_document(std::optional<TimeMs> time_ms) {
  return time_ms ? time_document(*time_ms) : json::Value();
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

json::Value strings_document(const std::vector<std::string>& strings) {
  return json::Array(strings.begin(), strings.end());
}

json::Value actor_document(const Actor& actor) {
  return Document().add("kind", to_string(actor.kind)).add("id", actor.id).done();
}

json::Value error_document(const CallError& error) {
  return Document().add("type", error.type).add("message", error.message).done();
}

}  // namespace fermata::codec

// Event as the API shows it: the payload as it stands on disk, but for times as text, durations in
// seconds and no secrets.

#include "codec/document.hpp"
#include "codec/documents.hpp"
#include "codec/envelope.hpp"
#include "codec/event_codec.hpp"

namespace fermata::codec {
namespace {

class DocumentWriter {
 public:
  template <class T>
  using Ref = const T&;

  template <class T>
  void operator()(std::string_view name, const T& member) {
    document_.add(name, value_of(member));
  }
  template <class T>
  void time(std::string_view name, const T& member) {
    document_.add(name, time_document(member));
  }
  void time(std::string_view name, const std::vector<TimeMs>& times) {
    json::Array documents;
    for (const TimeMs time : times) documents.push_back(time_document(time));
    document_.add(name, std::move(documents));
  }
  void duration(std::string_view name, std::optional<std::int64_t> ms) {
    const std::string_view stem = name.substr(0, name.size() - 2);
    document_.add(std::string(stem).append("s"), ms ? json::Value(*ms / 1000) : json::Value());
  }
  template <class T>
  void secret(std::string_view, const T&) {}

  json::Value done() { return document_.done(); }

 private:
  static json::Value value_of(const json::Value& value) { return value; }
  static json::Value value_of(const json::Object& object) { return object; }
  static json::Value value_of(const std::string& string) { return string; }
  static json::Value value_of(bool flag) { return flag; }
  static json::Value value_of(std::int64_t integer) { return integer; }
  static json::Value value_of(std::size_t count) { return static_cast<std::int64_t>(count); }
  static json::Value value_of(const std::map<std::string, std::string>& strings) {
    Document document;
    for (const auto& [key, value] : strings) document.add(key, value);
    return document.done();
  }
  static json::Value value_of(const std::set<std::string>& strings) {
    return json::Array(strings.begin(), strings.end());
  }
  template <class T>
  static json::Value value_of(const std::optional<T>& optional) {
    return optional ? value_of(*optional) : json::Value();
  }
  template <class T>
  static json::Value value_of(const std::vector<T>& items) {
    json::Array array;
    for (const T& item : items) array.push_back(value_of(item));
    return array;
  }
  template <class T>
  static json::Value value_of(const T& other) {
    if constexpr (std::is_enum_v<T>) {
      return to_string(other);
    } else {
      DocumentWriter nested;
      fields(nested, other);
      return nested.done();
    }
  }

  Document document_;
};

json::Value payload_document(const event::Event& event) {
  return std::visit(
      [](const auto& payload) {
        DocumentWriter writer;
        fields(writer, payload);
        return writer.done();
      },
      event);
}

}  // namespace

Result<json::Value> event_document(std::string_view body,
                                   std::string_view prev_hash,
                                   std::string_view hash) {
  FERMATA_TRY(const event::Recorded recorded, decode(body));
  return Document()
      .add("version", recorded.version)
      .add("type", type_of(recorded.payload))
      .add("at", time_document(recorded.at))
      .add("actor", actor_document(recorded.actor))
      .add("on_behalf_of", recorded.on_behalf_of)
      .add("door", to_string(recorded.door))
      .add("from_status", recorded.from_status)
      .add("to_status", recorded.to_status)
      .add("request_id", recorded.request_id)
      .add("trace_id", recorded.trace_id)
      .add("payload", payload_document(recorded.payload))
      .add("prev_hash", prev_hash)
      .add("hash", hash)
      .done();
}

}  // namespace fermata::codec

#include "codec/document.hpp"
#include "codec/documents.hpp"

namespace fermata::codec {

json::Value to_document(const Message& message) {
  return Document()
      .add("id", message.id)
      .add("subject", message.subject)
      .add("channel", message.channel)
      .add("target", message.target)
      .add("address", text_or_null(message.address))
      .add("status", to_string(message.state))
      .add("wanted", message.wanted)
      .add("shown", message.shown)
      .add("attempts", message.attempts)
      .add("error", text_or_null(message.error))
      .add("created_at", time_document(message.created_at))
      .add("at", time_document(message.at))
      .done();
}

}  // namespace fermata::codec

#pragma once

// Who has been told what about one workflow: a stream of its own beside the workflow's, so that
// telling people neither waits for deciding nor adds to what is decided on.
//
// A message is what one target of a channel has of one subject: of an approval request, or of the
// workflow itself. It is not sent but brought up to date: `wanted` is the version of the workflow
// that the target should know, `shown` the one it knows. Whoever delivers looks at how the subject
// stands at that moment, so a message that could not be sent for an hour says at once what is true
// now, and a decision anywhere settles every message, sent before or after a restart.
//
// There is one task for each message that is not up to date, and none for the others.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace fermata {

enum class MessageState {
  kDue,      // Not up to date; it is being seen to.
  kCurrent,  // Its target knows what is wanted.
  kGivenUp,  // It could not be delivered, and nobody tries any more (a dead letter).
};

struct Message {
  std::string id;       // message_id() of the next three.
  std::string subject;  // An approval request, or the workflow.
  std::string channel;  // By its name in the configuration.
  std::string target;   // Of the channel: a person, a room, an endpoint.
  std::string address;  // Where that was when the message was last wanted.
  std::int64_t wanted = 0;
  std::int64_t shown = 0;  // 0: it knows nothing yet.
  std::string ref;         // The channel's own name for what it was sent; or empty.
  MessageState state = MessageState::kDue;
  std::int64_t attempts = 0;  // In vain, since it was last shown or wanted anew.
  std::string error;          // Of the last of them.
  TimeMs created_at = 0;
  TimeMs at = 0;  // Of the last change.
  friend bool operator==(const Message&, const Message&) = default;
};

struct Outbox {
  std::string id;  // outbox_of() its workflow.
  std::map<std::string, Message> messages;
  std::int64_t version = 0;
};

inline constexpr std::size_t kMaxMessages = 10'000;  // Of one workflow.

// "wf_x" -> "out_x", and back.
std::string outbox_of(const std::string& workflow);
std::string workflow_of_outbox(const std::string& outbox);
bool is_outbox(const std::string& stream);

std::string message_id(const std::string& subject,
                       const std::string& channel,
                       const std::string& target);
const Message* find_message(const Outbox& outbox, const std::string& id);

std::string to_string(MessageState state);  // "due", "current", "given_up".

}  // namespace fermata

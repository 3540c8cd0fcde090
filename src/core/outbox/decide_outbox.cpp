// What is wanted of whom, and what came of it.

#include <algorithm>

#include "core/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

using event::MessageDelivered;
using event::MessageFailed;
using event::MessageWanted;

Events wish(const Outbox& outbox, const command::Announce& plan) {
  Events events;
  std::size_t count = outbox.messages.size();
  for (const command::Announce::Target& target : plan.targets) {
    const std::string id = message_id(plan.subject, target.channel, target.name);
    const Message* had = find_message(outbox, id);
    if (had != nullptr && had->wanted >= plan.version) continue;
    if (had == nullptr && ++count > kMaxMessages) continue;
    const bool idle = had == nullptr || had->state != MessageState::kDue;
    events.emplace_back(MessageWanted{
        plan.subject, target.channel, target.name, target.address, plan.version, idle});
  }
  return events;
}

struct Decide {
  const Outbox& outbox;

  Result<Events> operator()(const command::Announce& plan) const { return wish(outbox, plan); }

  // One that came late changes nothing that is known better by now.
  Result<Events> operator()(const command::RecordDelivery& done) const {
    const Message* message = find_message(outbox, done.message);
    if (message == nullptr) return not_found("message", done.message);
    if (message->state != MessageState::kDue) return Events{};
    if (!done.error.empty())
      return Events{MessageFailed{done.message, message->attempts + 1, done.error, done.retry_at}};
    if (done.version == 0)
      return fail(ErrorCode::kConflict, "message.due", "the message is still to be delivered");
    return Events{MessageDelivered{done.message, std::max(done.version, message->shown), done.ref}};
  }

  Result<Events> operator()(const command::ResendMessage& again) const {
    const Message* message = find_message(outbox, again.message);
    if (message == nullptr) return not_found("message", again.message);
    if (message->state == MessageState::kDue) return Events{};
    return Events{event::MessageResent{again.message}};
  }

  template <class Other>
  Result<Events> operator()(const Other&) const {
    FERMATA_ASSERT(false, "only commands of an outbox arrive here");
    return Events{};
  }
};

struct Evolve {
  Outbox& outbox;
  TimeMs at;

  void operator()(const MessageWanted& e) const {
    const std::string id = message_id(e.subject, e.channel, e.target);
    Message& message = outbox.messages[id];
    if (message.id.empty()) {
      message.id = id;
      message.subject = e.subject;
      message.channel = e.channel;
      message.target = e.target;
      message.created_at = at;
    }
    message.address = e.address;
    message.wanted = e.version;
    // What nobody tries any more is tried again when there is something new to say.
    if (message.state != MessageState::kDue) message.attempts = 0;
    message.state = MessageState::kDue;
    message.at = at;
  }
  void operator()(const MessageDelivered& e) const {
    Message& message = outbox.messages.at(e.message);
    message.shown = e.version;
    message.ref = e.ref;
    message.attempts = 0;
    message.error.clear();
    if (e.version >= message.wanted) message.state = MessageState::kCurrent;
    message.at = at;
  }
  void operator()(const MessageFailed& e) const {
    Message& message = outbox.messages.at(e.message);
    message.attempts = e.attempt;
    message.error = e.error;
    if (!e.retry_at) message.state = MessageState::kGivenUp;
    message.at = at;
  }
  void operator()(const event::MessageResent& e) const {
    Message& message = outbox.messages.at(e.message);
    message.attempts = 0;
    message.state = MessageState::kDue;
    message.at = at;
  }
  template <class Other>
  void operator()(const Other&) const {}
};

struct Misfit {
  const Outbox& outbox;

  std::string_view operator()(const MessageWanted& e) const {
    const Message* had = find_message(outbox, message_id(e.subject, e.channel, e.target));
    return had == nullptr || had->wanted < e.version ? "" : "an older version is wanted again";
  }
  std::string_view operator()(const MessageDelivered& e) const { return due(e.message); }
  std::string_view operator()(const MessageFailed& e) const { return due(e.message); }
  std::string_view operator()(const event::MessageResent& e) const {
    const Message* message = find_message(outbox, e.message);
    if (message == nullptr) return "there is no such message";
    return message->state == MessageState::kDue ? "it is due already" : "";
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return "it belongs into another stream";
  }
  std::string_view due(const std::string& id) const {
    const Message* message = find_message(outbox, id);
    if (message == nullptr) return "there is no such message";
    return message->state == MessageState::kDue ? "" : "the message is not due";
  }
};

struct React {
  const Outbox& outbox;
  task::Tasks& tasks;

  // Whoever is at it already will see that there is more.
  void operator()(const MessageWanted& e) const {
    if (e.idle) seek(message_id(e.subject, e.channel, e.target));
  }
  void operator()(const MessageDelivered& e) const {
    if (outbox.messages.at(e.message).state == MessageState::kDue) seek(e.message);
  }
  void operator()(const MessageFailed& e) const {
    if (e.retry_at) tasks.create.push_back(task::Delivery{e.message, *e.retry_at});
  }
  void operator()(const event::MessageResent& e) const { seek(e.message); }
  template <class Other>
  void operator()(const Other&) const {}

  void seek(const std::string& message) const {
    tasks.create.push_back(task::Delivery{message, outbox.messages.at(message).at});
  }
};

}  // namespace

Result<Events> decide(const Outbox& outbox,
                      const command::Command& command,
                      const Context& context) {
  FERMATA_CHECK_OK(permit(context.actor, command));
  return std::visit(Decide{outbox}, command);
}

Outbox evolve(Outbox outbox, const event::Recorded& recorded) {
  FERMATA_ASSERT(misfit(outbox, recorded).empty(), "a decided event fits");
  std::visit(Evolve{outbox, recorded.at}, recorded.payload);
  outbox.version = recorded.version;
  return outbox;
}

std::string_view misfit(const Outbox& outbox, const event::Recorded& recorded) {
  if (recorded.version != outbox.version + 1) return "P10: versions are without a gap";
  return std::visit(Misfit{outbox}, recorded.payload);
}

task::Tasks react(const Outbox& outbox, const event::Event& event) {
  task::Tasks tasks;
  std::visit(React{outbox, tasks}, event);
  return tasks;
}

bool is_outbox_command(const command::Command& command) {
  return std::holds_alternative<command::Announce>(command) ||
         std::holds_alternative<command::RecordDelivery>(command) ||
         std::holds_alternative<command::ResendMessage>(command);
}

}  // namespace fermata

#include "core/outbox/outbox.hpp"

#include <string_view>

#include "core/names.hpp"

namespace fermata {
namespace {

constexpr std::string_view kWorkflow = "wf_";
constexpr std::string_view kOutbox = "out_";

constexpr Names<MessageState, 3> kStates{{{MessageState::kDue, "due"},
                                          {MessageState::kCurrent, "current"},
                                          {MessageState::kGivenUp, "given_up"}}};

}  // namespace

std::string outbox_of(const std::string& workflow) {
  return std::string(kOutbox) + workflow.substr(kWorkflow.size());
}

std::string workflow_of_outbox(const std::string& outbox) {
  return std::string(kWorkflow) + outbox.substr(kOutbox.size());
}

bool is_outbox(const std::string& stream) { return stream.starts_with(kOutbox); }

std::string message_id(const std::string& subject,
                       const std::string& channel,
                       const std::string& target) {
  return subject + "/" + channel + "/" + target;
}

const Message* find_message(const Outbox& outbox, const std::string& id) {
  const auto found = outbox.messages.find(id);
  return found == outbox.messages.end() ? nullptr : &found->second;
}

std::string to_string(MessageState state) { return name_of(kStates, state); }

}  // namespace fermata

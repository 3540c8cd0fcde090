#include "core/approval/questions.hpp"

#include <algorithm>

namespace fermata {

bool is_open_question(const Approval& approval, std::size_t place) {
  const auto& comments = approval.comments;
  const auto n = static_cast<std::int64_t>(place) + 1;
  return comments[place].asks &&
         std::none_of(comments.begin() + n, comments.end(), [&](const Comment& reply) {
           return reply.by.kind == ActorKind::kAgent &&
                  (reply.reply_to == n || reply.reply_to == 0);
         });
}

bool awaits_agent(const Workflow& workflow) {
  for (const std::size_t index : workflow.pending)
    for (std::size_t place = 0; place < workflow.approvals[index].comments.size(); ++place)
      if (is_open_question(workflow.approvals[index], place)) return true;
  return false;
}

}  // namespace fermata

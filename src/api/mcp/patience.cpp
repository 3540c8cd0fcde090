#include "api/mcp/patience.hpp"

#include <algorithm>

#include "api/mcp/outcome.hpp"
#include "api/mcp/tasks.hpp"
#include "api/mcp/tools.hpp"
#include "api/rest/discretion.hpp"
#include "base/time.hpp"

namespace fermata::api::mcp {
namespace {

// One wait. Whoever works on it holds it; letting go ends the stream.
class Patience : public std::enable_shared_from_this<Patience> {
 public:
  Patience(AskingPtr asking, std::string approval, std::int64_t wait_ms, Finish finish)
      : asking_(std::move(asking)),
        approval_(std::move(approval)),
        until_ms_(monotonic_ms() + wait_ms),
        finish_(std::move(finish)) {}

  // On a worker.
  void look() {
    const Result<json::Value> approval = own_approval(*asking_, approval_);
    if (!approval) return asking_->refuse(approval.error());
    const bool over = monotonic_ms() >= until_ms_ || asking_->services().waits.released();
    if (over || approval->string_or("status") != "pending") return finish_(asking_, *approval);
    // Too many clients wait already: this one gets its handle.
    if (!asking_->is_streaming() && !asking_->start_stream()) return finish_(asking_, *approval);
    if (!show_life(*approval)) return;
    const std::int64_t beat_ms = asking_->services().options.heartbeat_s * 1000LL;
    const std::int64_t left_ms = std::max<std::int64_t>(1, until_ms_ - monotonic_ms());
    asking_->services().waits.for_outcome(
        asking_->tenant(),
        approval_,
        static_cast<int>(std::min(beat_ms, left_ms)),
        [self = shared_from_this()](bool) {
          self->asking_->services().workers.post([self] { self->look(); });
        });
  }

 private:
  bool show_life(const json::Value& approval) {
    const json::Value& token = asking_->message().meta("progressToken");
    if (token.is_null()) return asking_->beat();
    return asking_->send(notification("notifications/progress",
                                      {{"progressToken", token},
                                       {"progress", ++beats_},
                                       {"message", "Waiting: " + waiting_for(approval)}}));
  }

  const AskingPtr asking_;
  const std::string approval_;
  const std::int64_t until_ms_;
  const Finish finish_;
  int beats_ = 0;
};

// What the model wishes, else as long as clients are known to stand; one that follows the progress
// stands longer.
std::int64_t patience_ms(const Asking& asking, std::optional<std::int64_t> wait_s) {
  const ApiOptions& options = asking.services().options;
  const bool follows = !asking.message().meta("progressToken").is_null();
  const std::int64_t usual_s = follows ? options.max_mcp_wait_s : options.mcp_wait_s;
  return std::min<std::int64_t>(wait_s.value_or(usual_s), options.max_mcp_wait_s) * 1000;
}

// A request that still waits comes with how it stands among others.
json::Object told(const Asking& asking, const json::Value& approval) {
  json::Object result = outcome(approval);
  if (approval.string_or("status") != "pending") return result;
  Result<json::Value> outlook = asking.engine().outlook(asking.tenant(), approval.string_or("id"));
  if (!outlook || outlook->string_or("status") != "pending") return result;
  result.set("text", json::Value(result).string_or("text") + " " + outlook->string_or("text"));
  for (const char* name : {"ahead", "equal_open", "estimate", "choices"})
    result.set(name, (*outlook)[name]);
  return result;
}

}  // namespace

Result<json::Value> own_approval(const Asking& asking, const std::string& id) {
  // It may have waited; its key may have been revoked meanwhile.
  FERMATA_CHECK_OK(asking.engine().recheck(asking.exchange().caller()));
  const Actor& actor = asking.exchange().caller().actor;
  Result<json::Value> approval = asking.engine().approval(asking.tenant(), id);
  if (!approval) return approval;
  const json::Value& requester = (*approval)["requester"];
  if (requester.string_or("kind") != to_string(actor.kind) || requester.string_or("id") != actor.id)
    return fail(ErrorCode::kNotFound, "approval.not_found", "there is no approval '" + id + "'");
  withhold(*approval, actor.kind);
  return approval;
}

void follow(const AskingPtr& asking,
            const std::string& approval,
            std::optional<std::int64_t> wait_s) {
  const Result<json::Value> now = own_approval(*asking, approval);
  if (!now) return asking->answer(tool_failure(now.error()));
  if (wants_task(*asking, *now)) return asking->answer(task_made(*asking, *now));
  wait_for_people(asking,
                  approval,
                  patience_ms(*asking, wait_s),
                  [](const AskingPtr& waited, const json::Value& ended) {
                    waited->answer(tool_result(told(*waited, ended)));
                  });
}

void wait_for_people(const AskingPtr& asking,
                     const std::string& approval,
                     std::int64_t wait_ms,
                     Finish finish) {
  std::make_shared<Patience>(asking, approval, wait_ms, std::move(finish))->look();
}

}  // namespace fermata::api::mcp

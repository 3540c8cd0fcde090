// Standing permissions in the engine: a use on its way into the directory, and what was used.

#include <algorithm>

#include "codec/documents.hpp"
#include "codec/event_codec.hpp"
#include "engine/impl.hpp"

namespace fermata::engine {
namespace {

constexpr std::int64_t kEventsOfPage = 1000;  // That are looked at for one page of uses.

}  // namespace

// The use is recorded before the call is, so that it is counted whatever happens in between; the
// same use of the same call is the same event. Then the command comes again.
void Engine::Impl::use_permission(const StreamPtr& stream,
                                  Pending pending,
                                  command::UsePermission use) {
  Pending before;
  before.submission.caller = pending.submission.caller;
  before.submission.stream = "directory";
  std::string permission = use.permission;
  before.submission.command = std::move(use);
  before.submission.door = pending.submission.door;
  before.submission.request_id = pending.submission.request_id;
  before.submission.trace_id = pending.submission.trace_id;
  auto waiting = std::make_shared<Pending>(std::move(pending));
  before.done =
      [this, stream, waiting, permission = std::move(permission)](const Result<Reply>& used) {
        permission_used(stream, std::move(*waiting), permission, used);
      };
  ++queued_;
  enqueue(registry_.get(stream->id.tenant, "directory"), std::move(before));
}

// The command finds the use. If it was refused, another permission may cover the call, or people
// are asked. Where nobody knows whether it was recorded, nobody is asked: whoever tries again finds
// the use or makes it.
void Engine::Impl::permission_used(const StreamPtr& stream,
                                   Pending waiting,
                                   std::string permission,
                                   const Result<Reply>& used) {
  const bool refused = !used && (used.error().code == ErrorCode::kConflict ||
                                 used.error().code == ErrorCode::kNotFound);
  if (!used && !refused) return answer(waiting, tl::unexpected(used.error()));
  waiting.tried_permissions.push_back(std::move(permission));
  enqueue(stream, std::move(waiting));
}

// They stand between the first and the last one among all that happened in the directory meanwhile.
Result<Page> Engine::permission_uses(const std::string& tenant,
                                     const std::string& id,
                                     std::int64_t after,
                                     int limit) {
  const std::shared_ptr<const Directory> known = directory(tenant);
  const Permission* permission = known == nullptr ? nullptr : known->permissions.find(id);
  if (permission == nullptr)
    return fail(
        ErrorCode::kNotFound, "permission.not_found", "there is no permission '" + id + "'");
  Page page;
  if (permission->used == 0) return page;
  std::int64_t at = std::max(after, permission->first_use - 1);
  const std::int64_t most = std::min(kEventsOfPage, permission->last_use - at);
  if (most <= 0) return page;
  FERMATA_TRY(const std::vector<store::EventRow> rows,
              impl_->store_.read({tenant, "directory"}, at, static_cast<int>(most)));
  for (const store::EventRow& row : rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) break;
    at = row.version;
    if (row.type != "permission.used") continue;
    FERMATA_TRY(const event::Recorded recorded, codec::decode(row.body));
    const auto& use = std::get<event::PermissionUsed>(recorded.payload);
    if (use.permission == id) page.items.push_back(codec::to_document(use, recorded.at));
  }
  if (!rows.empty() && at < permission->last_use) page.next = std::to_string(at);
  return page;
}

}  // namespace fermata::engine

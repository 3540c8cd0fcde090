// Deciders for standing permissions; they stand in the directory.

#include <algorithm>

#include "core/permission/decide.hpp"
#include "core/refuse.hpp"

namespace fermata {
namespace {

// A directory is kept in memory whole.
constexpr std::size_t kMostStanding = 1'000;

Result<const Permission*> require_permission(const Directory& directory, const std::string& id) {
  const Permission* found = directory.permissions.find(id);
  if (found == nullptr) return not_found("permission", id);
  return found;
}

tl::unexpected<Error> not_standing(const Permission& permission, TimeMs now) {
  return fail(ErrorCode::kConflict,
              "permission.not_standing",
              "this permission is " + to_string(status(permission, now)) + "; give another one");
}

// As long as one has not ended, each of its uses is kept in mind, so that no call uses it twice.
Result<void> require_room(const Directory& directory,
                          const PermissionTerms& terms,
                          const Context& context) {
  std::size_t standing = 0;
  std::int64_t calls = terms.calls;
  for (const Shared<Permission>& one : directory.permissions.all()) {
    if (status(*one, context.now) == PermissionStatus::kStanding) ++standing;
    if (!one->is_over(context.now)) calls += one->terms->calls;
  }
  if (standing >= kMostStanding)
    return fail(ErrorCode::kConflict,
                "permission.too_many",
                "at most 1000 permissions stand at a time; revoke what is not needed");
  if (calls > context.limits.permitted_calls)
    return fail(ErrorCode::kConflict,
                "permission.too_many",
                "the permissions that have not ended would allow " + std::to_string(calls) +
                    " calls, and at most " + std::to_string(context.limits.permitted_calls) +
                    " may be (limits.permitted_calls); revoke what is not needed");
  return {};
}

}  // namespace

Result<Events> decide_permission(const Directory& directory,
                                 const command::GivePermission& wish,
                                 const Context& context) {
  FERMATA_CHECK_OK(check_terms(wish.terms, context.now, context.limits.permission_bytes));
  FERMATA_CHECK_OK(require_room(directory, wish.terms, context));
  const std::string id = "pm_" + std::to_string(directory.permissions_given + 1);
  return Events{event::PermissionGiven{id, wish.terms, wish.reason}};
}

Result<Events> decide_permission(const Directory& directory,
                                 const command::JoinPermission& wish,
                                 const Context& context) {
  FERMATA_TRY(const Permission* permission, require_permission(directory, wish.permission));
  const auto& people = permission->people;
  if (status(*permission, context.now) != PermissionStatus::kStanding)
    return not_standing(*permission, context.now);
  if (std::find(people.begin(), people.end(), context.actor.id) != people.end()) return Events{};
  return Events{event::PermissionJoined{wish.permission, context.actor.id}};
}

Result<Events> decide_permission(const Directory& directory,
                                 const command::RevokePermission& wish,
                                 const Context&) {
  FERMATA_TRY(const Permission* permission, require_permission(directory, wish.permission));
  if (permission->revoked_at) return Events{};
  return Events{event::PermissionRevoked{wish.permission, wish.reason}};
}

Result<Events> decide_permission(const Directory& directory,
                                 const command::UsePermission& wish,
                                 const Context& context) {
  FERMATA_TRY(const Permission* permission, require_permission(directory, wish.permission));
  if (frozen(directory, wish.agent, wish.tool) != nullptr)
    return fail(ErrorCode::kUnavailable, "switch.frozen", "the kill switch is thrown");
  const std::string key = use_key(wish.workflow, wish.call_key, wish.epoch);
  if (permission->uses.contains(key, wish.hash)) return Events{};
  const PermittedCall call{wish.tool, wish.definition_hash, wish.agent, wish.arguments};
  if (permission->uses.contains(key) || !covers(*permission, call, context.now))
    return fail(
        ErrorCode::kConflict, "permission.not_covered", "the permission does not cover this call");
  return Events{event::PermissionUsed{wish.permission,
                                      wish.workflow,
                                      wish.call_key,
                                      wish.epoch,
                                      wish.hash,
                                      amount_of(*permission->terms, wish.arguments)}};
}

}  // namespace fermata

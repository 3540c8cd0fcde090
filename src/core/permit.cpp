// The one table of roles: which kind of actor may send which command at all.

#include <initializer_list>

#include "core/decide.hpp"

namespace fermata {
namespace {

using namespace command;  // NOLINT(google-build-using-namespace): the alternatives below.

struct Kinds {
  bool agent = false, person = false, admin = false, reader = false, system = false;
};

constexpr Kinds kAgentOnly{.agent = true};
constexpr Kinds kAnyActor{.agent = true, .person = true, .admin = true};
constexpr Kinds kAsker{.agent = true, .person = true};
constexpr Kinds kPersonOnly{.person = true};
constexpr Kinds kPeople{.person = true, .admin = true};
constexpr Kinds kBrowser{.person = true, .admin = true, .reader = true};
constexpr Kinds kTimer{.system = true};
constexpr Kinds kAdministration{.admin = true, .system = true};

struct Permitted {
  Kinds operator()(const CreateWorkflow&) const { return kAnyActor; }
  Kinds operator()(const CompleteWorkflow&) const { return kAgentOnly; }
  Kinds operator()(const FailWorkflow&) const { return kAgentOnly; }
  Kinds operator()(const CancelWorkflow&) const { return kAnyActor; }
  Kinds operator()(const RollBack&) const { return kAnyActor; }
  Kinds operator()(const ForkWorkflow&) const { return kAnyActor; }
  Kinds operator()(const AllowEffects&) const { return kPeople; }
  Kinds operator()(const StartTurn&) const { return kAgentOnly; }
  Kinds operator()(const RenewTurn&) const { return kAgentOnly; }
  Kinds operator()(const EndTurn&) const { return kAgentOnly; }
  Kinds operator()(const ExpireTurn&) const { return kTimer; }
  Kinds operator()(const OpenCall&) const { return kAgentOnly; }
  Kinds operator()(const CloseCall&) const { return kAgentOnly; }
  Kinds operator()(const RequestApproval&) const { return kAsker; }
  Kinds operator()(const AskInbound&) const { return kAgentOnly; }
  Kinds operator()(const DecideApproval&) const { return kPersonOnly; }
  Kinds operator()(const CancelApproval&) const { return kAnyActor; }
  Kinds operator()(const WithdrawDecision&) const { return kPersonOnly; }
  Kinds operator()(const ClaimApproval&) const { return kPeople; }
  Kinds operator()(const ReleaseApproval&) const { return kPersonOnly; }
  Kinds operator()(const DelegateApproval&) const { return kPersonOnly; }
  Kinds operator()(const EndDelegation&) const { return kPersonOnly; }
  Kinds operator()(const CommentApproval&) const { return kAsker; }
  Kinds operator()(const ExtendApproval&) const { return kPersonOnly; }
  Kinds operator()(const AdvanceApproval&) const { return kTimer; }
  Kinds operator()(const CreateCheckpoint&) const { return kAnyActor; }
  Kinds operator()(const SetPerson&) const { return kAdministration; }
  Kinds operator()(const SetGroup&) const { return kAdministration; }
  Kinds operator()(const RemoveGroup&) const { return kAdministration; }
  Kinds operator()(const SetResource&) const { return kAdministration; }
  Kinds operator()(const RemoveResource&) const { return kAdministration; }
  Kinds operator()(const ThrowSwitch&) const { return kPeople; }
  Kinds operator()(const LiftSwitch&) const { return kPeople; }
  Kinds operator()(const GivePermission&) const { return kPersonOnly; }
  Kinds operator()(const JoinPermission&) const { return kPersonOnly; }
  Kinds operator()(const RevokePermission&) const { return kPeople; }
  Kinds operator()(const UsePermission&) const { return kAgentOnly; }
  Kinds operator()(const CreateKey&) const { return kAdministration; }
  Kinds operator()(const RevokeKey&) const { return kAdministration; }
  Kinds operator()(const BeginSession&) const { return kBrowser; }
  Kinds operator()(const EndSession&) const { return kBrowser; }
  Kinds operator()(const ProposePolicy&) const { return kPeople; }
  Kinds operator()(const PublishPolicy&) const { return kAdministration; }
  Kinds operator()(const Announce&) const { return kTimer; }
  Kinds operator()(const RecordDelivery&) const { return kTimer; }
  Kinds operator()(const ResendMessage&) const { return kPeople; }
};

}  // namespace

Result<void> permit(const Actor& actor, const command::Command& command) {
  const Kinds kinds = std::visit(Permitted{}, command);
  const bool allowed = (actor.kind == ActorKind::kAgent && kinds.agent) ||
                       (actor.kind == ActorKind::kPerson && kinds.person) ||
                       (actor.kind == ActorKind::kAdmin && kinds.admin) ||
                       (actor.kind == ActorKind::kReadOnly && kinds.reader) ||
                       (actor.kind == ActorKind::kSystem && kinds.system);
  if (allowed) return {};
  return fail(ErrorCode::kForbidden,
              "auth.kind_not_allowed",
              "a key of kind '" + to_string(actor.kind) + "' may not do this");
}

}  // namespace fermata

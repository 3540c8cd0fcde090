#pragma once

// The domain in three pure functions.
//
//   decide  (state, command, context) -> events   refuses, or says what happened
//   evolve  (state, recorded event)   -> state    never refuses an event that fits (misfit())
//   react   (state, recorded event)   -> tasks    what must be done later
//
// No clock, no randomness, no I/O: time, ids, the directory and the policy arrive in the context,
// so that replaying a stream always gives the same state.
//
// Invariants (core/*_property_test.cpp): P1 quorum, P2 deny by default, P3 separation, P4 one
// outcome, P5 one H from the question to the execution, P9 grant used once, P13 rollback, P17.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/command.hpp"
#include "core/directory/directory.hpp"
#include "core/event.hpp"
#include "core/outbox/outbox.hpp"
#include "core/policy/policy.hpp"
#include "core/task.hpp"
#include "core/workflow/workflow.hpp"

namespace fermata {

// How often something is tried before it is given up, and how large things may be.
struct Limits {
  std::int64_t turn_attempts = 10;       // Turns in a row that lapse and leave nothing new.
  std::int64_t rollback_attempts = 3;    // An agent's, to one checkpoint.
  std::int64_t undo_attempts = 10;       // Of undoing one call.
  std::int64_t request_changes = 5'000;  // Of one request, but for what decides or ends it.
  std::int64_t freezes_per_hour = 60;    // That one person throws.
  std::int64_t fork_calls = 10'000;      // Of the source that a fork takes over or may recall.
  std::int64_t fork_bytes = std::int64_t{16} << 20;  // Of the source's events.
  std::int64_t permission_bytes = 16'384;            // Of what one standing permission looks at.
  std::int64_t permitted_calls = 1'000'000;          // By all that have not ended together.
};

struct Context {
  std::string tenant;
  std::string stream;  // The workflow's id, also before it exists.
  TimeMs now = 0;      // By the database's clock.
  Actor actor;
  std::string on_behalf_of;
  Door door = Door::kSystem;
  const Directory* directory = nullptr;  // Never null.
  const Policy* policy = nullptr;        // Null: none could be read; then nothing is allowed (P2).
  std::int64_t grant_lifetime_ms = 24LL * 3600 * 1000;
  Limits limits = {};
  // What people have before them already; null: not counted, and then nothing is too much.
  const Attention* attention = nullptr;
  // Agents that the server itself runs; null: none.
  const std::set<std::string>* native_agents = nullptr;
};

using Events = std::vector<event::Event>;

// Refused commands leave no trace. No events and no error: already so, answer from the state.
Result<Events> decide(const Workflow& workflow,
                      const command::Command& command,
                      const Context& context);
Result<Events> decide(const Directory& directory,
                      const command::Command& command,
                      const Context& context);

Result<Events> decide(const Outbox& outbox,
                      const command::Command& command,
                      const Context& context);

// Asserts that the event fits: one that was just decided does.
Workflow evolve(Workflow workflow, const event::Recorded& recorded);
Directory evolve(Directory directory, const event::Recorded& recorded);
Outbox evolve(Outbox outbox, const event::Recorded& recorded);

// The request as it begins; `asker` and whom it acts for are those of the event.
Approval make_approval(const Workflow& workflow,
                       const event::ApprovalRequested& asked,
                       const Actor& asker,
                       const std::string& on_behalf_of);

// Why the event cannot have happened in this state; empty when it can. To be asked before a stored
// event is folded, because a database can be damaged: an event that does not fit is no fault of
// ours and must end nothing but the use of its stream.
std::string_view misfit(const Workflow& workflow, const event::Recorded& recorded);
std::string_view misfit(const Directory& directory, const event::Recorded& recorded);
std::string_view misfit(const Outbox& outbox, const event::Recorded& recorded);

// The state is that after the event, or after others of the same command as well.
task::Tasks react(const Workflow& workflow, const event::Event& event);
task::Tasks react(const Outbox& outbox, const event::Event& event);

// Whether this kind of actor may send this command at all: the one table of roles. Refuses with
// kForbidden auth.kind_not_allowed. What depends on the state is decide()'s to refuse.
Result<void> permit(const Actor& actor, const command::Command& command);
bool is_directory_command(const command::Command& command);
bool is_outbox_command(const command::Command& command);

}  // namespace fermata

#pragma once

// What people have before them, counted in the read models: for the limits of a policy, for the
// place of a request among the others, and for how long answers take.

#include <optional>
#include <string>

#include "core/decide.hpp"
#include "core/policy/attention.hpp"
#include "store/store.hpp"

namespace fermata::engine {

// Of a request that was decided to be made and is not yet: `asked`. Counts no further than the
// limits need.
Result<Attention> count_attention(store::Store& store,
                                  const Workflow& workflow,
                                  const event::ApprovalRequested& asked,
                                  const Context& context);

// The request among `events` that an agent wants to make; nullptr where nothing limits it.
const event::ApprovalRequested* limited(const Workflow& workflow,
                                        const Events& events,
                                        const Context& context);

// Equal requests stand in one line: one agent's, for the same person, the same action, target,
// form, outcomes and people. Empty: the request is not pending, or not an agent's.
std::string line_of(const Approval& approval, const Workflow& workflow);

// How many pending requests beside it stand in the line of this one.
Result<std::int64_t> equal_open(store::Store& store,
                                const std::string& tenant,
                                const store::Row& row);

// {ahead, estimate, equal_open, choices, text} of a pending request, as its row is; without
// choices of one that is not.
Result<json::Value> outlook(store::Store& store, const std::string& tenant, const store::Row& row);

}  // namespace fermata::engine

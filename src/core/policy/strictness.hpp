#pragma once

// Which of two verdicts asks for more. Two orders are looked at: what has to be agreed to, and how
// long what was agreed to can be stopped and used.

#include "core/policy/policy.hpp"

namespace fermata {

// Whether all who satisfy `strict` satisfy `loose` too, and whoever can refuse under `loose` can
// under `strict`, as far as that can be told from the words alone. Stages count by their order.
bool covers(const std::vector<Threshold>& strict, const std::vector<Threshold>& loose);

// Likewise of the wait before the effect, the life of the grant and the extension.
bool covers(const Terms& strict, const Terms& loose);

}  // namespace fermata

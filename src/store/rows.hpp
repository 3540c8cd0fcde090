#pragma once

// How the SQL adapters write what has no column type of its own in both databases, and the refusals
// that all adapters give in the same words.

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace fermata::store {

const char* name_of(Table table);  // "workflow", "approval", "message".

// {"a", "b"} <-> "|a|b|", so that a label is found as the text "|a|"; none <-> "".
std::string join_labels(const std::vector<std::string>& labels);
std::vector<std::string> split_labels(std::string_view joined);

enum class Verdict { kDone, kRequestExists, kTaskLost, kVersionConflict, kDeadlinePassed };
Result<void> result_of(Verdict verdict, const Commit& commit);

Error unavailable(std::string detail);

}  // namespace fermata::store

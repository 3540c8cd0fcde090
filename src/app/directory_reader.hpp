#pragma once

// A tenant's directory, folded from its events, for those who have a store but no engine.

#include <string>

#include "base/result.hpp"
#include "core/directory/directory.hpp"
#include "store/store.hpp"

namespace fermata::app {

// Empty when there is none. kInternal codec.corrupt_event, stream.corrupt.
Result<Directory> read_directory(store::Store& store, const std::string& tenant);

}  // namespace fermata::app

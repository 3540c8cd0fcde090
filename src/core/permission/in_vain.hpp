#pragma once

// What a permission says that would cover nothing, told when it is given, so that nobody believes
// to have said yes.

#include "core/permission/permission.hpp"

namespace fermata {

// kInvalid permission.bad_terms: an argument that `when` or `sum` names is not in `arguments`,
// those of a call that the permission is to be like, or is of another type there.
Result<void> check_like(const PermissionTerms& terms, const json::Object& arguments);

// kInvalid permission.bad_terms: `policy` denies every call of the tool.
Result<void> check_allowed(const PermissionTerms& terms, const Policy& policy);

}  // namespace fermata

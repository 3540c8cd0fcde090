#pragma once

// What a policy says to a call, and the difference between two policies, as the API and
// `fermata --json` show them (schema/openapi.yaml).

#include "base/json.hpp"
#include "codec/policy_codec.hpp"
#include "core/policy/cases.hpp"
#include "core/policy/diff.hpp"

namespace fermata::codec {

// {ok, errors, warnings}: where it is wrong, or what it says and hardly means.
json::Value to_document(const ParsedPolicy& parsed);
// Who would be asked, and when what happens: seconds from the asking on.
json::Value to_document(const PolicyVerdict& verdict);
// All that a policy looks at; what is not known is left out.
json::Value to_document(const PolicyInput& input);
json::Value to_document(const PolicyCase& wanted, const CaseResult& result);
json::Value to_document(const PolicyDiff& diff);

}  // namespace fermata::codec

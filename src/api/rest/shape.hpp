#pragma once

// What a string may look like, beyond its length: tests without regular expressions, each with the
// words for its refusal. schema/openapi.yaml states the same as patterns.

#include <string_view>

namespace fermata::api {

struct Shape {
  bool (*fits)(std::string_view text) = nullptr;  // nullptr: anything.
  std::string_view words;                         // "64 lower-case hexadecimal digits"
};

bool is_name(std::string_view text);          // [a-z0-9][a-z0-9._-]{0,63}
bool is_channel_name(std::string_view text);  // [a-z][a-z0-9_-]{0,31}
bool is_hash(std::string_view text);          // [0-9a-f]{64}
bool is_line(std::string_view text);          // No control characters.
bool is_label(std::string_view text);         // A line without '|'.
bool is_workflow_id(std::string_view text);   // wf_ and 26 of base32
bool is_approval_id(std::string_view text);   // ap_<26>_<n>; likewise below.
bool is_inbound_id(std::string_view text);
bool is_call_id(std::string_view text);
bool is_tool_lease_id(std::string_view text);
bool is_checkpoint_id(std::string_view text);
bool is_key_id(std::string_view text);         // [0-9A-Za-z]{12}
bool is_freeze_id(std::string_view text);      // fz_<n>
bool is_permission_id(std::string_view text);  // pm_<n>
bool is_turn(std::string_view text);           // A number from 1 to 999999999.
bool is_time(std::string_view text);           // RFC 3339

inline constexpr Shape kAnyText{};
inline constexpr Shape kName{is_name, "1 to 64 of a-z 0-9 . _ -, starting with a letter or digit"};
inline constexpr Shape kHash{is_hash, "64 lower-case hexadecimal digits"};
inline constexpr Shape kLine{is_line, "text without control characters"};
inline constexpr Shape kTime{is_time, "a time such as 2026-11-22T16:00:00Z"};
inline constexpr Shape kLabel{is_label, "text without control characters and '|'"};
inline constexpr Shape kApprovalId{is_approval_id, "an approval request's id, ap_..."};
inline constexpr Shape kWorkflowId{is_workflow_id, "a workflow's id, wf_..."};

// Unicode code points of UTF-8 text, which is what JSON Schema's maxLength counts.
std::size_t count_characters(std::string_view utf8);

}  // namespace fermata::api

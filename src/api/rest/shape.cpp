#include "api/rest/shape.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kSuffixLength = 26;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_base32(char c) {
  return is_digit(c) || (is_lower(c) && c != 'i' && c != 'l' && c != 'o' && c != 'u');
}

// A positive number without leading zeros, of at most nine digits.
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && text.front() != '0' &&
         std::all_of(text.begin(), text.end(), is_digit);
}

bool is_suffix(std::string_view text) {
  return text.size() == kSuffixLength && std::all_of(text.begin(), text.end(), is_base32);
}

bool is_entity(std::string_view text, std::string_view prefix) {
  const std::size_t number_at = prefix.size() + kSuffixLength;
  return text.size() > number_at + 1 && text.substr(0, prefix.size()) == prefix &&
         is_suffix(text.substr(prefix.size(), kSuffixLength)) && text[number_at] == '_' &&
         is_number(text.substr(number_at + 1));
}

}  // namespace

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c); };
  return !text.empty() && text.size() <= 64 && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return plain(c) || c == '.' || c == '_' || c == '-';
         });
}

bool is_channel_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '_' || c == '-';
         });
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

bool is_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

bool is_label(std::string_view text) {
  return is_line(text) && text.find('|') == std::string_view::npos;
}

bool is_workflow_id(std::string_view text) {
  return text.substr(0, 3) == "wf_" && is_suffix(text.substr(3));
}
bool is_approval_id(std::string_view text) { return is_entity(text, "ap_"); }
bool is_tool_lease_id(std::string_view text) {
  return text.starts_with("tl_") && is_suffix(text.substr(3));
}
bool is_inbound_id(std::string_view text) { return is_entity(text, "in_"); }
bool is_call_id(std::string_view text) { return is_entity(text, "cl_"); }
bool is_checkpoint_id(std::string_view text) { return is_entity(text, "cp_"); }

bool is_key_id(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
         });
}

bool is_freeze_id(std::string_view text) {
  return text.starts_with("fz_") && is_number(text.substr(3));
}
bool is_permission_id(std::string_view text) {
  return text.starts_with("pm_") && is_number(text.substr(3));
}
bool is_turn(std::string_view text) { return is_number(text); }

bool is_time(std::string_view text) { return from_rfc3339(text).has_value(); }

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace fermata::api

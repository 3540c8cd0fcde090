#pragma once

// A notice in words, for channels that show text. What somebody wrote is visible, on lines that
// cannot be taken for ours (ui/view).

#include <string>
#include <string_view>

#include "channels/channel.hpp"

namespace fermata::channels {

bool is_test(const Notice& notice);
bool is_pending(const Notice& notice);
// What it would be worth disturbing somebody for: another text means that there is news.
std::string state_of(const Notice& notice);
// "Approval needed: refund-bot wants to ..." or "Approved: ..."; on one line.
std::string title_of(const Notice& notice);
// What is asked, who is still needed and until when; or who decided, and why.
std::string text_of(const Notice& notice);
// At most so many bytes, cut between characters, with a mark that something is missing.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace fermata::channels

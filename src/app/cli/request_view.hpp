#pragma once

// An approval request as its approver should read it: first, in our words and uncut, what would be
// done and with which arguments (what H binds); then who must agree; the agent's own words last and
// marked as such. Pure.

#include <string>
#include <vector>

#include "app/cli/text.hpp"
#include "base/json.hpp"

namespace fermata::app::cli {

// "agent refund-bot for ada wants to run refund with these arguments:"
std::string sentence(const json::Value& request);

std::string render_request(const Style& style, const json::Value& request, TimeMs now);

// "finance 1 of 2, legal 0 of 1"; empty when nobody is asked any more.
std::string render_needed(const json::Value& request);
// The name of a threshold's choice as its rule has it: the rule's own name stands before that.
std::string choice_name(const json::Value& threshold);
// Of a policy that was agreed to, what came of it; else empty.
std::string render_published(const json::Value& request);

// "approved by grace, 3 min ago: looks right"; empty while it is pending.
std::string render_outcome(const json::Value& request, TimeMs now);

// Who decides for whom, and what was said; empty when there is nothing.
std::string render_facts(const json::Value& request, TimeMs now);

// Who has taken it on, and since when; empty when nobody has.
std::string render_claim(const json::Value& request, TimeMs now);
// Who has decided what, by which door, and what no longer counts; empty when nobody has.
std::string render_decisions(const Style& style, const json::Value& request, TimeMs now);

// What is missing, who can give it, and what comes when if nobody answers; without which request.
std::string render_needs(const Style& style, const json::Value& told, TimeMs now);
std::string render_explanation(const Style& style, const json::Value& told, TimeMs now);

// One line per request, for lists.
std::string render_requests(const Style& style,
                            const std::vector<json::Value>& requests,
                            TimeMs now);

Colour colour_of_status(const std::string& status);
// A time of a document; 0 when it is missing or null.
TimeMs time_of(const json::Value& document, std::string_view member);
// "agent refund-bot": an actor document.
std::string actor(const json::Value& document);

}  // namespace fermata::app::cli

#pragma once

// What the commands of `fermata policy` share.

#include <string>
#include <vector>

#include "app/cli/cli.hpp"
#include "codec/policy_codec.hpp"

namespace fermata::app::cli {

// kInvalid policy.unreadable.
Result<std::string> read_policy_source(const std::string& path);
// kInvalid policy.invalid, with every error by line and column after `name`.
Result<codec::ParsedPolicy> parsed_policy(const std::string& source, const std::string& name);
Result<codec::ParsedPolicy> load_policy(const std::string& path);

// "amount 250, currency "EUR"": a call in a few words.
std::string call_text(const PolicyInput& input);

// What a verdict that asks comes to, one line for each threshold, escalation and time; none for the
// others. Two verdicts that ask the same have the same lines.
std::vector<std::string> asking_lines(const json::Value& verdict);

void add_policy_explain(CLI::App& group, Cli& cli);
void add_policy_test(CLI::App& group, Cli& cli);
void add_policy_diff(CLI::App& group, Cli& cli);

}  // namespace fermata::app::cli

// fermata policy test: the cases that stand in the file.

#include <CLI/CLI.hpp>

#include "app/cli/policy.hpp"
#include "codec/policy_documents.hpp"

namespace fermata::app::cli {
namespace {

struct Ran {
  const PolicyCase* wanted = nullptr;
  CaseResult result;
};

std::string render_case(const Style& style, const std::string& path, const Ran& ran) {
  if (ran.result.problems.empty())
    return paint(style, Colour::kGreen, "ok") + "    " + visible(ran.wanted->name) + "\n";
  std::string out = paint(style, Colour::kRed, "FAILED") + " " + visible(ran.wanted->name) + " (" +
                    path + ":" + std::to_string(ran.wanted->line) + ")\n";
  for (const std::string& problem : ran.result.problems) out += "       " + visible(problem) + "\n";
  return out + prose(ran.result.verdict.explanation, "       ");
}

int run_cases(Cli& cli, const std::string& path) {
  const auto parsed = load_policy(path);
  if (!parsed) return cli.report(parsed.error());
  std::vector<Ran> all;
  json::Array documents;
  std::int64_t failed = 0;
  for (const PolicyCase& one : parsed->cases) {
    all.push_back({&one, run_case(parsed->policy, one)});
    failed += all.back().result.problems.empty() ? 0 : 1;
    documents.push_back(codec::to_document(one, all.back().result));
  }
  const auto total = static_cast<std::int64_t>(all.size());
  const json::Value report = json::Object{{"ok", failed == 0 && total > 0},
                                          {"cases", std::move(documents)},
                                          {"passed", total - failed},
                                          {"failed", failed}};
  cli.show(report, [&] {
    std::string out;
    for (const Ran& one : all) out += render_case(cli.style, path, one);
    if (all.empty()) return path + ": no cases; add some under cases:\n";
    return out + count(total, "case") + ", " + std::to_string(failed) + " failed\n";
  });
  return failed == 0 && total > 0 ? kOk : kRefused;
}

}  // namespace

void add_policy_test(CLI::App& group, Cli& cli) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = group.add_subcommand("test", "Run the cases of a file; needs no server");
  command->add_option("file", *path, "Policy file")->required();
  command->callback([&cli, path] { cli.action = [&cli, path] { return run_cases(cli, *path); }; });
}

}  // namespace fermata::app::cli

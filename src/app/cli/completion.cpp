// fermata completion bash: a script made from the commands and options there are, so that it is
// never behind them.

#include <CLI/CLI.hpp>

#include "app/cli/cli.hpp"

namespace fermata::app::cli {
namespace {

std::string words_of(const CLI::App& command) {
  std::string words;
  for (const CLI::App* sub : command.get_subcommands({})) words += sub->get_name() + " ";
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

// One line "[path]=words" for `command` and for all below it.
void add_words(const CLI::App& command, const std::string& path, std::string& out) {
  out += "  ['" + path + "']='" + words_of(command) + "'\n";
  for (const CLI::App* sub : command.get_subcommands({})) {
    add_words(*sub, path + " " + sub->get_name(), out);
  }
}

std::string script(const CLI::App& app) {
  std::string words;
  add_words(app, "fermata", words);
  return "# bash completion of fermata: source <(fermata completion bash)\n"
         "declare -A _fermata_words=(\n" +
         words +
         ")\n"
         "_fermata() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local path=fermata i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    [[ -v _fermata_words[\"$path ${COMP_WORDS[i]}\"] ]] && path+=\" ${COMP_WORDS[i]}\"\n"
         "  done\n"
         "  case $prev in\n"
         "    -c|--config|--policy|--file|--key-file|check|publish)\n"
         "      COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  local words=\"${_fermata_words[$path]} --json --url --key-file --help\"\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -F _fermata fermata\n";
}

}  // namespace

void add_completion(CLI::App& app, Cli& cli) {
  CLI::App* group = app.add_subcommand("completion", "Completion for a shell");
  group->require_subcommand(1);
  CLI::App* command =
      group->add_subcommand("bash", "Prints the script: source <(fermata completion bash)");
  command->callback([&app, &cli] {
    cli.action = [&app, &cli] {
      *cli.out << script(app) << std::flush;
      return static_cast<int>(kOk);
    };
  });
}

}  // namespace fermata::app::cli

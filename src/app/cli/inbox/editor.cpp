#include "app/cli/inbox/editor.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

extern char** environ;  // NOLINT(readability-identifier-naming,readability-redundant-declaration)

namespace fermata::app::cli::inbox {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A folder that only we can enter, as editors leave copies beside a file.
class Folder {
 public:
  Folder() {
    std::error_code wrong;
    std::string name = (std::filesystem::temp_directory_path(wrong) / "fermata-XXXXXX").string();
    if (!wrong && ::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Ctrl-C in the editor is the editor's.
class Deaf {
 public:
  Deaf() : interrupt_(std::signal(SIGINT, SIG_IGN)), quit_(std::signal(SIGQUIT, SIG_IGN)) {}
  ~Deaf() {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGQUIT, quit_);
  }
  Deaf(const Deaf&) = delete;
  Deaf& operator=(const Deaf&) = delete;

 private:
  using Handler = void (*)(int);
  Handler interrupt_, quit_;
};

bool ran(const std::string& command, const std::string& file) {
  std::string script = command + " \"$1\"";
  std::string shell = "sh", flag = "-c", name = "editor", path = file;
  char* arguments[] = {shell.data(), flag.data(), script.data(), name.data(), path.data(), nullptr};
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t ours;
  ::sigemptyset(&ours);
  ::sigaddset(&ours, SIGINT);
  ::sigaddset(&ours, SIGQUIT);
  ::posix_spawnattr_setsigdefault(&attributes, &ours);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const Deaf deaf;
  const int failed = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, arguments, environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::string editor_command() {
  const std::string visual = environment("VISUAL");
  return visual.empty() ? environment("EDITOR") : visual;
}

std::optional<std::string> edited_text(const std::string& command, const std::string& text) {
  const Folder folder;
  if (folder.path().empty()) return std::nullopt;
  const std::string file = folder.path() + "/arguments.json";
  std::ofstream(file, std::ios::binary) << text;
  if (!ran(command, file)) return std::nullopt;
  std::ostringstream read;
  read << std::ifstream(file, std::ios::binary).rdbuf();
  return read.str();
}

}  // namespace fermata::app::cli::inbox

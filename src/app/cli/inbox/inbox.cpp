// fermata inbox: the shell around the machine of model.hpp. It waits for keys, news and the next
// second, hands them to update(), does what is wanted, and draws.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "app/cli/cli.hpp"
#include "app/cli/inbox/courier.hpp"
#include "app/cli/inbox/draw.hpp"
#include "app/cli/inbox/editor.hpp"
#include "app/cli/inbox/terminal.hpp"
#include "ui/view/visible.hpp"

namespace fermata::app::cli {
namespace {

using inbox::Courier;
using inbox::Input;
using inbox::State;
using inbox::Terminal;

constexpr int kSecondMs = 1000;

// Signals and news wake the loop through a pipe.
int wake_pipe[2] = {-1, -1};
std::atomic<int> last_signal{0};

void wake() {
  const char byte = 0;
  const auto ignored = ::write(wake_pipe[1], &byte, 1);  // A full pipe wakes as well.
  (void)ignored;
}

void on_signal(int signal) {
  const int before = errno;
  last_signal = signal;
  wake();
  errno = before;
}

bool make_pipe() {
  if (::pipe(wake_pipe) != 0) return false;
  for (const int end : wake_pipe) {
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  return true;
}

void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGTSTP}) ::sigaction(signal, &action, nullptr);
}

class Loop {
 public:
  Loop(State state, Terminal& terminal, Courier& courier)
      : state_(std::move(state)), terminal_(terminal), courier_(courier) {}

  // Until somebody leaves; the signal that asked for it, or 0.
  int run() {
    take(terminal_.size());
    take(inbox::Tick{clock_.now_ms()});
    for (inbox::Wanted& one : inbox::begin(state_)) do_wanted(one);
    while (!over_) {
      terminal_.draw(inbox::draw(state_));
      wait();
      take(inbox::Tick{clock_.now_ms()});
      while (const auto input = terminal_.next()) take(*input);
      for (const Input& news : courier_.take()) take(news);
      heed_signal();
    }
    return ended_by_;
  }

 private:
  void take(const Input& input) {
    for (inbox::Wanted& wanted : inbox::update(state_, input)) do_wanted(wanted);
  }

  void do_wanted(inbox::Wanted& wanted) {
    std::visit([this](auto& one) { on(one); }, wanted);
  }
  void on(const inbox::WantList& wish) { courier_.list(wish.all); }
  void on(const inbox::WantRequest& wish) { courier_.request(wish.id); }
  void on(inbox::WantWrite& wish) { courier_.write(std::move(wish)); }
  void on(const inbox::WantRepaint&) { terminal_.repaint(); }
  void on(const inbox::WantLeave&) { over_ = true; }
  void on(const inbox::WantStop&) { stop(); }
  void on(const inbox::WantEditor& wish) {
    terminal_.leave();
    auto text = inbox::edited_text(inbox::editor_command(), wish.text);
    terminal_.enter();
    take(terminal_.size());
    take(inbox::Edited{wish.id, std::move(text)});
  }

  // The shell gets the terminal as it gave it.
  void stop() {
    terminal_.leave();
    ::raise(SIGSTOP);
    terminal_.enter();
  }

  // Until something is there to be read, or the clock shows another second.
  void wait() {
    pollfd both[] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
    const auto left = static_cast<int>(kSecondMs - clock_.now_ms() % kSecondMs);
    if (::poll(both, 2, left) < 0) return;  // A signal; its byte is in the pipe.
    char bytes[256];
    while (::read(wake_pipe[0], bytes, sizeof(bytes)) > 0) continue;
    const bool gone = (both[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    if (gone && (both[0].revents & POLLIN) == 0) over_ = true;
  }

  void heed_signal() {
    const int signal = last_signal.exchange(0);
    if (signal == SIGTSTP) {
      stop();
    } else if (signal != 0) {
      over_ = true;
      ended_by_ = signal;
    }
  }

  State state_;
  Terminal& terminal_;
  Courier& courier_;
  SystemClock clock_;
  bool over_ = false;
  int ended_by_ = 0;
};

Result<inbox::Clients> clients_of(const Cli& cli) {
  inbox::Clients clients;
  for (auto* one : {&clients.reads, &clients.writes, &clients.changes}) {
    FERMATA_TRY(*one, cli.new_client());
  }
  return clients;
}

// Who the key is, before the screen is taken: a key that is refused ends here, with its reason.
Result<State> known(const Cli& cli, Client& client) {
  FERMATA_TRY(const json::Value me, client.get("/v1/me"));
  State state;
  state.server = cli.url;
  state.owner = me.string_or("id", me.string_or("kind"));
  if (me.string_or("kind") == "person")
    state.me = me.string_or("id");
  else
    state.owner = me.string_or("kind") + " " + state.owner;
  state.has_editor = !inbox::editor_command().empty();
  return state;
}

int show_inbox(Cli& cli) {
  if (!cli.interactive || cli.json)
    return cli.usage("the inbox wants a terminal; fermata approvals list says what waits");
  Result<inbox::Clients> clients = clients_of(cli);
  if (!clients) return cli.report(clients.error());
  Result<State> state = known(cli, *clients->reads);
  if (!state) return cli.report(state.error());
  if (!make_pipe()) return cli.usage("no pipe can be made");
  inbox::speak_utf8();
  // The terminal knows its size. ncurses, and many an editor, would believe these instead, each
  // time that they look.
  ::unsetenv("LINES");
  ::unsetenv("COLUMNS");
  // For ever: its threads may be in the middle of something when the process ends.
  auto* const courier = new Courier(*std::move(clients), wake);  // NOLINT
  std::unique_ptr<Terminal> terminal = Terminal::open(cli.style.colour);
  if (terminal == nullptr)
    return cli.usage("this terminal (TERM) cannot place its cursor; use fermata approvals");
  listen_to_signals();
  const int signal = Loop(*std::move(state), *terminal, *courier).run();
  terminal.reset();
  if (signal != 0) {
    std::signal(signal, SIG_DFL);
    ::raise(signal);
  }
  std::quick_exit(kOk);
}

}  // namespace

void add_inbox(CLI::App& app, Cli& cli) {
  CLI::App* command =
      app.add_subcommand("inbox", "What waits for you, on the whole screen, to be decided there");
  command->callback([&cli] { cli.action = [&cli] { return show_inbox(cli); }; });
}

}  // namespace fermata::app::cli

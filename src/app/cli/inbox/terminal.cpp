#include "app/cli/inbox/terminal.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#define NCURSES_WIDECHAR 1  // NOLINT(readability-identifier-naming): the library's name.
#define NCURSES_NOMACROS 1  // NOLINT(readability-identifier-naming): likewise.
#include <curses.h>

#include "base/utf8.hpp"

// Of term.h, which makes macros of words such as "lines".
extern "C" char* tigetstr(const char* name);

namespace fermata::app::cli::inbox {
namespace {

constexpr int kEscapeDelayMs = 25;
constexpr const char* kPasteOn = "\x1b[?2004h";
constexpr const char* kPasteOff = "\x1b[?2004l";
// Above ncurses' own keys.
constexpr int kPasteBegins = KEY_MAX + 1;
constexpr int kPasteEnds = KEY_MAX + 2;

// What a crash needs to put the terminal back: made before, as a handler may make nothing.
termios before_us{};
char restoring[256];
std::size_t restoring_size = 0;

void put_back(int signal) {
  const auto ignored = ::write(STDOUT_FILENO, restoring, restoring_size);
  (void)ignored;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_us);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

const char* capability(const char* name) {
  const char* const value = ::tigetstr(name);
  const auto absent = reinterpret_cast<const char*>(-1);  // NOLINT: as terminfo says "no text".
  return value == nullptr || value == absent ? "" : value;
}

void write_out(const char* text) {
  std::fputs(text, stdout);
  std::fflush(stdout);
}

void be_ready_to_crash() {
  std::string text = kPasteOff;
  for (const char* name : {"sgr0", "cnorm", "rmkx", "rmcup"}) text += capability(name);
  restoring_size = std::min(text.size(), sizeof(restoring));
  std::memcpy(restoring, text.data(), restoring_size);
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, put_back);
}

attr_t attributes_of(const Ink& ink) {
  attr_t attributes = A_NORMAL;
  if (ink.tone == Tone::kDim) attributes |= A_DIM;
  if (ink.tone == Tone::kStrong || ink.tone == Tone::kBad) attributes |= A_BOLD;
  if (ink.reverse) attributes |= A_REVERSE;
  return attributes;
}

short pair_of(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return 1;
    case Tone::kBad:
      return 2;
    case Tone::kWarn:
      return 3;
    case Tone::kAccent:
      return 4;
    default:
      return 0;
  }
}

std::wstring wide(const std::string& text) {
  std::wstring out;
  for (std::string_view rest = text; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    out += static_cast<wchar_t>(point.value);
    rest.remove_prefix(point.bytes);
  }
  return out;
}

std::optional<Key> special(wint_t code) {
  using Name = Key::Name;
  switch (code) {
    case KEY_UP:
      return Key{Name::kUp};
    case KEY_DOWN:
      return Key{Name::kDown};
    case KEY_LEFT:
      return Key{Name::kLeft};
    case KEY_RIGHT:
      return Key{Name::kRight};
    case KEY_HOME:
      return Key{Name::kHome};
    case KEY_END:
      return Key{Name::kEnd};
    case KEY_PPAGE:
      return Key{Name::kPageUp};
    case KEY_NPAGE:
      return Key{Name::kPageDown};
    case KEY_BACKSPACE:
      return Key{Name::kBackspace};
    case KEY_DC:
      return Key{Name::kDelete};
    case KEY_BTAB:
      return Key{Name::kBackTab};
    case KEY_ENTER:
      return Key{Name::kEnter};
    default:
      return std::nullopt;
  }
}

std::optional<Key> ordinary(wint_t code) {
  using Name = Key::Name;
  switch (code) {
    case L'\r':
    case L'\n':
      return Key{Name::kEnter};
    case L'\t':
      return Key{Name::kTab};
    case 27:
      return Key{Name::kEscape};
    case 8:
    case 127:
      return Key{Name::kBackspace};
    default:
      break;
  }
  if (code < 32) return Key{Name::kControl, static_cast<char32_t>(code + 96)};
  return Key{Name::kCharacter, static_cast<char32_t>(code)};
}

}  // namespace

std::unique_ptr<Terminal> Terminal::open(bool colours) {
  ::tcgetattr(STDIN_FILENO, &before_us);
  if (::newterm(nullptr, stdout, stdin) == nullptr) return nullptr;
  if (*capability("cup") == '\0') {
    ::endwin();
    return nullptr;
  }
  std::unique_ptr<Terminal> terminal(new Terminal);
  be_ready_to_crash();
  ::set_escdelay(kEscapeDelayMs);
  ::raw();
  ::noecho();
  ::nonl();
  ::nodelay(stdscr, true);
  ::keypad(stdscr, true);
  ::define_key("\x1b[200~", kPasteBegins);
  ::define_key("\x1b[201~", kPasteEnds);
  if (colours && ::has_colors()) {
    ::start_color();
    ::use_default_colors();
    ::init_pair(1, COLOR_GREEN, -1);
    ::init_pair(2, COLOR_RED, -1);
    ::init_pair(3, COLOR_YELLOW, -1);
    ::init_pair(4, COLOR_CYAN, -1);
    terminal->colours_ = true;
  }
  write_out(kPasteOn);
  terminal->has_other_size();
  return terminal;
}

Terminal::~Terminal() { leave(); }

void Terminal::leave() {
  write_out(kPasteOff);
  ::curs_set(1);
  ::endwin();
}

void Terminal::enter() {
  write_out(kPasteOn);
  ::clearok(stdscr, true);
  ::refresh();
}

Resized Terminal::size() const { return {::getmaxx(stdscr), ::getmaxy(stdscr)}; }

// ncurses notes a SIGWINCH, which also ends our waiting; but for a size that changed while it was
// not looking, as in an editor, we ask.
bool Terminal::has_other_size() {
  winsize real{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &real) != 0 || real.ws_row == 0 || real.ws_col == 0)
    return false;
  if (real.ws_row == ::getmaxy(stdscr) && real.ws_col == ::getmaxx(stdscr)) return false;
  return ::resizeterm(real.ws_row, real.ws_col) == OK;
}

std::optional<Input> Terminal::next() {
  if (has_other_size()) return size();
  while (true) {
    wint_t code = 0;
    const int kind = ::get_wch(&code);
    if (kind == ERR) return std::nullopt;
    if (kind == KEY_CODE_YES) {
      if (code == KEY_RESIZE) return size();  // It has changed since we asked.
      if (code == kPasteBegins) pasting_ = true;
      if (code == kPasteEnds) pasting_ = false;
      if (const auto key = special(code)) return *key;
      continue;
    }
    // A line's end that is pasted is no Enter: nothing is decided by it.
    if (pasting_ && code < 32) code = L' ';
    if (const auto key = ordinary(code)) return *key;
  }
}

void Terminal::draw(const Screen& screen) {
  ::erase();
  int row = 0;
  for (const Line& line : screen.lines) {
    int column = 0;
    for (std::size_t i = 0; i < line.size();) {
      const Ink ink = line[i].ink;
      std::wstring text;
      const int begins = column;
      for (; i < line.size() && line[i].ink == ink; ++i) {
        text += wide(line[i].text);
        column += line[i].columns;
      }
      ::attr_set(attributes_of(ink), colours_ ? pair_of(ink.tone) : static_cast<short>(0), nullptr);
      ::mvaddnwstr(row, begins, text.c_str(), static_cast<int>(text.size()));
    }
    ++row;
  }
  ::attr_set(A_NORMAL, 0, nullptr);
  ::curs_set(screen.cursor ? 1 : 0);
  if (screen.cursor) ::move(screen.cursor->row, screen.cursor->column);
  ::refresh();
}

void Terminal::repaint() { ::clearok(stdscr, true); }

}  // namespace fermata::app::cli::inbox

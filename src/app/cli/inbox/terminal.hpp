#pragma once

// The terminal, by ncurses: keys, size, and the screen, of which only what differs is written. Back
// as it was when this goes, when the process is asked to end, and when it crashes.
//
// One per process; one thread.

#include <memory>
#include <optional>

#include "app/cli/inbox/cells.hpp"
#include "app/cli/inbox/model.hpp"

namespace fermata::app::cli::inbox {

class Terminal {
 public:
  // None when the terminal (TERM) cannot place its cursor.
  static std::unique_ptr<Terminal> open(bool colours);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // The next key, or another size, that has come; none when nothing has.
  std::optional<Input> next();
  Resized size() const;
  void draw(const Screen& screen);
  void repaint();  // All of it, at the next draw.
  // As it was before, for an editor or for the shell; and again.
  void leave();
  void enter();

 private:
  Terminal() = default;
  bool has_other_size();  // Than it had; it is drawn on by that from now on.
  bool colours_ = false;
  bool pasting_ = false;
};

}  // namespace fermata::app::cli::inbox

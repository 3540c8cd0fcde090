#pragma once

// Lines of text: what e-mail and terminals have in common. Internal to ui/view.
//
// Each line of somebody's text stands behind a margin, so that none can be taken for one of ours.

#include <cstddef>
#include <string>
#include <string_view>

#include "ui/view/surfaces.hpp"

namespace fermata::ui {

struct PlainStyle {
  bool colour = false;
  bool folds = false;  // Shows only the beginning of long texts.
  std::size_t most_rows = 1'000'000;
  // How somebody's text is written.
  std::string (*written)(std::string_view) = [](std::string_view text) {
    return std::string(text);
  };
};

LaidOut view_plain(const View& view, const PlainStyle& style);

}  // namespace fermata::ui

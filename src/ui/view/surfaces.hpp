#pragma once

// A view laid out for people, on surfaces that are made of text: a page, an e-mail, a terminal.
//
// What somebody wrote is text there and nothing else: no element, no link, no image, no control
// sequence, and no line that could be taken for one of ours.

#include <string>
#include <string_view>
#include <vector>

#include "ui/view/view.hpp"

namespace fermata::ui {

struct LaidOut {
  std::string text;
  bool whole = true;  // Nothing was folded away: who has read it has read all.
};

// A fragment of a page: complete without script or style sheet; what is folded opens by itself.
// Names of classes begin with "fm-".
LaidOut view_html(const View& view);

// E-mail cannot unfold, so that what is long is cut there, and counted. Addresses are written so
// that no program makes links of them.
LaidOut view_email_html(const View& view);
LaidOut view_email_text(const View& view);

struct TerminalStyle {
  bool colour = false;
};
// In full.
LaidOut view_terminal(const View& view, const TerminalStyle& style = {});

// For the text of an element and for attributes in double quotes.
std::string escaped_html(std::string_view text);

// For e-mail, where programs make links of what looks like an address: escaped, with an element
// around the sign that tells; and as text, "http[:]//example.com".
std::string unlinked_html(std::string_view text);
std::string unlinked_text(std::string_view text);

// A fact and where it stands: "Customer: Name".
struct FactRow {
  const Fact* fact = nullptr;
  std::string label;
};
// In order, those with parts before their parts.
std::vector<FactRow> rows_of(const std::vector<Fact>& facts);

std::string to_string(FactType type);

// The first characters of a folded text, as many as are to be shown at first.
std::string_view beginning_of(const Fact& fact);
// "the first 600 of 12000 characters, 300 lines".
std::string fold_in_words(const Folded& folded);

inline constexpr std::string_view kWordsHeading = "Written by the agent; nobody has checked it";
inline constexpr std::string_view kTooLargeWarning =
    "Not all of it is shown here. Do not decide without having read the rest.";

}  // namespace fermata::ui

#pragma once

// A reader of the HTML that we write, stricter than any browser: what it does not know is a fault.
// So a page that passes has nothing in it but our own elements, whatever its texts are.

#include <string>
#include <string_view>

namespace fermata::testing {

// Of a fragment: only elements and attributes that show text, closed in the order they were opened;
// no comment, script, style sheet, link, image, event or address; no bare < > & ". Empty: no fault.
std::string fault_in_markup(std::string_view html);

// The text of the fragment, without its elements, entities resolved.
std::string text_in_markup(std::string_view html);

}  // namespace fermata::testing

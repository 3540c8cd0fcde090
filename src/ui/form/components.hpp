#pragma once

// Component lists for Gradio and Streamlit: {"title", "help", "components": [{"component", "key",
// "required", "props"}]}. A program in Python makes each component from its props and hands back
// the values by key. Choices are texts on the way: their numbers, with the labels beside them.

#include "ui/form/surface.hpp"

namespace fermata::ui {

Shown render_gradio(const Form& form);     // Props of gradio.<component>().
Shown render_streamlit(const Form& form);  // Arguments of streamlit.<component>(), and "labels".
Reading read_components(const Form& form, const json::Value& values);

}  // namespace fermata::ui

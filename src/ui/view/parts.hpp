#pragma once

// The makers of a view's parts. Internal to ui/view.

#include <string>
#include <string_view>
#include <vector>

#include "ui/view/view.hpp"

namespace fermata::ui {

// The facts of one request, within the limits.
class FactMaker {
 public:
  explicit FactMaker(const ViewLimits& limits) : limits_(limits) {}

  std::vector<Fact> facts_of(const json::Object& arguments) {
    return members(arguments, "", 0, false);
  }
  std::size_t characters() const { return characters_; }
  bool too_large() const { return too_large_; }

 private:
  // Where a value stands.
  struct Place {
    std::string pointer, label, name;
    const json::Object* around = nullptr;
    std::size_t depth = 0;
    bool secret = false;
    bool marks = false;  // Of the label.
  };

  std::vector<Fact> members(const json::Object& object,
                            const std::string& pointer,
                            std::size_t depth,
                            bool secret);
  std::vector<Fact> entries(const json::Array& list, const Place& place);
  Fact fact(const json::Value& value, const Place& place);
  void container(Fact& fact, const json::Value& value, const Place& place);
  void scalar(Fact& fact, const json::Value& value, const Place& place);
  void set_text(Fact& fact, std::string text);
  bool has_room() const { return facts_ < limits_.facts && characters_ < limits_.characters; }

  const ViewLimits limits_;
  std::size_t characters_ = 0;
  std::size_t facts_ = 0;
  bool too_large_ = false;
};

// Those of an object's members, in their order: unique, visible, at most kMostLabelCharacters.
struct Label {
  std::string text;
  bool marks = false;
  bool cut = false;
};
inline constexpr std::size_t kMostLabelCharacters = 100;
std::vector<Label> labels_of(const json::Object& object);

Changes compared(const json::Object& before,
                 const json::Object& after,
                 Changes::Against against,
                 const ViewLimits& limits);

// "1 field", "3 entries", "empty".
std::string size_in_words(const json::Value& container);
std::string counted(std::size_t count, std::string_view one, std::string_view many);

}  // namespace fermata::ui

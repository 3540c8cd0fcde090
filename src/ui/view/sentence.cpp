// What is asked, in one sentence.

#include "base/utf8.hpp"
#include "core/policy/lookup.hpp"
#include "core/policy/policy.hpp"
#include "ui/form/field.hpp"
#include "ui/view/parts.hpp"
#include "ui/view/visible.hpp"
#include "ui/view/worded.hpp"

namespace fermata::ui {
namespace {

constexpr std::size_t kMostNameCharacters = 100;
constexpr std::size_t kMostQuestionCharacters = 500;
constexpr std::size_t kNamedArguments = 3;

class Sentence {
 public:
  void text(std::string_view words) {
    if (!parts_.empty() && parts_.back().kind == PartKind::kText)
      parts_.back().text += words;
    else
      parts_.push_back({std::string(words), PartKind::kText});
  }
  void name(std::string_view raw, PartKind kind, std::size_t most = kMostNameCharacters) {
    parts_.push_back({shortened(visible_line(raw).text, most), kind});
  }
  void value(std::string_view visible) {
    // What words may have on several lines, a sentence has on one.
    parts_.push_back({shortened(visible_line_of(visible), kMostValueCharacters), PartKind::kValue});
  }
  std::vector<Part> take() { return std::move(parts_); }

 private:
  static std::string visible_line_of(std::string_view visible) {
    std::string line;
    for (const char c : visible) {
      if (c == '\n' || c == '\t')
        line += c == '\n' ? "⏎" : "⇥";
      else
        line += c;
    }
    return line;
  }

  std::vector<Part> parts_;
};

// The object that a dotted path leads into, and the last name on it.
struct Member {
  const json::Object* around = nullptr;
  std::string name;
  bool secret = false;
};
Member member_at(const json::Object& arguments, const std::string& path) {
  Member member{&arguments, path};
  if (arguments.find(path) != nullptr) return member;
  for (std::size_t dot = member.name.find('.'); dot != std::string::npos;
       dot = member.name.find('.')) {
    const std::string outer = member.name.substr(0, dot);
    const json::Value* inner = member.around->find(outer);
    if (inner == nullptr || inner->as_object() == nullptr) break;
    member.secret |= names_a_secret(outer);
    member.around = inner->as_object();
    member.name = member.name.substr(dot + 1);
  }
  return member;
}

void say_argument(Sentence& sentence, const json::Object& arguments, const std::string& path) {
  const Argument found = look_up(arguments, path);
  if (found.presence != Presence::kFound)
    return sentence.value("(no " + visible_line(path).text + ")");
  const json::Value& value = *found.value;
  if (value.as_object() != nullptr || value.as_array() != nullptr)
    return sentence.value(size_in_words(value));
  const Member member = member_at(arguments, path);
  // The currency has a place of its own in the sentence, if its rule wants it.
  if (const auto money = money_in(member.name, value, member.around))
    return sentence.value(money->number);
  const Worded worded = in_words(member.name, value, member.around, member.secret);
  sentence.value(worded.text.empty() ? "(empty)" : worded.text);
}

// "run refund with amount 240.00 EUR, customer Anna K. and 2 more".
void say_call(Sentence& sentence, const std::string& tool, const json::Object& arguments) {
  sentence.text("run ");
  sentence.name(tool, PartKind::kTool);
  const std::vector<Label> labels = labels_of(arguments);
  std::size_t i = 0;
  for (const auto& [key, value] : arguments) {
    if (i == kNamedArguments) break;
    sentence.text(i == 0 ? " with " : ", ");
    std::string label = labels[i++].text;
    if (!label.empty() && label[0] >= 'A' && label[0] <= 'Z')
      label[0] = static_cast<char>(label[0] - 'A' + 'a');
    sentence.value(label);
    sentence.text(" ");
    if (value.as_object() != nullptr || value.as_array() != nullptr) {
      sentence.value("(" + size_in_words(value) + ")");
      continue;
    }
    const Worded worded = in_words(key, value, &arguments, false);
    sentence.value(worded.text.empty() ? "(empty)" : worded.text);
  }
  if (arguments.size() > i) sentence.text(" and " + std::to_string(arguments.size() - i) + " more");
}

// Visible, but for the spaces at its ends: other words stand there.
std::string between(const std::string& words) {
  const std::string shown = visible_line("|" + words + "|").text;
  return shown.substr(1, shown.size() - 2);
}

void say_deed(Sentence& sentence, const Asked& asked) {
  const json::Value arguments = asked.arguments;
  std::string action = asked.action;
  json::Object of_action = asked.arguments;
  // Of the tool that only asks: what it asks about.
  if (action == kRequestApproval && !arguments.string_or("action").empty()) {
    action = arguments.string_or("action");
    const json::Object* inner = arguments["arguments"].as_object();
    of_action = inner == nullptr ? json::Object{} : *inner;
  }
  if (asked.title.empty()) return say_call(sentence, action, of_action);
  for (const TitlePart& part : asked.title) {
    if (part.is_argument)
      say_argument(sentence, of_action, part.text);
    else
      sentence.text(between(part.text));
  }
}

void say_asker(Sentence& sentence, const Asked& asked) {
  sentence.name(asked.asker.empty() ? "somebody" : asked.asker, PartKind::kAgent);
  if (asked.on_behalf_of.empty()) return;
  sentence.text(" for ");
  sentence.name(asked.on_behalf_of, PartKind::kValue);
}

}  // namespace

std::vector<Part> sentence_of(const Asked& asked) {
  Sentence sentence;
  switch (asked.kind) {
    case ApprovalKind::kCall:
      sentence.text("May ");
      say_asker(sentence, asked);
      sentence.text(" ");
      say_deed(sentence, asked);
      sentence.text("?");
      break;
    case ApprovalKind::kInDoubt:
      sentence.text("A crash left it open: did ");
      say_asker(sentence, asked);
      sentence.text(" ");
      say_deed(sentence, asked);
      sentence.text("?");
      break;
    case ApprovalKind::kQuestion:
      say_asker(sentence, asked);
      sentence.text(" asks: ");
      sentence.name(asked.action, PartKind::kValue, kMostQuestionCharacters);
      break;
    case ApprovalKind::kPolicy:
      sentence.text("May the policy of ");
      say_asker(sentence, asked);
      sentence.text(" take the place of the one in force?");
      break;
  }
  return sentence.take();
}

std::string text_of(const std::vector<Part>& sentence) {
  std::string text;
  for (const Part& part : sentence) text += part.text;
  return text;
}

}  // namespace fermata::ui

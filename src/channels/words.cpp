#include "channels/words.hpp"

#include "ui/view/surfaces.hpp"
#include "ui/view/view.hpp"
#include "ui/view/visible.hpp"

namespace fermata::channels {
namespace {

constexpr std::size_t kMostTitle = 200;
constexpr std::string_view kCut = "...";

std::string sentence(const Notice& notice) {
  std::string text;
  const json::Array* parts = notice.approval["view"]["sentence"].as_array();
  if (parts != nullptr)
    for (const json::Value& part : *parts) text += part.string_or("text");
  return text;
}

std::string how_it_ended(const Notice& notice) {
  const std::string status = notice.approval.string_or("status");
  if (status == "approved") return "Approved";
  if (status == "rejected") return "Rejected";
  if (status == "answered") return "Answered";
  if (status == "expired") return "Expired";
  if (status == "ignored") return "Dismissed";
  return "Withdrawn";
}

std::string line(std::string_view name, const std::string& value) {
  return value.empty() ? std::string()
                       : std::string(name) + ": " + ui::visible_line(value).text + "\n";
}

std::string needed(const Notice& notice) {
  std::string text;
  const json::Array* all = notice.approval["needed"].as_array();
  if (all == nullptr) return text;
  for (const json::Value& one : *all) {
    const std::int64_t missing = one.int_or("approve") - one.int_or("given");
    if (missing <= 0) continue;
    text += text.empty() ? "" : "; ";
    text += std::to_string(missing) + " of " + ui::visible_line(one.string_or("name")).text;
  }
  return text;
}

}  // namespace

bool is_test(const Notice& notice) { return notice.approval.is_null(); }

bool is_pending(const Notice& notice) { return notice.approval.string_or("status") == "pending"; }

std::string state_of(const Notice& notice) {
  if (is_test(notice)) return {};
  if (!is_pending(notice)) return notice.approval.string_or("status");
  const json::Array* reminders = notice.approval["schedule"]["reminders"].as_array();
  return "pending/" + notice.approval.string_or("hash") + "/" + needed(notice) + "/" +
         std::to_string(reminders == nullptr ? 0 : reminders->size());
}

std::string title_of(const Notice& notice) {
  if (is_test(notice)) return "Test message";
  const std::string what = is_pending(notice) ? "Approval needed" : how_it_ended(notice);
  return shortened(what + ": " + sentence(notice), kMostTitle);
}

std::string text_of(const Notice& notice) {
  const json::Value& approval = notice.approval;
  if (is_test(notice)) return "Fermata reaches you here. Nobody is asked for anything.";
  if (!is_pending(notice)) {
    const json::Value& outcome = approval["outcome"];
    return sentence(notice) + "\n\n" + line("By", outcome.string_or("by")) +
           line("Reason", outcome.string_or("reason"));
  }
  const auto view = ui::view_from(approval["view"]);
  std::string text = view ? ui::view_terminal(*view).text : sentence(notice);
  text +=
      "\n" + line("Still needed", needed(notice)) + line("Until", approval.string_or("deadline"));
  return text;
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes - std::min(bytes, kCut.size());
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + std::string(kCut);
}

}  // namespace fermata::channels

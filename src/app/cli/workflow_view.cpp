#include "app/cli/workflow_view.hpp"

#include "app/cli/request_view.hpp"

namespace fermata::app::cli {

std::string render_workflow(const Style& style,
                            const json::Value& workflow,
                            const std::vector<json::Value>& events,
                            Timeline::Steps steps,
                            TimeMs now) {
  const std::string status = workflow.string_or("status");
  const std::string name = workflow.string_or("name");
  const std::string person = workflow.string_or("on_behalf_of");
  const TimeMs begun = time_of(workflow, "created_at");
  const bool closed = status == "completed" || status == "failed" || status == "cancelled";
  const TimeMs until = closed ? time_of(workflow, "updated_at") : now;
  const json::Value& calls = workflow["calls"];
  std::string out = paint(style, Colour::kBold, visible(workflow.string_or("id"))) +
                    (name.empty() ? "" : "  " + visible(name)) + "\n";
  out += "agent " + visible(workflow.string_or("agent")) +
         (person.empty() ? "" : ", for " + visible(person)) + " · " +
         paint(style, colour_of_status(status), status) + " · " + duration(until - begun) + " · " +
         count(calls.int_or("total"), "call") + ", " + std::to_string(calls.int_or("open")) +
         " open\n";
  out += "began " + absolute(begun) + " (" + relative(begun, now) + ")\n\n";
  Timeline timeline(style, steps);
  timeline.know_undos(workflow["undo"]);
  out += timeline.tell(events);
  const json::Array* pending = workflow["pending_approvals"].as_array();
  if (pending == nullptr || pending->empty()) return out;
  out += "\nWaiting for people; fermata approvals show <id>\n";
  for (const json::Value& id : *pending) {
    if (id.as_string() != nullptr) out += "  " + visible(*id.as_string()) + "\n";
  }
  return out;
}

}  // namespace fermata::app::cli

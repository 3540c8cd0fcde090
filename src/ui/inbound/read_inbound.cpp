#include <array>
#include <set>

#include "core/form/form.hpp"
#include "ui/inbound/inbound.hpp"

namespace fermata::ui {
namespace {

tl::unexpected<Error> unknown(const std::string& what) {
  return fail(ErrorCode::kInvalid, "inbound.unknown_shape", what);
}

// The first of `names` that is there.
const json::Value& either(const json::Value& object, std::string_view one, std::string_view other) {
  const json::Value& value = object[one];
  return value.is_null() ? object[other] : value;
}

// A question that is answered in words.
json::Value words_form(const std::string& title) {
  const json::Object text{
      {"type", "string"}, {"title", title}, {"minLength", 1}, {"maxLength", 8000}};
  return json::Object{
      {"schema",
       json::Object{{"type", "object"},
                    {"properties", json::Object{{"response", text}}},
                    {"required", json::Array{"response"}},
                    {"additionalProperties", false}}},
      {"hints",
       json::Object{
           {"fields", json::Object{{"/response", json::Object{{"widget", "textarea"}}}}}}}};
}

Result<InboundQuestion> from_interrupt(const json::Value& interrupt) {
  const json::Value& request = interrupt["action_request"];
  const json::Value& config = interrupt["config"];
  InboundQuestion read;
  read.question.action = request.string_or("action");
  read.question.why = interrupt.string_or("description");
  if (read.question.action.empty() || config.as_object() == nullptr) {
    return unknown("an interrupt has action_request.action and config");
  }
  if (const json::Object* arguments = request["args"].as_object()) {
    read.question.arguments = *arguments;
  } else if (!request["args"].is_null()) {
    return unknown("action_request.args must be an object");
  }
  if (config.bool_or("allow_accept")) read.allowed.push_back(DecisionKind::kApprove);
  if (config.bool_or("allow_edit")) read.allowed.push_back(DecisionKind::kEdit);
  if (config.bool_or("allow_ignore")) read.allowed.push_back(DecisionKind::kIgnore);
  const bool agreed = config.bool_or("allow_accept") || config.bool_or("allow_edit");
  if (!agreed && config.bool_or("allow_respond")) {
    read.question.kind = ApprovalKind::kQuestion;
    read.question.form = words_form("Response");
    read.allowed.push_back(DecisionKind::kAnswer);
  }
  return read;
}

Result<Inbound> from_agent_inbox(const json::Value& asked) {
  Inbound inbound{Framework::kAgentInbox, asked.as_array() != nullptr, {}, asked};
  const json::Array list = inbound.listed ? *asked.as_array() : json::Array{asked};
  for (const json::Value& interrupt : list) {
    FERMATA_TRY(auto question, from_interrupt(interrupt));
    inbound.questions.push_back(std::move(question));
  }
  return inbound;
}

// What a tool takes, by LangChain's names. One that takes words alone is a question.
void allow(InboundQuestion& read, const std::set<std::string>& names) {
  if (names.contains("approve")) read.allowed.push_back(DecisionKind::kApprove);
  if (names.contains("edit")) read.allowed.push_back(DecisionKind::kEdit);
  if (!names.contains("respond")) return;
  read.refused_in_words = !names.contains("reject");
  if (!read.allowed.empty()) return;
  read.question.kind = ApprovalKind::kQuestion;
  read.question.form = words_form("Response");
  read.allowed.push_back(DecisionKind::kAnswer);
}

std::set<std::string> allowed_by(const json::Value& config) {
  std::set<std::string> allowed;
  const json::Value& names = either(config, "allowed_decisions", "allowedDecisions");
  for (const json::Value& name : names.as_array() ? *names.as_array() : json::Array{})
    if (const std::string* text = name.as_string()) allowed.insert(*text);
  return allowed;
}

// The types of decision that a JSON Schema describes, alone or as alternatives. What else stands in
// its $defs is the tool's own.
std::set<std::string> types_in(const json::Value& schema) {
  constexpr std::string_view kDefinitions = "#/$defs/";
  std::set<std::string> found;
  const auto look = [&](const json::Value& one) {
    const std::string reference = one.string_or("$ref");
    const bool refers = reference.starts_with(kDefinitions);
    const json::Value& meant =
        refers ? schema["$defs"][reference.substr(kDefinitions.size())] : one;
    if (const std::string* type = meant["properties"]["type"]["const"].as_string())
      found.insert(*type);
  };
  look(schema);
  const json::Value& alternatives = either(schema, "oneOf", "anyOf");
  for (const json::Value& one : alternatives.as_array() ? *alternatives.as_array() : json::Array{})
    look(one);
  return found;
}

Result<Inbound> from_tool_approval(const json::Value& asked) {
  InboundQuestion read;
  read.question.action = asked.string_or("name");
  read.question.why = asked.string_or("description");
  if (read.question.action.empty() || asked["args"].as_object() == nullptr)
    return unknown("a tool_approval has a name and args");
  read.question.arguments = *asked["args"].as_object();
  std::set<std::string> names = types_in(asked["response_schema"]);
  // Without its schema nothing is known but what every program takes.
  if (asked["response_schema"].is_null()) names = {"approve", "reject"};
  allow(read, names);
  return Inbound{Framework::kLangChainCall, false, {std::move(read)}, asked};
}

Result<Inbound> from_langchain(const json::Value& asked) {
  const bool js = asked["action_requests"].is_null();
  Inbound inbound{js ? Framework::kLangChainJs : Framework::kLangChain, true, {}, asked};
  const json::Value& configs = either(asked, "review_configs", "reviewConfigs");
  const json::Value& requests = either(asked, "action_requests", "actionRequests");
  if (requests.as_array() == nullptr || configs.as_array() == nullptr) {
    return unknown("action_requests and review_configs must be lists");
  }
  for (const json::Value& request : *requests.as_array()) {
    InboundQuestion read;
    read.question.action = request.string_or("name");
    read.question.why = request.string_or("description");
    const json::Value& arguments = either(request, "args", "arguments");
    if (read.question.action.empty() || arguments.as_object() == nullptr) {
      return unknown("an action request has a name and args");
    }
    read.question.arguments = *arguments.as_object();
    // By name, as the middleware has it; without its config nothing is allowed but a refusal.
    for (const json::Value& config : *configs.as_array()) {
      const json::Value& name = either(config, "action_name", "actionName");
      if (!(name == json::Value(read.question.action))) continue;
      allow(read, allowed_by(config));
      if (read.question.why.empty()) read.question.why = config.string_or("description");
      break;
    }
    inbound.questions.push_back(std::move(read));
  }
  if (inbound.questions.empty()) return unknown("there is no action request");
  return inbound;
}

std::vector<CustomOutcome> outcomes_of(const json::Value& options) {
  std::vector<CustomOutcome> outcomes;
  for (const json::Value& option : options.as_array() ? *options.as_array() : json::Array{}) {
    const std::string name = option.string_or("name");
    if (name.empty()) continue;
    outcomes.push_back({name, DecisionKind::kReject, option.string_or("prompt_fill")});
  }
  return outcomes;
}

Result<Inbound> from_function_call(const json::Value& asked) {
  const json::Value& spec = asked["spec"];
  if (!asked["status"]["approved"].is_null()) {
    return fail(ErrorCode::kConflict, "inbound.answered", "this call has its answer already");
  }
  InboundQuestion read;
  read.question.action = spec.string_or("fn");
  if (read.question.action.empty() || spec["kwargs"].as_object() == nullptr) {
    return unknown("spec has fn and kwargs");
  }
  read.question.arguments = *spec["kwargs"].as_object();
  read.question.outcomes = outcomes_of(spec["reject_options"]);
  read.allowed = {DecisionKind::kApprove};
  return Inbound{Framework::kHumanLayerCall, false, {std::move(read)}, asked};
}

// The options stand beside the words, as HumanLayer takes both.
json::Value contact_form(const json::Value& options) {
  json::Value form = words_form("Response");
  json::Array choices;
  for (const json::Value& option : options.as_array() ? *options.as_array() : json::Array{}) {
    if (option.string_or("name").empty()) continue;
    json::Object choice{{"const", option["name"]}};
    if (!option.string_or("title").empty()) choice.set("title", option["title"]);
    if (!option.string_or("description").empty()) choice.set("description", option["description"]);
    choices.push_back(std::move(choice));
  }
  if (choices.empty()) return form;
  json::Object schema = *form["schema"].as_object();
  json::Object properties = *schema.find("properties")->as_object();
  properties.set("option", json::Object{{"title", "Option"}, {"oneOf", std::move(choices)}});
  schema.set("properties", std::move(properties));
  form.as_object()->set("schema", std::move(schema));
  return form;
}

Result<Inbound> from_contact(const json::Value& asked) {
  const json::Value& spec = asked["spec"];
  if (!asked["status"]["response"].is_null()) {
    return fail(ErrorCode::kConflict, "inbound.answered", "this contact has its answer already");
  }
  InboundQuestion read;
  read.question.kind = ApprovalKind::kQuestion;
  read.question.action = "contact_human";
  read.question.title = spec.string_or("subject");
  read.question.arguments.set("message", spec.string_or("msg"));
  read.question.form = contact_form(spec["response_options"]);
  if (auto checked = form::check_schema(read.question.form["schema"]); !checked) {
    return unknown("response_options: " + checked.error().message);
  }
  read.allowed = {DecisionKind::kAnswer};
  return Inbound{Framework::kHumanLayerContact, false, {std::move(read)}, asked};
}

Result<Inbound> from_daemon(const json::Value& asked) {
  if (asked.string_or("status", "pending") != "pending") {
    return fail(ErrorCode::kConflict, "inbound.answered", "this approval has its answer already");
  }
  InboundQuestion read;
  read.question.action = asked.string_or("toolName");
  if (read.question.action.empty() || asked["toolInput"].as_object() == nullptr) {
    return unknown("an approval has toolName and toolInput");
  }
  read.question.arguments = *asked["toolInput"].as_object();
  read.allowed = {DecisionKind::kApprove};
  return Inbound{Framework::kHumanLayerDaemon, false, {std::move(read)}, asked};
}

}  // namespace

json::Value without_secrets(const json::Value& asked) {
  // Where it would be, from the outside in.
  constexpr std::array<std::string_view, 4> kPath{"spec", "channel", "slack", "bot_token"};
  const auto without = [&](const auto& self, const json::Value& value, std::size_t depth) {
    const json::Object* object = value.as_object();
    const json::Value* member = object == nullptr ? nullptr : object->find(kPath[depth]);
    if (member == nullptr) return value;
    json::Object kept = *object;
    kept.set(std::string(kPath[depth]),
             depth + 1 == kPath.size() ? json::Value() : self(self, *member, depth + 1));
    return json::Value(std::move(kept));
  };
  return without(without, asked, 0);
}

Result<Inbound> read_inbound(const json::Value& asked) {
  if (const json::Array* list = asked.as_array()) {
    if (list->empty()) return unknown("there is nothing in the list");
    return from_agent_inbox(asked);
  }
  if (!asked["action_request"].is_null()) return from_agent_inbox(asked);
  if (!either(asked, "action_requests", "actionRequests").is_null()) return from_langchain(asked);
  if (asked["type"] == json::Value("tool_approval")) return from_tool_approval(asked);
  if (!asked["spec"]["fn"].is_null()) return from_function_call(asked);
  if (!asked["spec"]["msg"].is_null()) return from_contact(asked);
  if (!asked["toolName"].is_null()) return from_daemon(asked);
  return unknown("this is no request of LangGraph's agent inbox, LangChain or HumanLayer");
}

}  // namespace fermata::ui

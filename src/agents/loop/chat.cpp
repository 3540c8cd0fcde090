#include "agents/loop/chat.hpp"

namespace fermata::agents {

json::Value to_value(const Answer& answer) {
  json::Value calls;
  if (!answer.calls.empty()) {
    json::Array list;
    for (const AskedCall& call : answer.calls)
      list.emplace_back(json::Object{{"arguments", call.arguments}, {"name", call.name}});
    calls = std::move(list);
  }
  return json::Object{{"content", answer.content},
                      {"finish_reason", answer.finish_reason},
                      {"role", "assistant"},
                      {"tool_calls", std::move(calls)},
                      {"usage", json::Array{answer.usage.input, answer.usage.output}}};
}

Answer answer_from(const json::Value& value) {
  Answer answer;
  answer.content = value.string_or("content");
  answer.finish_reason = value.string_or("finish_reason");
  if (const json::Array* calls = value["tool_calls"].as_array())
    for (const json::Value& call : *calls)
      answer.calls.push_back({call.string_or("name"), call["arguments"]});
  if (const json::Array* usage = value["usage"].as_array(); usage && usage->size() == 2) {
    if (const std::int64_t* input = (*usage)[0].as_int()) answer.usage.input = *input;
    if (const std::int64_t* output = (*usage)[1].as_int()) answer.usage.output = *output;
  }
  return answer;
}

json::Value parse_arguments(const std::string& text) {
  if (text.empty()) return json::Object{};
  Result<json::Value> parsed = json::parse(text);
  if (!parsed) return text;
  const std::string* inner = parsed->as_string();
  if (inner == nullptr) return *std::move(parsed);
  Result<json::Value> again = json::parse(*inner);
  return again && again->as_object() != nullptr ? *std::move(again) : *std::move(parsed);
}

Result<AskedCall> call_in_text(const std::string& content) {
  const std::size_t begin = content.find('{');
  const std::size_t end = content.rfind('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    return fail(ErrorCode::kInvalid,
                "agents.no_call",
                "Your answer has no tool call. Call a tool; to finish, call final_answer.");
  const Result<json::Value> blob =
      json::parse(std::string_view(content).substr(begin, end - begin + 1));
  if (!blob)
    return fail(ErrorCode::kInvalid,
                "agents.no_call",
                "The tool call in your answer is not valid JSON: " + blob.error().message);
  const std::string* name = (*blob)["name"].as_string();
  if (name == nullptr || name->empty())
    return fail(ErrorCode::kInvalid,
                "agents.no_call",
                "The JSON in your answer is no tool call: it needs \"name\" and \"arguments\".");
  const json::Value& arguments = (*blob)["arguments"];
  if (const std::string* text = arguments.as_string())
    return AskedCall{*name, parse_arguments(*text)};
  if (arguments.is_null()) return AskedCall{*name, json::Object{}};
  return AskedCall{*name, arguments};
}

}  // namespace fermata::agents

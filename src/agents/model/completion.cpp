#include "agents/model/completion.hpp"

#include <algorithm>

namespace fermata::agents {
namespace {

tl::unexpected<Error> bad_answer(const std::string& what) {
  return fail(ErrorCode::kUnavailable, "model.bad_answer", what);
}

Usage usage_in(const json::Value& body) {
  const json::Value& usage = body["usage"];
  return {usage.int_or("prompt_tokens"), usage.int_or("completion_tokens")};
}

std::string tool_choice_of(const ModelDefinition& model, const Adaptation& adaptation) {
  using Choice = Adaptation::ToolChoice;
  if (model.tool_choice == "none" || adaptation.tool_choice == Choice::kAbsent) return {};
  return adaptation.tool_choice == Choice::kAuto ? "auto" : model.tool_choice;
}

const json::Value& first_choice(const json::Value& body) {
  static const json::Value kNone;
  const json::Array* choices = body["choices"].as_array();
  return choices == nullptr || choices->empty() ? kNone : choices->front();
}

// Most servers send arguments as text; some as the object itself.
json::Value arguments_of(const json::Value& given) {
  const std::string* text = given.as_string();
  if (text != nullptr) return parse_arguments(*text);
  return given.is_null() ? json::Value(json::Object{}) : given;
}

std::string error_message(const json::Value& error) {
  if (const std::string* text = error.as_string()) return *text;
  return error.string_or("message", "without a message");
}

}  // namespace

json::Value completion_body(const ModelDefinition& model,
                            const ModelRequest& request,
                            const Adaptation& adaptation) {
  json::Object body{{"model", model.name}, {"messages", request.messages}};
  if (!request.stop.empty() && !adaptation.no_stop) body.set("stop", request.stop);
  if (!request.tools.empty()) {
    body.set("tools", request.tools);
    const std::string choice = tool_choice_of(model, adaptation);
    if (!choice.empty()) body.set("tool_choice", choice);
  }
  if (model.stream && !adaptation.no_stream) {
    body.set("stream", true);
    if (!adaptation.no_stream_options)
      body.set("stream_options", json::Object{{"include_usage", true}});
  }
  for (const auto& [name, value] : model.parameters) body.set(name, value);
  return body;
}

Adaptation adapted(Adaptation now, const json::Value& body, const std::string& complaint) {
  const json::Object& sent = *body.as_object();
  const auto about = [&](const char* name) {
    return sent.find(name) != nullptr && complaint.find(name) != std::string::npos;
  };
  if (about("tool_choice")) {
    now.tool_choice = body.string_or("tool_choice") == "auto" ? Adaptation::ToolChoice::kAbsent
                                                              : Adaptation::ToolChoice::kAuto;
  } else if (about("stream_options")) {
    now.no_stream_options = true;
  } else if (about("stop")) {
    now.no_stop = true;
  } else if (about("stream")) {
    now.no_stream = true;
  }
  return now;
}

Result<Answer> read_completion(const json::Value& body) {
  const json::Value& choice = first_choice(body);
  const json::Value& message = choice["message"];
  if (message.as_object() == nullptr) return bad_answer("the model's answer has no message");
  Answer answer;
  answer.content = message.string_or("content");
  answer.finish_reason = choice.string_or("finish_reason");
  answer.usage = usage_in(body);
  if (const json::Array* calls = message["tool_calls"].as_array())
    for (const json::Value& call : *calls) {
      const json::Value& function = call["function"];
      answer.calls.push_back({function.string_or("name"), arguments_of(function["arguments"])});
    }
  return answer;
}

StreamedAnswer::Piece& StreamedAnswer::piece_of(const json::Value& delta) {
  const std::string id = delta.string_or("id");
  const std::int64_t* index = delta["index"].as_int();
  const auto found = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return index != nullptr ? piece.index == *index : !id.empty() && piece.id == id;
  });
  if (found != pieces_.end()) return *found;
  // Without index and id it goes on with the last one.
  if (index == nullptr && id.empty() && !pieces_.empty()) return pieces_.back();
  const auto next = static_cast<std::int64_t>(pieces_.size());
  pieces_.push_back({index != nullptr ? *index : next, id, {}, {}});
  return pieces_.back();
}

Result<std::string> StreamedAnswer::add(const json::Value& chunk, std::int64_t max_chars) {
  if (const json::Value& error = chunk["error"]; !error.is_null())
    return bad_answer("the model broke off: " + error_message(error));
  if (chunk["usage"].as_object() != nullptr) usage_ = usage_in(chunk);
  const json::Value& choice = first_choice(chunk);
  if (const std::string* reason = choice["finish_reason"].as_string()) finish_reason_ = *reason;
  const json::Value& delta = choice["delta"];
  std::string text = delta.string_or("content");
  content_ += text;
  size_ += text.size();
  if (const json::Array* calls = delta["tool_calls"].as_array())
    for (const json::Value& call : *calls) {
      Piece& piece = piece_of(call);
      const json::Value& function = call["function"];
      if (piece.name.empty()) piece.name = function.string_or("name");
      const json::Value& arguments = function["arguments"];
      const std::string more = arguments.as_object() != nullptr ? json::write(arguments)
                                                                : function.string_or("arguments");
      piece.arguments += more;
      size_ += more.size();
    }
  if (size_ > static_cast<std::size_t>(max_chars))
    return bad_answer("the model's answer exceeds limits.output_chars");
  return text;
}

Result<Answer> StreamedAnswer::finish() {
  if (finish_reason_.empty()) return bad_answer("the model's answer broke off before its end");
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
    return a.index < b.index;
  });
  Answer answer;
  answer.content = std::move(content_);
  answer.finish_reason = std::move(finish_reason_);
  answer.usage = usage_;
  for (const Piece& piece : pieces_)
    answer.calls.push_back({piece.name, parse_arguments(piece.arguments)});
  return answer;
}

}  // namespace fermata::agents

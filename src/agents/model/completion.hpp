#pragma once

// Chat completions as OpenAI's API has them and as other servers imitate it: the body that is sent,
// and the answer, whole or in pieces. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "agents/definition.hpp"
#include "agents/loop/chat.hpp"
#include "agents/loop/history.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace fermata::agents {

// What a server has refused so far, and is not sent again.
struct Adaptation {
  enum class ToolChoice { kAsConfigured, kAuto, kAbsent };
  ToolChoice tool_choice = ToolChoice::kAsConfigured;
  bool no_stop = false;
  bool no_stream_options = false;
  bool no_stream = false;
  friend bool operator==(const Adaptation&, const Adaptation&) = default;
};

json::Value completion_body(const ModelDefinition& model,
                            const ModelRequest& request,
                            const Adaptation& adaptation);

// What to leave out next, when the server refused `body` with this text; the same again when it
// complains of nothing that we could leave out.
Adaptation adapted(Adaptation now, const json::Value& body, const std::string& complaint);

// An answer that came in one piece. kUnavailable model.bad_answer when it is none.
Result<Answer> read_completion(const json::Value& body);

// Puts a streamed answer together. Pieces of tool calls are told apart by their index, or by their
// id where a server leaves the index out.
class StreamedAnswer {
 public:
  // Returns the piece of text in it. kUnavailable model.bad_answer for an error in mid-stream, or
  // for more than `max_chars` in all.
  Result<std::string> add(const json::Value& chunk, std::int64_t max_chars);
  // kUnavailable model.bad_answer when the end has not come.
  Result<Answer> finish();

 private:
  struct Piece {
    std::int64_t index = 0;
    std::string id, name, arguments;
  };
  Piece& piece_of(const json::Value& delta);

  std::string content_;
  std::vector<Piece> pieces_;
  std::string finish_reason_;
  Usage usage_;
  std::size_t size_ = 0;
};

}  // namespace fermata::agents

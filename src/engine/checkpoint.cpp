#include "engine/checkpoint.hpp"

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/public_key.hpp"

namespace fermata::engine {
namespace {

constexpr int kPage = 1000;
constexpr std::string_view kFormat = "fermata-checkpoint-1";

tl::unexpected<Error> invalid(const std::string& why) {
  return fail(ErrorCode::kInvalid, "checkpoint.invalid", "this is no checkpoint of ours: " + why);
}

// Takes the first line off `text`; nothing when there is no whole line left.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<json::Value> take_object(std::string_view& text) {
  const auto line = take_line(text);
  if (!line) return invalid("it ends too early");
  auto value = json::parse(*line);
  if (!value || value->as_object() == nullptr) return invalid("a line is no JSON object");
  return value;
}

}  // namespace

Result<Checkpointed> take_checkpoint(store::Store& store) {
  Checkpointed taken;
  FERMATA_TRY(taken.at, store.now());
  store::StreamId after;
  while (true) {
    FERMATA_TRY(std::vector<store::StreamHead> heads, store.heads(after, kPage));
    const bool last = heads.size() < static_cast<std::size_t>(kPage);
    for (store::StreamHead& head : heads) taken.heads.push_back(std::move(head));
    if (last) return taken;
    after = taken.heads.back().stream;
  }
}

std::string write_checkpoint(const Checkpointed& checkpoint, std::string_view seed) {
  std::string text = json::canonical(
      json::Object{{"at", to_rfc3339(checkpoint.at)},
                   {"format", kFormat},
                   {"public_key", ed25519_public_key(seed)},
                   {"streams", static_cast<std::int64_t>(checkpoint.heads.size())}});
  text += '\n';
  for (const store::StreamHead& head : checkpoint.heads) {
    text += json::canonical(json::Object{{"hash", head.hash},
                                         {"stream", head.stream.name},
                                         {"tenant", head.stream.tenant},
                                         {"version", head.version}});
    text += '\n';
  }
  const std::string signature = base64url(ed25519_sign(text, seed));
  return text + json::canonical(json::Object{{"signature", signature}}) + '\n';
}

Result<Checkpointed> read_checkpoint(std::string_view text, std::string_view public_key) {
  if (!text.ends_with('\n')) return invalid("it ends too early");
  const std::size_t before_last = text.substr(0, text.size() - 1).rfind('\n');
  if (before_last == std::string_view::npos) return invalid("it has no signature");
  const std::string_view signed_part = text.substr(0, before_last + 1);
  std::string_view last = text.substr(before_last + 1);
  FERMATA_TRY(const json::Value end, take_object(last));
  const auto signature = from_base64url(end.string_or("signature"));
  if (!signature || !ed25519_verify_with(signed_part, *signature, public_key))
    return invalid("its signature is not that of this key");
  std::string_view rest = signed_part;
  FERMATA_TRY(const json::Value head, take_object(rest));
  const auto at = from_rfc3339(head.string_or("at"));
  if (head.string_or("format") != kFormat || !at) return invalid("its format is not known");
  Checkpointed read{*at, {}};
  while (!rest.empty()) {
    FERMATA_TRY(const json::Value line, take_object(rest));
    read.heads.push_back({{line.string_or("tenant"), line.string_or("stream")},
                          line.int_or("version"),
                          line.string_or("hash")});
  }
  if (static_cast<std::int64_t>(read.heads.size()) != head.int_or("streams"))
    return invalid("it names another number of streams");
  return read;
}

}  // namespace fermata::engine

#include "agents/model/model_client.hpp"

#include <algorithm>
#include <charconv>

#include "base/time.hpp"
#include "net/event_parser.hpp"
#include "resilience/retry.hpp"

namespace fermata::agents {
namespace {

// A longer wait is the queue's to keep, not a thread's.
constexpr std::int64_t kMaxPauseMs = 20'000;
constexpr std::size_t kMaxComplaint = 300;
constexpr std::size_t kMaxBody = 8 << 20;
constexpr resilience::RetryPolicy kRetry{.first_ms = 500, .cap_ms = 15'000};

bool may_pass(int status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// In milliseconds; 0: it does not say, or not in seconds.
std::int64_t retry_after_ms(const net::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!equal_ignoring_case(name, "Retry-After")) continue;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size())
      return std::clamp<std::int64_t>(seconds, 0, 86'400) * 1000;
  }
  return 0;
}

// What a server says of a request it does not like, short enough for a log and a person.
std::string complaint_in(const std::string& body) {
  const Result<json::Value> parsed = json::parse(body);
  std::string text = body;
  if (parsed) {
    const json::Value& error = (*parsed)["error"];
    if (const std::string* plain = error.as_string())
      text = *plain;
    else if (error.as_object() != nullptr)
      text = error.string_or("message") + " " + error.string_or("param");
    else
      text = json::write(*parsed);
  }
  std::string safe;
  for (const char c : text.substr(0, kMaxComplaint))
    safe += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? ' ' : c;
  return safe;
}

tl::unexpected<Error> cancelled() {
  return fail(ErrorCode::kUnavailable, "model.cancelled", "the question was given up");
}

}  // namespace

Adaptation Adaptations::of(const ModelDefinition& model) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(key(model));
  return found == known_.end() ? Adaptation{} : found->second;
}

void Adaptations::remember(const ModelDefinition& model, Adaptation adaptation) {
  const std::lock_guard lock(mutex_);
  known_[key(model)] = adaptation;
}

std::string Adaptations::key(const ModelDefinition& model) {
  return model.url + "\n" + model.name + "\n" + model.tool_choice;
}

struct ModelClient::Try {
  json::Value body;
  std::int64_t max_chars = 0;
  int status = 0;
  std::int64_t wait_ms = 0;  // As the server asked.
  std::string complaint;
  bool refused = false;  // By a status that will not pass.
};

// Takes what comes of an answer, whether it is streamed or whole.
class ModelClient::Reading {
 public:
  Reading(std::int64_t max_chars, const Following& following)
      : max_chars_(max_chars), following_(following) {}

  bool take(std::string_view chunk) {
    if (!any_event_ && whole_.size() < kMaxBody) whole_ += chunk;
    for (const net::EventParser::Event& event : parser_.feed(chunk)) {
      any_event_ = true;
      if (event.data == "[DONE]") continue;
      const Result<json::Value> parsed = json::parse(event.data, json::kMaxStoredDepth);
      const Result<std::string> text =
          parsed ? streamed_.add(*parsed, max_chars_)
                 : fail(ErrorCode::kUnavailable, "model.bad_answer", "a piece is not JSON");
      if (!text) {
        broken_ = text.error();
        return false;
      }
      if (!text->empty()) following_.on_text(*text);
    }
    return parser_.held_bytes() < kMaxBody;
  }

  const std::string& whole() const { return whole_; }

  Result<Answer> finish() {
    if (broken_) return tl::unexpected(*broken_);
    if (any_event_) return streamed_.finish();
    const Result<json::Value> parsed = json::parse(whole_, json::kMaxStoredDepth);
    if (!parsed) return fail(ErrorCode::kUnavailable, "model.bad_answer", "the answer is not JSON");
    return read_completion(*parsed);
  }

 private:
  std::int64_t max_chars_;
  const Following& following_;
  net::EventParser parser_;
  StreamedAnswer streamed_;
  std::string whole_;
  bool any_event_ = false;
  std::optional<Error> broken_;
};

namespace {

Result<net::ClientRequest> http_request(const ModelDefinition& model, const json::Value& body) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = model.url + "/chat/completions";
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json, text/event-stream"},
                     {"User-Agent", "fermata/" FERMATA_VERSION}};
  if (!model.key_env.empty()) {
    FERMATA_TRY(const std::string key, with_secrets("env:" + model.key_env));
    request.headers.emplace_back("Authorization", "Bearer " + key);
  }
  request.body = json::write(body);
  request.timeout_ms = static_cast<int>(model.timeout_ms);
  return request;
}

}  // namespace

// One request. A status that is no answer is kUnavailable as well; `attempt` says which.
Result<Answer> ModelClient::once(const ModelDefinition& model,
                                 Try& attempt,
                                 const Following& following) {
  const std::int64_t deadline = monotonic_ms() + model.timeout_ms;
  FERMATA_TRY(net::ClientRequest request, http_request(model, attempt.body));
  request.cancelled = [&] { return following.cancelled() || monotonic_ms() > deadline; };
  Reading reading(attempt.max_chars, following);
  const Result<net::Response> answer = http_.stream(
      request, [&](std::string_view chunk) { return !request.cancelled() && reading.take(chunk); });
  if (following.cancelled()) return cancelled();
  if (!answer) return fail(ErrorCode::kUnavailable, "model.no_answer", answer.error().message);
  attempt.status = answer->status;
  if (answer->status != 200) {
    attempt.wait_ms = retry_after_ms(answer->headers);
    attempt.complaint = complaint_in(reading.whole());
    attempt.refused = !may_pass(answer->status);
    return fail(
        ErrorCode::kUnavailable,
        "model.no_answer",
        "the model's server answered " + std::to_string(answer->status) + ": " + attempt.complaint);
  }
  if (monotonic_ms() > deadline)
    return fail(ErrorCode::kUnavailable, "model.no_answer", "the model took too long");
  return reading.finish();
}

Result<Asked> ModelClient::ask(const ModelDefinition& model,
                               const ModelRequest& request,
                               std::int64_t max_chars,
                               const Following& following) {
  const std::int64_t begin = monotonic_ms();
  Adaptation adaptation = adaptations_.of(model);
  std::int64_t failures = 0;
  for (std::int64_t tries = 1;; ++tries) {
    Try attempt{completion_body(model, request, adaptation), max_chars, 0, 0, {}, false};
    Result<Answer> answer = once(model, attempt, following);
    if (answer) {
      adaptations_.remember(model, adaptation);
      return Asked{*std::move(answer), tries, monotonic_ms() - begin};
    }
    const Error& error = answer.error();
    if (error.reason == "model.cancelled" || error.reason == "agents.missing_secret")
      return tl::unexpected(error);
    if (attempt.status >= 400) {
      const Adaptation next = adapted(adaptation, attempt.body, attempt.complaint);
      if (!(next == adaptation) && attempt.status != 429) {
        adaptation = next;
        continue;
      }
    }
    if (attempt.refused)
      return fail(ErrorCode::kInvalid, "model.refused", error.message, model.url);
    const bool too_long = attempt.wait_ms > kMaxPauseMs;
    if (++failures > model.retries || too_long) {
      Error gone{ErrorCode::kUnavailable, "model.unavailable", error.message, model.url, {}};
      if (attempt.wait_ms > 0)
        gone.extra = json::write(json::Object{{"retry_after_s", attempt.wait_ms / 1000}});
      return tl::unexpected(std::move(gone));
    }
    const std::int64_t wait_ms = std::max(
        attempt.wait_ms, resilience::delay_ms(kRetry, static_cast<int>(failures), random_));
    if (!following.pause(wait_ms)) return cancelled();
  }
}

}  // namespace fermata::agents

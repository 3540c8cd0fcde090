#include "channels/ntfy/ntfy.hpp"

#include "channels/http.hpp"
#include "channels/words.hpp"
#include "net/http_client.hpp"

namespace fermata::channels {
namespace {

constexpr std::size_t kMostAnswer = 64 << 10;
constexpr std::size_t kMostMessage = 3'500;  // Bytes; from 4,096 on it would become an attachment.
constexpr std::int64_t kUrgent = 4, kUsual = 3;

class Ntfy final : public Channel {
 public:
  explicit Ntfy(NtfySettings settings) : settings_(std::move(settings)) {}

  Outcome deliver(const Notice& notice) override {
    net::Client client;
    net::ClientRequest request;
    request.method = "POST";
    request.url = settings_.url;
    request.body = json::write(ntfy_message(settings_, notice));
    request.timeout_ms = settings_.timeout_ms;
    request.only = &settings_.outward;
    request.max_answer_bytes = kMostAnswer;
    request.headers.emplace_back("Content-Type", "application/json");
    if (!settings_.token.empty())
      request.headers.emplace_back("Authorization", "Bearer " + settings_.token);
    // Of what is only news to those who look, nobody's phone rings.
    const std::string state = state_of(notice);
    if (!state.empty() && notice.ref == state) return Delivered{notice.wanted, state};
    const auto answer = client.send(request);
    if (!answer) return tl::unexpected(unanswered(answer.error(), client.reached()));
    if (answer->status == 200) return Delivered{notice.wanted, state};
    return tl::unexpected(failure_of(answer->status, answer->headers, SystemClock().now_ms()));
  }

 private:
  const NtfySettings settings_;
};

}  // namespace

json::Value ntfy_message(const NtfySettings& settings, const Notice& notice) {
  const bool pending = is_pending(notice);
  const char* tag = is_test(notice) ? "bell" : pending ? "raised_hand" : "heavy_check_mark";
  json::Object message{{"topic", notice.address.empty() ? settings.topic : notice.address},
                       {"title", title_of(notice)},
                       {"message", shortened(text_of(notice), kMostMessage)},
                       {"priority", pending ? kUrgent : kUsual},
                       {"tags", json::Array{tag}}};
  if (!notice.page.empty()) message.set("click", notice.page);
  return message;
}

std::shared_ptr<Channel> make_ntfy(NtfySettings settings) {
  return std::make_shared<Ntfy>(std::move(settings));
}

}  // namespace fermata::channels

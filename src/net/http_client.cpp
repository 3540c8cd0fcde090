#include "net/http_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace fermata::net {
namespace {

struct Sink {
  Response response;
  const std::function<bool(std::string_view)>* on_chunk = nullptr;
  bool stopped = false;  // on_chunk has had enough.
  bool too_large = false;
  std::size_t most = 0;
};

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t on_header(const char* data, std::size_t, std::size_t size, void* user) {
  auto& headers = static_cast<Sink*>(user)->response.headers;
  const std::string_view line(data, size);
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    headers.clear();  // What came before was a 1xx.
  } else if (colon != std::string_view::npos) {
    headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  return size;
}

// Taking less than was given makes curl stop.
std::size_t on_body(const char* data, std::size_t, std::size_t size, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.on_chunk != nullptr) {
    sink.stopped = !(*sink.on_chunk)({data, size});
    return sink.stopped ? 0 : size;
  }
  sink.too_large = sink.response.body.size() + size > sink.most;
  if (sink.too_large) return 0;
  sink.response.body.append(data, size);
  return size;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& line) {
  if (curl_slist* const longer = curl_slist_append(list.get(), line.c_str())) {
    (void)list.release();
    list.reset(longer);
  }
}

bool is_loopback(const std::string& url) {
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    const auto at = url.find("://");
    if (at == std::string::npos) return false;
    const auto rest = std::string_view(url).substr(at + 3);
    if (!rest.starts_with(host)) continue;
    const auto after = rest.substr(host.size());
    if (after.empty() || after[0] == ':' || after[0] == '/' || after[0] == '?') return true;
  }
  return false;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(user))() ? 1 : 0;
}

// The socket of a connection that is about to be made, or none.
curl_socket_t on_socket(void* user, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<const Outward*>(user)->allows(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

List header_list(const ClientRequest& request) {
  List list;
  // Not what curl would say by itself: no waiting for a 100, no form.
  append(list, "Expect:");
  append(list, "Content-Type:");
  for (const auto& [name, value] : request.headers) {
    std::string line = name;
    append(list, line.append(": ").append(value));
  }
  return list;
}

}  // namespace

struct Client::Impl {
  CURL* curl = nullptr;
  char error[CURL_ERROR_SIZE] = {};
  bool reached = false;

  // Options last for one request; the connection stays.
  void prepare(const ClientRequest& request, const curl_slist* headers, Sink& sink) {
    curl_easy_reset(curl);
    error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.timeout_ms));
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &sink);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    if (request.only != nullptr) {
      curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
      curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, request.only);
      curl_easy_setopt(curl, CURLOPT_PROXY, "");
    }
    sink.most = request.max_answer_bytes;
    if (request.alone || request.only != nullptr) {
      curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
      curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    }
    if (request.cancelled) {
      curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
      curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
      curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &request.cancelled);
    }
    if (is_loopback(request.url)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (request.method == "HEAD") {
      curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    } else {
      if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(
            curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      }
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  Result<int> perform(const ClientRequest& request, const Sink& sink) {
    const CURLcode code = curl_easy_perform(curl);
    reached = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
              code != CURLE_COULDNT_RESOLVE_PROXY && code != CURLE_URL_MALFORMAT &&
              code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_SSL_CONNECT_ERROR &&
              code != CURLE_PEER_FAILED_VERIFICATION;
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK || sink.stopped) return static_cast<int>(status);
    if (sink.too_large) {
      return fail(ErrorCode::kUnavailable, "net.no_answer", "the answer is too large");
    }
    const std::string why = error[0] != '\0' ? error : curl_easy_strerror(code);
    return fail(ErrorCode::kUnavailable,
                "net.no_answer",
                "no answer from the server: " + why,
                request.method + " " + request.url);
  }
};

Client::Client() : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_->curl = curl_easy_init();
}

Client::~Client() { curl_easy_cleanup(impl_->curl); }

Result<Response> Client::send(const ClientRequest& request) {
  Sink sink;
  const List headers = header_list(request);
  impl_->prepare(request, headers.get(), sink);
  curl_easy_setopt(impl_->curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
  FERMATA_TRY(sink.response.status, impl_->perform(request, sink));
  return std::move(sink.response);
}

Result<Response> Client::stream(const ClientRequest& request,
                                const std::function<bool(std::string_view)>& on_chunk) {
  Sink sink;
  sink.on_chunk = &on_chunk;
  const List headers = header_list(request);
  impl_->prepare(request, headers.get(), sink);
  curl_easy_setopt(impl_->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(impl_->curl,
                   CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(std::max(1, request.timeout_ms / 1000)));
  FERMATA_TRY(sink.response.status, impl_->perform(request, sink));
  return std::move(sink.response);
}

bool Client::reached() const { return impl_->reached; }

}  // namespace fermata::net

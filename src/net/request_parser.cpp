#include "net/request_parser.hpp"

// One of its assertions is wrong in 1.81: an empty chunked body whose last CRLF comes byte by byte
// (n == 4 in parse_chunk_header) is parsed correctly, but would abort a debug build.
#define BOOST_DISABLE_ASSERTS  // NOLINT(readability-identifier-naming): Boost's name.
#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <functional>
#include <optional>

#include "net/target.hpp"

namespace fermata::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kMaxRequestLineBytes = 8 << 10;
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxChunkLineBytes = 8 << 10;  // A chunk's header, or all trailers.
constexpr std::size_t kBodyReserveBytes = 64 << 10;  // More only as it comes, not as announced.

constexpr Refused kMalformed{400, "request.malformed", "the request is not well-formed HTTP/1.1"};
constexpr Refused kBadTarget{400, "request.malformed", "the request target is malformed"};
constexpr Refused kFolded{400, "request.malformed", "a header is folded over several lines"};
constexpr Refused kFraming{
    400, "request.malformed", "the length of the body is given more than once, or malformed"};
constexpr Refused kBadHost{
    400, "request.bad_host", "exactly one well-formed Host header is needed"};
constexpr Refused kBodyTooLarge{413, "request.body_too_large", "the body is too large"};
constexpr Refused kTargetTooLong{414, "request.target_too_long", "the request line is too long"};
constexpr Refused kExpectation{417, "request.expectation", "only 100-continue can be expected"};
constexpr Refused kHeadersTooLarge{
    431, "request.headers_too_large", "the headers are too large or too many"};
constexpr Refused kTransferEncoding{
    501, "request.transfer_encoding", "the only transfer encoding here is chunked"};
constexpr Refused kHttpVersion{505, "request.http_version", "this server speaks HTTP/1.1"};

std::string_view std_view(BeastView view) { return {view.data(), view.size()}; }

bool is_host(std::string_view host) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=:[]%";
  return !host.empty() && std::ranges::all_of(host, [kMarks](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool has_bare_line_feed(std::string_view text) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

class Parser final : public http::basic_parser<true> {
 public:
  std::string_view input;  // What put() is reading, to tell a folded value from a plain one.
  Request request;
  Refused refused;
  bool http11 = true;
  bool has_request_line = false;
  bool expects_continue = false;

 private:
  // Any error will do: `refused` says what it was.
  void refuse(const Refused& why, error_code& error) {
    refused = why;
    error = http::error::bad_value;
  }

  bool is_folded(BeastView name, BeastView value) const {
    const std::less<const char*> before;
    const char* const end = input.data() + input.size();
    if (before(value.data(), input.data()) || before(end, value.data())) return true;
    const char* const name_end = name.data() + name.size();
    return std::find(name_end, value.data(), '\n') != value.data();
  }

  void on_request_impl(
      http::verb, BeastView method, BeastView target, int version, error_code& error) override {
    has_request_line = true;
    http11 = version >= 11;
    if (target.size() > kMaxRequestLineBytes) return refuse(kTargetTooLong, error);
    auto parsed = net::parse_target(std_view(target));
    if (!parsed) return refuse(kBadTarget, error);
    request.method = std_view(method);
    request.path = std::move(parsed->path);
    request.query = std::move(parsed->query);
    request.headers.reserve(12);
  }

  void on_field_impl(http::field field,
                     BeastView name,
                     BeastView value,
                     error_code& error) override {
    if (is_folded(name, value)) return refuse(kFolded, error);
    if (is_header_done()) return;  // A trailer.
    if (request.headers.size() == kMaxFields) return refuse(kHeadersTooLarge, error);
    switch (field) {
      case http::field::host:
        if (++hosts_ > 1 || !is_host(std_view(value))) return refuse(kBadHost, error);
        break;
      case http::field::content_length:
        if (++lengths_ > 1 || !all_digits(std_view(value))) return refuse(kFraming, error);
        break;
      case http::field::transfer_encoding:
        if (++encodings_ > 1 || !http11) return refuse(kFraming, error);
        if (!boost::beast::iequals(value, "chunked")) return refuse(kTransferEncoding, error);
        break;
      case http::field::expect:
        if (!boost::beast::iequals(value, "100-continue")) return refuse(kExpectation, error);
        expects_continue = http11;
        break;
      default:
        break;
    }
    request.headers.emplace_back(std_view(name), std_view(value));
  }

  void on_header_impl(error_code& error) override {
    if (hosts_ == 0 && http11) return refuse(kBadHost, error);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    request.body.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(length.value_or(0), kBodyReserveBytes)));
  }

  std::size_t on_body_impl(BeastView body, error_code&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, BeastView extensions, error_code& error) override {
    if (extensions.size() > kMaxChunkLineBytes) refuse(kMalformed, error);
  }

  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  int hosts_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
};

// The request line in `input` ends in a well-formed version that is not HTTP/1.x.
bool names_other_version(std::string_view input) {
  auto line = input.substr(0, input.find("\r\n"));
  line.remove_prefix(std::min(line.rfind(' ') + 1, line.size()));
  return line.size() == 8 && line.starts_with("HTTP/") && line[6] == '.' &&
         all_digits(line.substr(5, 1)) && all_digits(line.substr(7)) && line[5] != '1';
}

// What is too long, when the header is. Beast may put off parsing a line that it has.
const Refused& too_long(const Parser& parser, std::string_view unread) {
  const bool has_line = parser.has_request_line || unread.find("\r\n") < kMaxRequestLineBytes;
  return has_line ? kHeadersTooLarge : kTargetTooLong;
}

Refused refusal_of(const Parser& parser, const error_code& error) {
  if (parser.refused.status != 0) return parser.refused;
  if (error == http::error::body_limit) return kBodyTooLarge;
  if (error == http::error::bad_version && names_other_version(parser.input)) return kHttpVersion;
  if (error == http::error::header_limit) return too_long(parser, parser.input);
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length ||
      error == http::error::bad_transfer_encoding) {
    return kFraming;
  }
  return kMalformed;
}

}  // namespace

struct RequestParser::Impl {
  std::size_t max_header_bytes;
  std::size_t max_body_bytes;
  std::optional<Parser> parser;
  std::size_t header_bytes = 0;  // Consumed; Beast's own limit forgets what came in earlier reads.
  bool continue_asked = false;
  Refused refused;

  Step refuse(const Refused& why) {
    refused = why;
    return Step::kRefused;
  }

  // Empty lines before a request are skipped (RFC 9112, 2.2), and count as header.
  std::size_t skip_empty_lines(std::string_view bytes) {
    std::size_t skipped = 0;
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    header_bytes += skipped;
    return skipped;
  }

  Step wait(std::string_view unread) {
    if (parser->is_header_done()) {
      return unread.size() > kMaxChunkLineBytes ? refuse(kMalformed) : Step::kNeedMore;
    }
    // Beast would wait for a CRLF CRLF that a sender of bare line feeds never sends.
    if (has_bare_line_feed(unread)) return refuse(kMalformed);
    const auto& excess = too_long(*parser, unread);
    const bool line_too_long = excess.status == 414 && unread.size() > kMaxRequestLineBytes;
    const bool too_large = header_bytes + unread.size() > max_header_bytes;
    return line_too_long || too_large ? refuse(excess) : Step::kNeedMore;
  }
};

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(std::make_unique<Impl>()) {
  impl_->max_header_bytes = max_header_bytes;
  impl_->max_body_bytes = max_body_bytes;
  reset();
}

RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  auto& parser = impl_->parser.emplace();
  parser.header_limit(static_cast<std::uint32_t>(impl_->max_header_bytes));
  parser.body_limit(impl_->max_body_bytes);
  parser.eager(false);  // Stops after the header, so that its bytes can be counted.
  impl_->header_bytes = 0;
  impl_->continue_asked = false;
}

RequestParser::Step RequestParser::feed(std::string_view bytes, std::size_t& consumed) {
  auto& parser = *impl_->parser;
  consumed = parser.got_some() ? 0 : impl_->skip_empty_lines(bytes);
  for (;;) {
    parser.input = bytes.substr(consumed);
    if (parser.input.empty() || (parser.input == "\r" && !parser.got_some())) {
      return impl_->wait(parser.input);
    }
    const bool in_header = !parser.is_header_done();
    error_code error;
    const std::size_t taken =
        parser.put(boost::asio::const_buffer(parser.input.data(), parser.input.size()), error);
    consumed += taken;
    if (in_header) impl_->header_bytes += taken;
    if (error && error != http::error::need_more) return impl_->refuse(refusal_of(parser, error));
    if (in_header && impl_->header_bytes > impl_->max_header_bytes) {
      return impl_->refuse(kHeadersTooLarge);
    }
    if (parser.is_done()) return Step::kComplete;
    if (error == http::error::need_more) return impl_->wait(bytes.substr(consumed));
    parser.eager(true);
  }
}

const Refused& RequestParser::refused() const { return impl_->refused; }

Request RequestParser::take() { return std::move(impl_->parser->request); }

bool RequestParser::has_begun() const { return impl_->parser->got_some(); }

bool RequestParser::wants_continue() {
  const auto& parser = *impl_->parser;
  if (impl_->continue_asked || !parser.expects_continue || !parser.is_header_done()) return false;
  impl_->continue_asked = true;
  return parser.request.body.empty();
}

bool RequestParser::keep_alive() const {
  return impl_->parser->is_header_done() && impl_->parser->keep_alive();
}
bool RequestParser::is_http11() const { return impl_->parser->http11; }
bool RequestParser::is_head() const { return impl_->parser->request.method == "HEAD"; }

}  // namespace fermata::net

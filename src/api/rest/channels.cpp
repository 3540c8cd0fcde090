// Channels, and the messages that went through them.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "core/outbox/outbox.hpp"

namespace fermata::api {

Result<engine::Reply> list_channels(Exchange& exchange) {
  Query query(exchange.query());
  FERMATA_CHECK_OK(query.finish());
  const auto& status = exchange.services().options.channels;
  return page_document(status ? status(exchange.tenant()) : std::vector<json::Value>{}, {});
}

Result<engine::Reply> list_messages(Exchange& exchange) {
  Query query(exchange.query());
  engine::ListFilter filter;
  filter.table = store::Table::kMessages;
  filter.status = query.choice("status", {"due", "current", "given_up"});
  filter.workflow = query.text("workflow", kMaxIdLength, kWorkflowId);
  filter.agent = query.text("channel", kMaxIdLength, kName);
  const std::string subject = query.text("subject", kMaxIdLength, kAnyText);
  if (!subject.empty()) filter.any_label = {"subject:" + subject};
  FERMATA_TRY(PageWish wish, page_wish(exchange, query));
  filter.limit = wish.limit;
  filter.cursor = std::move(wish.place);
  FERMATA_TRY(engine::Page page, exchange.engine().list(exchange.tenant(), filter));
  return page_reply(exchange, std::move(page.items), page.next);
}

void test_channel(const ExchangePtr& exchange) {
  std::string person;
  Fields fields(exchange->body());
  fields.text("person", person, {.shape = kName});
  if (const Result<void> read = fields.finish(); !read)
    return exchange->finish(tl::unexpected(read.error()));
  const auto& test = exchange->services().options.test_channel;
  if (!test)
    return exchange->finish(
        fail(ErrorCode::kNotFound, "channel.not_found", "there is no such channel"));
  test(exchange->tenant(),
       exchange->param("channel_name"),
       person,
       [exchange](const Result<std::string>& wrong) {
         if (!wrong) return exchange->finish(tl::unexpected(wrong.error()));
         engine::Reply reply;
         reply.body = json::Object{{"delivered", wrong->empty()},
                                   {"error", wrong->empty() ? json::Value() : json::Value(*wrong)}};
         exchange->finish(std::move(reply));
       });
}

Result<engine::Submission> resend_message(Exchange& exchange) {
  command::ResendMessage wish;
  Fields fields(exchange.body());
  fields.text("id", wish.message, {.required = true, .min = 1, .max = kMaxProse, .shape = kLine});
  FERMATA_CHECK_OK(fields.finish());
  const std::string subject = wish.message.substr(0, wish.message.find('/'));
  const std::string workflow = subject.starts_with("wf_") ? subject : workflow_of(subject);
  if (!workflow.starts_with("wf_"))
    return fail(ErrorCode::kNotFound, "message.not_found", "there is no such message");
  return exchange.submission(outbox_of(workflow), std::move(wish));
}

}  // namespace fermata::api

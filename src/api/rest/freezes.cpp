// The kill switch.

#include <algorithm>

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"

namespace fermata::api {

Result<engine::Submission> throw_switch(Exchange& exchange) {
  command::ThrowSwitch wish;
  Fields fields(exchange.body());
  fields.text("agent", wish.agent, {.shape = kName});
  fields.text("tool", wish.tool, {.min = 1, .max = kMaxToolLength, .shape = kLine});
  fields.text("reason", wish.reason, {.required = true, .min = 1, .max = kMaxProse});
  if (wish.tool.find('*') != std::string::npos)
    fields.refuse(
        "value_error", "tool", "names one tool; leave it out to freeze an agent's every tool");
  fields.boolean("everything", wish.everything);
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission("directory", std::move(wish));
}

Result<engine::Submission> lift_switch(Exchange& exchange) {
  command::LiftSwitch wish{exchange.param("freeze_id"), {}};
  Fields fields(exchange.body());
  fields.text("reason", wish.reason, {.max = kMaxProse});
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission("directory", std::move(wish));
}

// Those that hold first come first; all that ever held are there.
Result<engine::Reply> list_freezes(Exchange& exchange) {
  const auto directory = exchange.engine().directory(exchange.tenant());
  if (directory == nullptr)
    return fail(ErrorCode::kNotFound, "tenant.not_found", "there is no such tenant");
  Query query(exchange.query());
  FERMATA_TRY(const PageWish wish, page_wish(exchange, query));
  FERMATA_TRY(const std::int64_t begin, place_number(wish));
  std::vector<json::Value> all;
  for (const bool holds : {true, false})
    for (auto one = directory->freezes.rbegin(); one != directory->freezes.rend(); ++one)
      if (!one->until == holds) all.push_back(codec::to_document(*one));
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t end = std::min(begin + wish.limit, size);
  return page_reply(exchange,
                    {all.begin() + std::min(begin, size), all.begin() + end},
                    end < size ? std::to_string(end) : "");
}

}  // namespace fermata::api

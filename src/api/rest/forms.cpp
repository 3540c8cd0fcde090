// The form of a request on a surface, and answers as that surface gives them.

#include "api/rest/forms.hpp"

#include "api/mcp/headers.hpp"
#include "api/rest/query.hpp"
#include "api/rest/routes.hpp"
#include "ui/form/surface.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxSurface = 32;

Result<ui::Form> form_in(const json::Value& request) {
  const json::Value& form = request["form"];
  if (form.is_null()) {
    return fail(ErrorCode::kNotFound, "approval.no_form", "this request asks for no form");
  }
  return ui::form_of(form["schema"], form["hints"]);
}

Result<ui::Surface> surface_named(const std::string& name) {
  if (const auto surface = ui::surface_from(name)) return *surface;
  return fail(
      ErrorCode::kInvalid, "request.invalid", "surface: must be one of " + ui::surface_names());
}

}  // namespace

Result<engine::Reply> get_form(Exchange& exchange) {
  Query query(exchange.query());
  const std::string name = query.required_text("surface", kMaxSurface, kName);
  FERMATA_CHECK_OK(query.finish());
  FERMATA_TRY(const ui::Surface surface, surface_named(name));
  const std::string& id = exchange.param("approval_id");
  FERMATA_TRY(const json::Value request, exchange.engine().approval(exchange.tenant(), id));
  FERMATA_TRY(const ui::Form form, form_in(request));
  const ui::Shown shown = ui::render(surface, form);
  json::Value why_not;
  if (!shown) {
    why_not =
        json::Object{{"reason", shown.error().reason},
                     {"pointer", shown.error().pointer},
                     {"message", shown.error().message},
                     {"url",
                      mcp::base_url(exchange.request(), exchange.services().options.public_url) +
                          "/approvals/" + id}};
  }
  engine::Reply reply;
  reply.body = json::Object{{"approval", id},
                            {"surface", name},
                            {"hash", request["hash"]},
                            {"form", shown ? *shown : json::Value()},
                            {"undecidable", std::move(why_not)}};
  return reply;
}

Result<json::Value> typed_answer(const Exchange& exchange,
                                 const std::string& approval,
                                 const std::string& surface_name,
                                 const json::Value& raw) {
  FERMATA_TRY(const ui::Surface surface, surface_named(surface_name));
  FERMATA_TRY(const json::Value request, exchange.engine().approval(exchange.tenant(), approval));
  FERMATA_TRY(const ui::Form form, form_in(request));
  ui::Reading reading = ui::judged(surface, form, raw);
  if (reading.errors.empty()) return json::Value(std::move(reading.answer));
  auto refusal = form::bad_answer(reading.errors);
  json::Value extra = json::parse(refusal.value().extra).value_or(json::Object{});
  extra.as_object()->set("shown", ui::errors_for(surface, form, reading.errors));
  refusal.value().extra = json::write(extra);
  return refusal;
}

}  // namespace fermata::api

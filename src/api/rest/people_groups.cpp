// People and groups: who can be asked.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/routes.hpp"
#include "codec/documents.hpp"

namespace fermata::api {
namespace {

constexpr std::size_t kMaxEmail = 254;

Result<std::shared_ptr<const Directory>> directory_of(const Exchange& exchange) {
  if (auto directory = exchange.engine().directory(exchange.tenant())) return directory;
  return fail(ErrorCode::kNotFound, "tenant.not_found", "there is no such tenant");
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return is_line(text) && text.find(' ') == std::string_view::npos && at != 0 &&
         at != std::string_view::npos && at + 1 < text.size() && text.rfind('@') == at;
}
constexpr Shape kEmail{is_email, "an e-mail address"};

// Channel -> id there; at most one for each channel.
void read_identities(Fields& fields, Person& person) {
  json::Object given;
  fields.object("identities", given);
  if (given.size() > kMaxIdentities)
    return fields.refuse("too_long", "identities", "must have at most 16 members");
  fields.nested(
      "identities",
      [&](Fields& identities) {
        for (const auto& [channel, id] : given) {
          if (!is_channel_name(channel)) continue;  // Nobody names it, so it is refused.
          identities.text(channel,
                          person.identities[channel],
                          {.min = 1, .max = kMaxNameLength, .shape = kLine});
        }
      },
      false);
}

template <class Entity>
Result<engine::Reply> one_of(const std::map<std::string, Entity>& all,
                             const std::string& id,
                             const std::string& entity) {
  const auto found = all.find(id);
  if (found == all.end())
    return fail(
        ErrorCode::kNotFound, entity + ".not_found", "there is no " + entity + " '" + id + "'");
  engine::Reply reply;
  reply.body = codec::to_document(found->second);
  return reply;
}

}  // namespace

Result<engine::Submission> put_person(Exchange& exchange) {
  Person person;
  person.id = exchange.param("person_id");
  Fields fields(exchange.body());
  fields.text("name", person.name, {.required = true, .min = 1, .max = kMaxNameLength});
  fields.text("email", person.email, {.max = kMaxEmail, .shape = kEmail});
  read_identities(fields, person);
  fields.boolean("active", person.active);
  FERMATA_CHECK_OK(fields.finish());
  return exchange.submission("directory", command::SetPerson{std::move(person)});
}

Result<engine::Submission> put_group(Exchange& exchange) {
  Group group;
  group.id = exchange.param("group_id");
  std::vector<std::string> members;
  Fields fields(exchange.body());
  fields.text("name", group.name, {.max = kMaxNameLength});
  fields.texts(
      "members", members, {.required = true, .max = kMaxMembers, .unique = true}, {.shape = kName});
  FERMATA_CHECK_OK(fields.finish());
  group.members.insert(members.begin(), members.end());
  return exchange.submission("directory", command::SetGroup{std::move(group)});
}

Result<engine::Submission> delete_group(Exchange& exchange) {
  return exchange.submission("directory", command::RemoveGroup{exchange.param("group_id")});
}

Result<engine::Reply> list_people(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return page_of(
      exchange, directory->people, [](const Person& each) { return codec::to_document(each); });
}

Result<engine::Reply> get_person(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return one_of(directory->people, exchange.param("person_id"), "person");
}

Result<engine::Reply> list_groups(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return page_of(
      exchange, directory->groups, [](const Group& each) { return codec::to_document(each); });
}

Result<engine::Reply> get_group(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return one_of(directory->groups, exchange.param("group_id"), "group");
}

}  // namespace fermata::api

// People and groups: who can be asked.

#include "api/rest/fields.hpp"
#include "api/rest/limits.hpp"
#include "api/rest/lists.hpp"
#include "api/rest/query.hpp"
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
bool is_word(std::string_view text) {
  constexpr std::string_view kWordCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@+";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(kWordCharacters) == text.npos;
}
constexpr Shape kWord{is_word, "1 to 64 of A-Z a-z 0-9 . _ - @ +"};
bool is_name_or_none(std::string_view text) { return text.empty() || is_name(text); }
constexpr Shape kNameOrNone{is_name_or_none, "a person's id, or empty"};
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

// Name -> value; both are what group expressions can say.
void read_attributes(Fields& fields, Person& person) {
  json::Object given;
  fields.object("attributes", given);
  if (given.size() > kMaxAttributes)
    return fields.refuse("too_long", "attributes", "must have at most 32 members");
  fields.nested(
      "attributes",
      [&](Fields& attributes) {
        for (const auto& [name, value] : given) {
          if (!is_word(name)) continue;  // Nobody names it, so it is refused.
          attributes.text(
              name, person.attributes[name], {.min = 1, .max = kMaxNameLength, .shape = kWord});
        }
      },
      false);
}

template <class Entity>
Result<engine::Reply> one_of(const SharedMap<std::string, Entity>& all,
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
  std::vector<std::string> roles;
  fields.texts("roles", roles, {.max = kMaxAttributes, .unique = true}, {.min = 1, .shape = kWord});
  person.roles.insert(roles.begin(), roles.end());
  read_attributes(fields, person);
  fields.text("manager", person.manager, {.shape = kNameOrNone});
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

Result<engine::Submission> put_resource(Exchange& exchange) {
  Resource resource;
  std::vector<std::string> owners;
  Fields fields(exchange.body());
  fields.text(
      "id", resource.id, {.required = true, .min = 1, .max = kMaxResourceId, .shape = kLabel});
  fields.text("name", resource.name, {.max = kMaxNameLength});
  fields.texts("owners",
               owners,
               {.required = true, .min = 1, .max = kMaxMembers, .unique = true},
               {.shape = kName});
  FERMATA_CHECK_OK(fields.finish());
  resource.owners.insert(owners.begin(), owners.end());
  return exchange.submission("directory", command::SetResource{std::move(resource)});
}

// Its id may hold slashes, so it is no part of the path.
Result<engine::Submission> delete_resource(Exchange& exchange) {
  Query query(exchange.query());
  std::string id = query.required_text("id", kMaxResourceId, kLabel);
  FERMATA_CHECK_OK(query.finish());
  return exchange.submission("directory", command::RemoveResource{std::move(id)});
}

Result<engine::Reply> list_resources(Exchange& exchange) {
  FERMATA_TRY(const auto directory, directory_of(exchange));
  return page_of(exchange, directory->resources, [](const Resource& each) {
    return codec::to_document(each);
  });
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

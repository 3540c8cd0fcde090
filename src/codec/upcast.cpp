#include "codec/upcast.hpp"

#include <algorithm>

namespace fermata::codec {

Lifts all_lifts() { return {}; }

std::int64_t current_version(std::string_view type, Lifts lifts) {
  return 1 + std::count_if(lifts.begin(), lifts.end(), [type](const Lift& lift) {
           return lift.type == type;
         });
}

Result<void> upcast(json::Object& event, Lifts lifts) {
  const json::Value* type_member = event.find("type");
  const json::Value* version_member = event.find("v");
  if (type_member == nullptr || type_member->as_string() == nullptr)
    return corrupt_event(".type: not a string");
  if (version_member == nullptr || version_member->as_int() == nullptr)
    return corrupt_event(".v: not an integer");
  const std::string type = *type_member->as_string();
  std::int64_t version = *version_member->as_int();
  if (version < 1 || version > current_version(type, lifts))
    return corrupt_event(".v: " + type + " of version " + std::to_string(version) +
                         " is not known to this program");
  for (const Lift& lift : lifts) {
    if (lift.type != type || lift.from != version) continue;
    lift.apply(event);
    event.set("v", ++version);
  }
  return {};
}

tl::unexpected<Error> corrupt_event(std::string where) {
  return fail(ErrorCode::kInternal,
              "codec.corrupt_event",
              "a stored event cannot be read",
              std::move(where));
}

}  // namespace fermata::codec

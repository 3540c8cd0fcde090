// That fields() names every member of every event once, in canonical order: what it forgets would
// be lost on disk and no round trip would notice.

#include "codec/fields.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/random_event.hpp"

namespace fermata::codec {
namespace {

// Converts to whatever a member is, so that the members of an aggregate can be counted.
struct Anything {
  template <class T>
  operator T() const;
};

template <class T, class... Members>
constexpr std::size_t members_of() {
  if constexpr (requires { T{Members{}..., Anything{}}; })
    return members_of<T, Members..., Anything>();
  else
    return sizeof...(Members);
}

// Looks at what fields() lists for each struct that it meets, events inside of events included.
class Audit {
 public:
  template <class T>
  using Ref = T&;

  template <class T>
  void operator()(std::string_view name, T& member) {
    EXPECT_LT(last_, name) << "names ascend";
    last_ = name;
    EXPECT_TRUE(members_.insert(&member).second) << name << " is a member that was listed before";
    descend(member);
  }
  template <class T>
  void time(std::string_view name, T& member) {
    (*this)(name, member);
  }
  template <class T>
  void duration(std::string_view name, T& member) {
    EXPECT_TRUE(name.ends_with("_ms")) << name;
    (*this)(name, member);
  }
  template <class T>
  void secret(std::string_view name, T& member) {
    (*this)(name, member);
  }

  template <class T>
  static void look_at(T& described) {
    Audit audit;
    fields(audit, described);
    EXPECT_EQ(audit.members_.size(), members_of<T>());
  }

 private:
  template <class T>
  static void descend(T& member) {
    if constexpr (requires(Audit & audit) { fields(audit, member); }) look_at(member);
  }
  template <class T>
  static void descend(std::optional<T>& optional) {
    descend(optional.emplace());
  }
  template <class T>
  static void descend(std::vector<T>& items) {
    descend(items.emplace_back());
  }

  std::string last_;
  std::set<const void*> members_;
};

TEST(Fields, counts_members) {
  EXPECT_EQ(members_of<Threshold>(), 10U);
  EXPECT_EQ(members_of<Question>(), 17U);
}

TEST(Fields, name_each_member_of_each_event_once_in_canonical_order) {
  for (const std::string& type : testing::all_event_types()) {
    SCOPED_TRACE(type);
    event::Event event;
    ASSERT_TRUE(emplace(type, event));
    std::visit([](auto& alternative) { Audit::look_at(alternative); }, event);
  }
}

TEST(Fields, of_the_envelope_name_each_member_once_in_canonical_order) {
  Audit audit;
  event::Recorded recorded;
  Tag tag;
  envelope(audit, recorded, tag);
  EXPECT_EQ(members_of<event::Recorded>() + members_of<Tag>(), 13U);
}

TEST(Fields, names_of_events_differ) {
  const std::vector<std::string> types = testing::all_event_types();
  EXPECT_EQ(std::set<std::string>(types.begin(), types.end()).size(),
            std::variant_size_v<event::Event>);
}

}  // namespace
}  // namespace fermata::codec

#pragma once

// Part of event_samples.hpp: what its samples share, and those that came later.

#include <string>
#include <vector>

#include "core/event.hpp"

namespace fermata::testing {

inline const std::string kSuffix = "_01hzy3k9q2w4e6r8t0v1x5z7bc";
inline const std::string kHash(64, 'a');
inline const std::string kEditedHash(64, 'b');
inline const std::string kPolicyHash(64, 'c');
inline const std::string kRequestHash(64, 'd');
inline const std::string kDefinitionHash(64, 'e');
inline constexpr TimeMs kStart = 1795363200123;  // 2026-11-22T16:00:00.123Z
inline constexpr TimeMs kDay = 86'400'000;

inline std::vector<event::Event> verb_samples() {
  const std::string approval = "ap" + kSuffix + "_1";
  return {event::ApprovalWithdrawn{approval, "ben", "I was shown the wrong order"},
          event::ApprovalClaimed{approval, "ben", "cleo"},
          event::ApprovalReleased{approval, "ben"},
          event::ApprovalDelegated{approval, {"ben", "dan", kStart + kDay, "away", kStart}},
          event::ApprovalDelegationEnded{approval, "ben"},
          event::ApprovalCommented{approval, "Which parcel?", 1, true, true},
          event::ApprovalReminded{approval, 2},
          event::ApprovalEscalated{approval, {{"(finance) or (manager())", 2, 1}}},
          event::ApprovalExtended{approval, "ben", "the bank is closed", kDay},
          event::ApprovalAgreed{approval, kStart + kDay},
          event::ApprovalReopened{approval},
          event::ResourceSet{{"repo:acme/web", "The shop", {"ana"}}},
          event::ResourceRemoved{"repo:acme/web"},
          event::Frozen{"fz_1", "refund-agent", "refund", "it pays everybody"},
          event::Thawed{"fz_1", "mended"}};
}

inline std::vector<event::Event> permission_samples() {
  return {
      event::PermissionGiven{"pm_1",
                             {.tool = "refund",
                              .definition_hash = kDefinitionHash,
                              .agent = "refund-agent",
                              .when = {{"amount", json::Object{{"lte", 100}}}},
                              .until = kStart + kDay,
                              .calls = 5,
                              .sum_of = "amount",
                              .sum_most = "500"},
                             "the backlog of this afternoon"},
      event::PermissionJoined{"pm_1", "cleo"},
      event::PermissionUsed{"pm_1", "wf" + kSuffix, "step-1/tool-0/refund", 1, kHash, "99.5"},
      event::PermissionRevoked{"pm_1", "the backlog is done"},
      event::CallPermitted{"cl" + kSuffix + "_2",
                           "gr" + kSuffix + "_1",
                           "pm_1",
                           kHash,
                           {{"finance", 2, 1}},
                           {"ben", "cleo"},
                           1,
                           kStart + kDay},
      event::PolicyNotPublished{"ap" + kSuffix + "_1", kPolicyHash, "another version came first"}};
}

inline std::vector<event::Event> outbox_samples() {
  const std::string approval = "ap" + kSuffix + "_1", message = approval + "/mail/ana";
  return {event::MessageWanted{approval, "mail", "ana", "ana@example.com", 7, true},
          event::MessageDelivered{message, 7, "<1.2@fermata.example>"},
          event::MessageFailed{message, 2, "451 try again later", kStart + 60'000},
          event::MessageResent{message}};
}

inline std::vector<event::Event> inbound_samples() {
  return {event::InboundAsked{"in" + kSuffix + "_1",
                              "thread-7/interrupt-1",
                              json::Object{{"toolName", "refund"}, {"toolInput", json::Object{}}},
                              kRequestHash,
                              {{"cl" + kSuffix + "_2", ""}, {"", "ap" + kSuffix + "_1"}}}};
}

}  // namespace fermata::testing

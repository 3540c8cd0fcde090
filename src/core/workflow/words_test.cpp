#include "core/workflow/words.hpp"

#include <gtest/gtest.h>

namespace fermata {
namespace {

std::string refused_because(const std::string& reason) {
  Approval approval;
  approval.question.action = "refund";
  return words::not_performed(approval, ApprovalStatus::kRejected, "ben", reason);
}

TEST(Words, a_reason_is_quoted_and_its_sentence_ends_once) {
  EXPECT_EQ(refused_because(""), "Rejected by ben. refund was not performed.");
  EXPECT_EQ(refused_because("too late"),
            "Rejected by ben: \"too late\". refund was not performed.");
  EXPECT_EQ(refused_because("Too late."),
            "Rejected by ben: \"Too late.\" refund was not performed.");
  EXPECT_EQ(refused_because("Never!"), "Rejected by ben: \"Never!\" refund was not performed.");
  EXPECT_EQ(refused_because("Why?"), "Rejected by ben: \"Why?\" refund was not performed.");
  EXPECT_EQ(refused_because("Hm…"), "Rejected by ben: \"Hm…\" refund was not performed.");
  EXPECT_EQ(refused_because("v1.0"), "Rejected by ben: \"v1.0\". refund was not performed.");
}

TEST(Words, whatever_quotes_people_ends_its_sentence_once) {
  words::Ended ended{.action = "refund", .by = "ben", .reason = "Really?"};
  for (const auto status : {ApprovalStatus::kApproved,
                            ApprovalStatus::kAnswered,
                            ApprovalStatus::kRejected,
                            ApprovalStatus::kIgnored,
                            ApprovalStatus::kCancelled}) {
    ended.status = status;
    const std::string told = words::answered(ended);
    EXPECT_NE(told.find("\"Really?\" "), std::string::npos) << told;
  }
  Branch branch;
  branch.by = {ActorKind::kPerson, "ben"};
  branch.reason = "Wrong order!";
  EXPECT_NE(words::restored("start", branch, {}).find("by ben: \"Wrong order!\" Nothing"),
            std::string::npos);
  Approval approval;
  approval.comments.push_back({.by = {ActorKind::kPerson, "cleo"}, .text = "Look!"});
  approval.comments.back().for_agent = true;
  EXPECT_EQ(words::with_comments("So.", approval), "So. cleo commented: \"Look!\"");
}

TEST(Words, a_name_in_quotes_is_no_sentence) {
  EXPECT_EQ(words::checkpoint_made("now!"),
            "Checkpoint \"now!\" was made. You can roll back to it.");
}

}  // namespace
}  // namespace fermata

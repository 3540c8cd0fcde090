// The audit finds what somebody did who could write to the database, also when the chain is right.

#include "engine/verify.hpp"

#include "base/public_key.hpp"
#include "codec/event_codec.hpp"
#include "tests/support/engine_fixture.hpp"

namespace fermata::engine {
namespace {

class Verify : public EngineTest {
 protected:
  // One line a finding, without the detail.
  std::vector<std::string> findings() { return lines(*verify(*store_, nullptr)); }
  std::vector<std::string> against(const Checkpointed& then) {
    Verification verification;
    EXPECT_TRUE(compare(*store_, then, verification).has_value());
    return lines(verification);
  }
  static std::vector<std::string> lines(const Verification& verification) {
    std::vector<std::string> all;
    for (const Finding& finding : verification.findings)
      all.push_back(finding.promise + " " + finding.stream + ": " + finding.what);
    return all;
  }
  // Writes past the engine. The head stays as it is.
  void tamper(store::Commit commit, const std::string& stream) {
    commit.stream = {"default", stream};
    const auto rows = store_->read(commit.stream, 0, 100'000);
    commit.expected_version = static_cast<std::int64_t>(rows->size());
    ASSERT_TRUE(store_->commit({commit}).front().has_value());
  }
  std::vector<store::EventRow> events_of(const std::string& stream) {
    return *store_->read({"default", stream}, 0, 100'000);
  }

  const std::string workflow_ = new_workflow();
  const json::Value held_ = must(open(workflow_, turn(workflow_), 500)).body;
  const std::string approval_ = held_["approval"].string_or("id");
  static constexpr const char* kNone = "wf_0000000000000000000000";
  using Lines = std::vector<std::string>;
};

TEST_F(Verify, finds_nothing_in_what_the_engine_wrote) {
  EXPECT_EQ(findings(), Lines{});
  must(approve(held_["approval"]));
  EXPECT_EQ(findings(), Lines{});
}

// Chains and heads are as they should be in both streams; only together they are wrong.
TEST_F(Verify, P1_finds_a_call_that_ran_under_a_permission_that_was_not_used) {
  command::GivePermission give;
  give.terms = {.tool = "refund",
                .definition_hash = "",
                .agent = "refunds",
                .when = {{"amount", json::Object{{"eq", 600}}}},
                .until = engine_->now() + 3'600'000,
                .calls = 5,
                .sum_of = "",
                .sum_most = ""};
  give.reason = "backlog";
  must({.caller = kBen, .stream = "directory", .command = give});
  const std::string permitted = new_workflow();
  ASSERT_EQ(must(open(permitted, turn(permitted), 600)).body.string_or("verdict"), "run");
  EXPECT_EQ(findings(), Lines{});
  const auto without = store::make_memory_store(clock_);
  for (const std::string& stream : {std::string("directory"), permitted}) {
    store::Commit copy;
    copy.stream = {"default", stream};
    copy.events = events_of(stream);
    if (stream == "directory") {
      ASSERT_EQ(copy.events.back().type, "permission.used");
      copy.events.pop_back();
    }
    ASSERT_TRUE(without->commit({copy}).front().has_value());
  }
  Lines found = lines(*verify(*without, nullptr));
  std::erase_if(found, [](const std::string& line) { return !line.starts_with("P1 "); });
  EXPECT_EQ(found,
            Lines{"P1 default/" + permitted +
                  ": a call ran under a permission that the directory says it did not use"});
}

TEST_F(Verify, P12_finds_a_deadline_that_was_taken_away) {
  store::Commit commit;
  commit.dropped_tasks = {"deadline:" + approval_};
  tamper(commit, workflow_);
  EXPECT_EQ(findings(),
            Lines{"P12 default/" + workflow_ + ": its task deadline:" + approval_ + " is missing"});
}

TEST_F(Verify, P12_finds_a_deadline_that_was_moved_and_one_that_was_added) {
  auto tasks = *store_->entries(store::Kind::kTasks, {}, 10);
  ASSERT_EQ(tasks.size(), 1U);
  store::Commit commit;
  commit.tasks = {*tasks.front().task, *tasks.front().task};
  commit.tasks.front().due_at -= 1;
  commit.tasks.back().id = "deadline:x";
  tamper(commit, workflow_);
  EXPECT_EQ(findings(),
            (Lines{"P12 default/" + workflow_ + ": the task deadline:" + approval_ +
                       " is not what its event says",
                   "P12 default/" + workflow_ +
                       ": the task deadline:x is there, but no event asked for it"}));
}

TEST_F(Verify, a_deadline_that_was_put_off_is_no_finding) {
  clock_.advance(10'000'000);
  engine_.reset();
  const auto leased = store_->lease_tasks("x", 1, 10);
  if (leased->tasks.empty()) return;  // It was done meanwhile, which is no finding either.
  store::Commit commit;
  commit.ended_task = {
      leased->tasks.front().id, leased->tasks.front().token, clock_.now_ms() + 5'000};
  tamper(commit, workflow_);
  EXPECT_EQ(findings(), Lines{});
}

TEST_F(Verify, P10_finds_rows_that_no_stream_has) {
  store::Commit commit;
  store::Row row;
  row.id = kNone;
  row.doc = "{}";
  commit.rows = {row};
  row.table = store::Table::kApprovals;
  row.id = "ap" + std::string(kNone).substr(2) + "_1";
  commit.rows.push_back(row);
  row.id = "ap" + workflow_.substr(2) + "_2";
  commit.rows.push_back(row);
  tamper(commit, workflow_);
  const Lines found = findings();
  ASSERT_EQ(found.size(), 3U);
  for (const std::string& line : found)
    EXPECT_NE(line.find("is there, but no event is"), std::string::npos) << line;
}

TEST_F(Verify, P11_finds_a_history_that_was_moved_to_another_stream_or_tenant) {
  store::Commit copy;
  copy.stream = {"default", kNone};
  copy.events = events_of(workflow_);
  ASSERT_TRUE(store_->commit({copy}).front().has_value());
  copy.stream = {"other", workflow_};
  ASSERT_TRUE(store_->commit({copy}).front().has_value());
  EXPECT_EQ(
      findings(),
      (Lines{
          std::string("P11 default/") + kNone + ": it is not the beginning of this tenant's stream",
          "P11 other/" + workflow_ + ": it is not the beginning of this tenant's stream"}));
}

TEST_F(Verify, P11_a_checkpoint_finds_what_was_removed_cut_or_rewritten) {
  const std::string seed(32, 's');
  auto now = take_checkpoint(*store_);
  ASSERT_TRUE(now.has_value());
  const auto read = read_checkpoint(write_checkpoint(*now, seed), ed25519_public_key(seed));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->heads, now->heads);
  EXPECT_EQ(read->at, now->at);
  must(approve(held_["approval"]));
  EXPECT_EQ(against(*read), Lines{}) << "what came since is no finding";

  Checkpointed then = *read;
  then.heads = {{{"default", kNone}, 3, "h"},
                {{"default", workflow_}, 1'000, "h"},
                {{"default", workflow_}, 2, "h"}};
  EXPECT_EQ(
      against(then),
      (Lines{std::string("P11 default/") + kNone + ": since the checkpoint it was removed",
             "P11 default/" + workflow_ + ": since the checkpoint its history was cut",
             "P11 default/" + workflow_ + ": since the checkpoint its history was rewritten"}));
}

TEST_F(Verify, P11_a_checkpoint_that_was_changed_or_signed_by_another_is_refused) {
  const std::string seed(32, 's'), other(32, 'o');
  const std::string text = write_checkpoint(*take_checkpoint(*store_), seed);
  const std::string key = ed25519_public_key(seed);
  const auto refused = [&](const std::string& changed, const std::string& by) {
    const auto read = read_checkpoint(changed, by);
    return read ? "" : read.error().reason;
  };
  EXPECT_EQ(refused(text, key), "");
  EXPECT_EQ(refused(text, ed25519_public_key(other)), "checkpoint.invalid");
  EXPECT_EQ(refused(write_checkpoint(*take_checkpoint(*store_), other), key), "checkpoint.invalid");
  for (std::size_t at = 0; at < text.size(); at += 7) {
    std::string changed = text;
    changed[at] = changed[at] == '1' ? '2' : '1';
    EXPECT_EQ(refused(changed, key), "checkpoint.invalid") << at;
    EXPECT_EQ(refused(text.substr(0, at), key), "checkpoint.invalid") << at;
  }
  EXPECT_EQ(refused(text + text, key), "checkpoint.invalid");
  EXPECT_EQ(refused(text, ""), "checkpoint.invalid");
  EXPECT_EQ(refused(text, key.substr(0, 62)), "checkpoint.invalid");
}

}  // namespace
}  // namespace fermata::engine

#pragma once

// The closed sum type of durable work that events cause. `id` is stable, so that doing it twice is
// seen, and so that a later event can drop it.

#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace fermata::task {

// Send command::AdvanceApproval when `at` of the request's clock has come.
struct ApprovalTimer {
  std::string approval;
  TimeMs at = 0;
};

// Send command::ExpireTurn when `at` has come: the lease as it was when the turn began.
struct TurnLapse {
  std::string workflow;
  std::int64_t turn = 0;
  TimeMs at = 0;
};

// Send command::PublishPolicy: people agreed to it.
struct PolicyPublication {
  std::string approval, source, hash, replaces, proposed_by;
  TimeMs at = 0;
};

// Find out who should hear of the subject's last change, and send command::Announce.
struct Announcement {
  std::string subject;  // An approval request, or the workflow.
  TimeMs at = 0;
};

// Bring a message up to date, and send command::RecordDelivery.
struct Delivery {
  std::string message;
  TimeMs at = 0;
};

using Task = std::variant<ApprovalTimer, TurnLapse, PolicyPublication, Announcement, Delivery>;

struct Tasks {
  std::vector<Task> create;
  std::vector<std::string> drop;  // Ids.
};

// "deadline:ap_...", "turn:wf_...", "policy:ap_...", "announce:ap_...", "deliver:ap_.../..."
std::string id_of(const Task& task);
TimeMs due_at(const Task& task);

}  // namespace fermata::task

#pragma once

// The port's reads on one connection; see store.hpp.

#include "store/postgres/connection.hpp"
#include "store/store.hpp"

namespace fermata::store::postgres {

Result<std::vector<EventRow>> read_events(Connection& connection,
                                          const StreamId& stream,
                                          std::int64_t after,
                                          int limit);
Result<std::optional<RequestRow>> find_request(Connection& connection,
                                               const std::string& tenant,
                                               const std::string& id);
Result<std::vector<Row>> list_rows(Connection& connection, const RowQuery& query);
Result<std::int64_t> count_rows(Connection& connection, const RowQuery& query);
Result<std::vector<FoundEvent>> search_events(Connection& connection, const EventQuery& query);
Result<std::vector<StreamHead>> list_heads(Connection& connection,
                                           const StreamId& after,
                                           int limit);
Result<std::vector<Entry>> list_entries(Connection& connection,
                                        Kind kind,
                                        const StreamId& after,
                                        int limit);
Result<TimeMs> database_now(Connection& connection);

}  // namespace fermata::store::postgres

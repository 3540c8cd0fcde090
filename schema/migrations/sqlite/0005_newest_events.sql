-- What happened lately, whatever to: for the search of the audit trail.

CREATE INDEX events_newest ON events (tenant, at, stream, version);

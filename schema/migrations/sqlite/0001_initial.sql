-- Streams, events, tasks, requests and read models. The tenant comes first in every key.
-- Times are milliseconds since 1970-01-01T00:00:00Z.

CREATE TABLE streams (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  tenant TEXT NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, stream, version)
) STRICT;

CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never updated');
END;

CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;

-- INSERT OR REPLACE deletes without firing the trigger above.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events
             WHERE tenant = NEW.tenant AND stream = NEW.stream AND version = NEW.version)
BEGIN
  SELECT RAISE(ABORT, 'events are never replaced');
END;

-- ready_at: when the task may be leased; its due_at, or the end of the lease that it is under.
CREATE TABLE tasks (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  stream TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  token INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX tasks_ready ON tasks (ready_at, tenant, id);

-- The fencing token that was given last. It never goes back, whatever happens to the tasks.
CREATE TABLE task_token (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;

INSERT INTO task_token VALUES (1, 0);

CREATE TABLE requests (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  reply TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX requests_age ON requests (tenant, at);

-- labels: '|a|b|', so that a label is found as the text '|a|'.
CREATE TABLE read_models (
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('workflow', 'approval')),
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  status TEXT NOT NULL,
  agent TEXT NOT NULL,
  labels TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  doc TEXT NOT NULL,
  PRIMARY KEY (tenant, kind, id)
) STRICT;

CREATE INDEX read_models_newest ON read_models (tenant, kind, created_at DESC, id DESC);
CREATE INDEX read_models_status ON read_models (tenant, kind, status, created_at DESC, id DESC);
CREATE INDEX read_models_agent ON read_models (tenant, kind, agent, created_at DESC, id DESC);
CREATE INDEX read_models_parent ON read_models (tenant, kind, parent, created_at DESC, id DESC)
  WHERE parent <> '';

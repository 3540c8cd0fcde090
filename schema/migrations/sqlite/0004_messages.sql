-- Rows of messages: who was told what, through which channel. A check cannot be altered, so the table
-- is made anew.

CREATE TABLE read_models_new (
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('workflow', 'approval', 'message')),
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  status TEXT NOT NULL,
  agent TEXT NOT NULL,
  labels TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  doc TEXT NOT NULL,
  queue TEXT NOT NULL DEFAULT '',
  queued_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, kind, id)
) STRICT;

INSERT INTO read_models_new
  SELECT tenant, kind, id, parent, status, agent, labels, created_at, doc, queue, queued_at
    FROM read_models;

DROP TABLE read_models;
ALTER TABLE read_models_new RENAME TO read_models;

CREATE INDEX read_models_newest ON read_models (tenant, kind, created_at DESC, id DESC);
CREATE INDEX read_models_status ON read_models (tenant, kind, status, created_at DESC, id DESC);
CREATE INDEX read_models_agent ON read_models (tenant, kind, agent, created_at DESC, id DESC);
CREATE INDEX read_models_parent ON read_models (tenant, kind, parent, created_at DESC, id DESC)
  WHERE parent <> '';
CREATE INDEX read_models_queue ON read_models (tenant, kind, queue, queued_at, id)
  WHERE queue <> '';
CREATE INDEX read_models_pending ON read_models (tenant, kind, agent, created_at DESC, id DESC)
  WHERE status = 'pending';

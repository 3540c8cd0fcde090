-- The queue of workflows whose turn somebody should take: the longest queued first.

ALTER TABLE read_models ADD COLUMN queue TEXT NOT NULL DEFAULT '';
ALTER TABLE read_models ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX read_models_queue ON read_models (tenant, kind, queue, queued_at, id)
  WHERE queue <> '';

-- Requests that are still open, agent by agent: what limits on them count.

CREATE INDEX read_models_pending ON read_models (tenant, kind, agent, created_at DESC, id DESC)
  WHERE status = 'pending';

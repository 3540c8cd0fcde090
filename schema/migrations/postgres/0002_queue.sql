-- The queue of workflows whose turn somebody should take: the longest queued first.

ALTER TABLE read_models ADD COLUMN queue text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE read_models ADD COLUMN queued_at bigint NOT NULL DEFAULT 0;

CREATE INDEX read_models_queue ON read_models (tenant, kind, queue, queued_at, id)
  WHERE queue <> '';

DROP FUNCTION commit_batch;

-- As in 0001, with the queue's columns of the rows.
CREATE FUNCTION commit_batch(
  c_tenant text[], c_stream text[], c_expected bigint[], c_version bigint[], c_hash text[],
  c_not_after bigint[], c_forget_before bigint[],
  c_request text[], c_fingerprint text[], c_reply text[], c_request_at bigint[],
  c_ended text[], c_ended_token bigint[], c_retry_at bigint[],
  e_commit bigint[], e_version bigint[], e_type text[], e_at bigint[], e_body text[],
  e_prev_hash text[], e_hash text[],
  r_commit bigint[], r_kind text[], r_id text[], r_parent text[], r_status text[], r_agent text[],
  r_labels text[], r_created_at bigint[], r_doc text[], r_queue text[], r_queued_at bigint[],
  t_commit bigint[], t_id text[], t_kind text[], t_stream text[], t_due_at bigint[], t_body text[],
  d_commit bigint[], d_id text[],
  forget_limit bigint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  verdict smallint[];
BEGIN
  PERFORM FROM unnest(c_tenant, c_stream) AS c (tenant, name)
    JOIN streams s ON s.tenant = c.tenant AND s.name = c.name
    ORDER BY s.tenant, s.name FOR UPDATE OF s;

  PERFORM FROM (
      SELECT c_tenant[i] AS tenant, id FROM unnest(c_ended) WITH ORDINALITY AS c (id, i)
        WHERE id IS NOT NULL
      UNION SELECT c_tenant[i], id FROM unnest(d_commit, d_id) AS d (i, id)
      UNION SELECT c_tenant[i], id FROM unnest(t_commit, t_id) AS n (i, id)) AS k
    JOIN tasks t ON t.tenant = k.tenant AND t.id = k.id
    ORDER BY t.tenant, t.id FOR UPDATE OF t;

  SELECT array_agg(CASE
      WHEN q.id IS NOT NULL THEN 1
      WHEN c.ended IS NOT NULL AND t.id IS NULL THEN 2
      WHEN coalesce(s.version, 0) <> c.expected THEN 3
      WHEN c.not_after IS NOT NULL AND now_ms() > c.not_after THEN 4
      ELSE 0 END::smallint ORDER BY c.i)
    INTO verdict
    FROM unnest(c_tenant, c_stream, c_expected, c_not_after, c_request, c_ended, c_ended_token)
      WITH ORDINALITY AS c (tenant, stream, expected, not_after, request, ended, token, i)
    LEFT JOIN streams s ON s.tenant = c.tenant AND s.name = c.stream
    LEFT JOIN requests q ON q.tenant = c.tenant AND q.id = c.request
    LEFT JOIN tasks t ON t.tenant = c.tenant AND t.id = c.ended AND t.token = c.token AND t.token > 0;

  INSERT INTO streams (tenant, name, version, hash)
    SELECT tenant, name, version, hash
      FROM unnest(c_tenant, c_stream, c_expected, c_version, c_hash)
        WITH ORDINALITY AS c (tenant, name, expected, version, hash, i)
      WHERE verdict[i] = 0 AND expected = 0 AND version > 0
      ORDER BY tenant, name;

  UPDATE streams s SET version = c.version, hash = c.hash
    FROM unnest(c_tenant, c_stream, c_expected, c_version, c_hash)
      WITH ORDINALITY AS c (tenant, name, expected, version, hash, i)
    WHERE verdict[i] = 0 AND c.expected > 0 AND c.version > c.expected
      AND s.tenant = c.tenant AND s.name = c.name;

  INSERT INTO requests (tenant, id, fingerprint, reply, at)
    SELECT tenant, id, fingerprint, reply, at
      FROM unnest(c_tenant, c_request, c_fingerprint, c_reply, c_request_at)
        WITH ORDINALITY AS c (tenant, id, fingerprint, reply, at, i)
      WHERE verdict[i] = 0 AND id IS NOT NULL
      ORDER BY tenant, id;

  INSERT INTO events (tenant, stream, version, type, at, body, prev_hash, hash)
    SELECT c_tenant[i], c_stream[i], version, type, at, body, prev_hash, hash
      FROM unnest(e_commit, e_version, e_type, e_at, e_body, e_prev_hash, e_hash)
        AS e (i, version, type, at, body, prev_hash, hash)
      WHERE verdict[i] = 0;

  IF cardinality(r_id) > 0 THEN
    INSERT INTO read_models (tenant, kind, id, parent, status, agent, labels, created_at, doc, queue,
        queued_at)
      SELECT c_tenant[i], kind, id, parent, status, agent, labels, created_at, doc, queue, queued_at
        FROM unnest(r_commit, r_kind, r_id, r_parent, r_status, r_agent, r_labels, r_created_at,
            r_doc, r_queue, r_queued_at)
          AS r (i, kind, id, parent, status, agent, labels, created_at, doc, queue, queued_at)
        WHERE verdict[i] = 0
        ORDER BY c_tenant[i], kind, id
      ON CONFLICT (tenant, kind, id) DO UPDATE SET
        parent = excluded.parent, status = excluded.status, agent = excluded.agent,
        labels = excluded.labels, created_at = excluded.created_at, doc = excluded.doc,
        queue = excluded.queue, queued_at = excluded.queued_at;
  END IF;

  IF array_remove(c_ended, NULL) <> '{}' THEN
    UPDATE tasks t SET due_at = c.retry_at, ready_at = c.retry_at, token = 0, owner = ''
      FROM unnest(c_tenant, c_ended, c_retry_at) WITH ORDINALITY AS c (tenant, id, retry_at, i)
      WHERE verdict[i] = 0 AND c.retry_at IS NOT NULL AND t.tenant = c.tenant AND t.id = c.id;
    DELETE FROM tasks t
      USING unnest(c_tenant, c_ended, c_retry_at) WITH ORDINALITY AS c (tenant, id, retry_at, i)
      WHERE verdict[i] = 0 AND c.retry_at IS NULL AND t.tenant = c.tenant AND t.id = c.id;
  END IF;

  IF cardinality(d_id) > 0 THEN
    DELETE FROM tasks t USING unnest(d_commit, d_id) AS d (i, id)
      WHERE verdict[i] = 0 AND t.tenant = c_tenant[i] AND t.id = d.id;
  END IF;

  IF cardinality(t_id) > 0 THEN
    INSERT INTO tasks (tenant, id, kind, stream, due_at, ready_at, body)
      SELECT c_tenant[i], id, kind, stream, due_at, due_at, body
        FROM unnest(t_commit, t_id, t_kind, t_stream, t_due_at, t_body)
          AS n (i, id, kind, stream, due_at, body)
        WHERE verdict[i] = 0
        ORDER BY c_tenant[i], id
      ON CONFLICT (tenant, id) DO UPDATE SET
        kind = excluded.kind, stream = excluded.stream, due_at = excluded.due_at,
        ready_at = excluded.ready_at, body = excluded.body, owner = '', token = 0, attempts = 0;
  END IF;

  IF array_remove(c_forget_before, NULL) <> '{}' THEN
    DELETE FROM requests WHERE (tenant, id) IN (
      SELECT old.tenant, old.id
        FROM unnest(c_tenant, c_forget_before, c_request)
          WITH ORDINALITY AS c (tenant, before, request, i)
        CROSS JOIN LATERAL (
          SELECT q.tenant, q.id FROM requests q
            WHERE q.tenant = c.tenant AND q.at < c.before AND q.id IS DISTINCT FROM c.request
            ORDER BY q.at LIMIT forget_limit FOR UPDATE SKIP LOCKED) AS old
        WHERE verdict[i] = 0 AND c.before IS NOT NULL);
  END IF;

  RETURN array_to_string(verdict, '');
END
$$;

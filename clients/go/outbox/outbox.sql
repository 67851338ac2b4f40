-- The outbox of dino-bridge: events that were committed together with what they tell of, until a
-- worker (`python -m dino_events.outbox`) has published them. docs/outbox.md explains it.
--
-- Needs PostgreSQL 14 or newer. May be run again. A writer needs INSERT; a worker needs SELECT,
-- UPDATE and DELETE.

CREATE TABLE IF NOT EXISTS dino_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ordering_key text COLLATE "C" NOT NULL CHECK (length(ordering_key) BETWEEN 1 AND 255),
  idempotency_key text COLLATE "C" NOT NULL UNIQUE CHECK (idempotency_key ~ '^[!-~]{1,120}$'),
  event bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text COLLATE "C" NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'blocked', 'failed', 'published')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
  resume_token bytea,
  error text,
  finished_at timestamptz
) WITH (
  -- Rows come and go: dead ones slow down the search for the next.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 50000
);

COMMENT ON TABLE dino_outbox IS 'Events for dino-bridge. Writers set the first three columns after id.';
COMMENT ON COLUMN dino_outbox.id IS
  'Within an ordering key, events are published in this order.';
COMMENT ON COLUMN dino_outbox.ordering_key IS
  'Events with the same key are published one after the other, such as those of one group.';
COMMENT ON COLUMN dino_outbox.idempotency_key IS
  'Becomes the event''s idempotency key: visible ASCII, and another one for each event.';
COMMENT ON COLUMN dino_outbox.event IS 'A serialized dino.events.v1.EventRequest.';
COMMENT ON COLUMN dino_outbox.created_at IS 'When it was enqueued.';
COMMENT ON COLUMN dino_outbox.state IS
  'pending: to be published. published: every recipient was acknowledged. failed: set aside, and later '
  'events of the key went on. blocked: set aside, and later events of the key wait.';
COMMENT ON COLUMN dino_outbox.attempts IS 'How many attempts there were.';
COMMENT ON COLUMN dino_outbox.next_attempt_at IS 'Not before this time; from the second attempt on.';
COMMENT ON COLUMN dino_outbox.resume_token IS 'Who was acknowledged already: the next attempt leaves them out.';
COMMENT ON COLUMN dino_outbox.error IS 'Why the last attempt failed.';
COMMENT ON COLUMN dino_outbox.finished_at IS 'When it was published or set aside with the state failed.';

-- Finds the next event of each key.
CREATE INDEX IF NOT EXISTS dino_outbox_in_line ON dino_outbox (ordering_key, id)
  WHERE state IN ('pending', 'blocked');
-- Finds those to be repeated.
CREATE INDEX IF NOT EXISTS dino_outbox_repeated ON dino_outbox (next_attempt_at)
  WHERE state = 'pending' AND attempts > 0;
-- Finds those to be removed.
CREATE INDEX IF NOT EXISTS dino_outbox_published ON dino_outbox (finished_at)
  WHERE state = 'published';
-- Finds those set aside.
CREATE INDEX IF NOT EXISTS dino_outbox_set_aside ON dino_outbox (id)
  WHERE state IN ('failed', 'blocked');

-- Wakes the workers. PostgreSQL lets only one transaction with a notification commit at a time, so
-- of those that run side by side only one has it: for the others' events workers look by themselves.
CREATE OR REPLACE FUNCTION dino_outbox_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_try_advisory_xact_lock(hashtext('dino_outbox'), hashtext(TG_TABLE_SCHEMA)) THEN
    PERFORM pg_notify('dino_outbox', '');
  END IF;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER dino_outbox_notify AFTER INSERT ON dino_outbox
  FOR EACH STATEMENT EXECUTE FUNCTION dino_outbox_notify();

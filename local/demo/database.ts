import type { LocalPostgres } from '../postgres.ts';

/** MailBlast's tables, as far as its plan speaks of them. */
export const SCHEMA = `
CREATE TABLE campaigns (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'scheduled', 'sending', 'sent')),
  created_at timestamptz NOT NULL
);
CREATE TABLE email_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  campaign_id integer NOT NULL REFERENCES campaigns,
  kind text NOT NULL,
  recipient text NOT NULL,
  occurred_at timestamptz NOT NULL,
  meta jsonb NOT NULL
);
`;

export const TABLES = ['campaigns', 'email_events'];

const CAMPAIGNS_A_DAY = 800;
const EVENTS_A_DAY = 4_000;

/** A day of mailing: campaigns, and what became of their mails. */
export const addDay = async (postgres: LocalPostgres, day: Date): Promise<void> => {
  await postgres.query(
    `INSERT INTO campaigns (name, status, created_at)
       SELECT 'Campaign ' || n, (ARRAY['draft', 'scheduled', 'sending', 'sent'])[1 + n % 4],
              $1::timestamptz + n * interval '1 minute'
         FROM generate_series(1, ${CAMPAIGNS_A_DAY}) n`,
    [day.toISOString()],
  );
  await postgres.query(
    `INSERT INTO email_events (campaign_id, kind, recipient, occurred_at, meta)
       SELECT (SELECT min(id) FROM campaigns) + n % ${CAMPAIGNS_A_DAY},
              (ARRAY['delivered', 'open', 'click', 'bounce', 'complaint'])[1 + n % 5],
              'user' || n % 2500 || '@example.com', $1::timestamptz + n * interval '10 seconds',
              jsonb_build_object('sns_message_id', md5(random()::text))
         FROM generate_series(1, ${EVENTS_A_DAY}) n`,
    [day.toISOString()],
  );
};

/** Ends the segment that is being written, so that PostgreSQL archives it. */
export const switchSegment = async (postgres: LocalPostgres): Promise<void> => {
  // An empty segment is not switched.
  await postgres.query("SELECT pg_logical_emit_message(false, 'demo', 'heartbeat')");
  await postgres.query('SELECT pg_switch_wal()');
};

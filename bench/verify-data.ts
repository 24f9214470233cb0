import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const HEADER = `--
-- PostgreSQL database dump
--

\\restrict k3tBenchToken0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP

-- Dumped from database version 15.18
-- Dumped by pg_dump version 15.18

SET statement_timeout = 0;
SET client_encoding = 'UTF8';

CREATE TABLE public.email_events (
    id bigint NOT NULL,
    campaign_id integer NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    meta jsonb
);

COPY public.email_events (id, campaign_id, kind, recipient, occurred_at, meta) FROM stdin;
`;
const FOOTER = `\\.


--
-- PostgreSQL database dump complete
--

\\unrestrict k3tBenchToken0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP

`;
const KINDS = ['delivered', 'open', 'click', 'bounce', 'complaint'];
const ROWS_PER_PIECE = 4_000;

/** A small generator with a seed (Numerical Recipes' LCG): the same dump on every run. */
const numbers = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
};

const row = (id: number, next: () => number): string => {
  const at = new Date(1_700_000_000_000 + id * 977)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '+00');
  const message = next().toString(16).padStart(8, '0') + next().toString(16).padStart(8, '0');
  return `${id}\t${next() % 4_000}\t${KINDS[next() % KINDS.length]}\tuser${next() % 250_000}@example.com\t${at}\t{"sns_message_id": "${message}", "ip": "203.0.113.${next() % 256}"}\n`;
};

/** About `bytes` of rows as COPY writes them. */
export function* copyRows(bytes: number): Generator<Buffer> {
  const next = numbers(42);
  for (let id = 1, made = 0; made < bytes; ) {
    let piece = '';
    for (let count = 0; count < ROWS_PER_PIECE; count += 1, id += 1) piece += row(id, next);
    made += piece.length;
    yield Buffer.from(piece);
  }
}

function* dump(bytes: number): Generator<Buffer> {
  yield Buffer.from(HEADER);
  yield* copyRows(bytes - HEADER.length - FOOTER.length);
  yield Buffer.from(FOOTER);
}

/**
 * Writes a plain dump of about `bytes`, in the shape that pg_dump gives a table of tracking events,
 * compressed by gzip and encrypted by the machine's own `openssl enc`, as MailBlast's script does.
 */
export const writeEncryptedDump = async (
  file: string,
  bytes: number,
  passphrase: string,
): Promise<void> => {
  const openssl = spawn('openssl', ['enc', '-aes-256-cbc', '-salt', '-pass', 'env:PASSPHRASE'], {
    env: { ...process.env, PASSPHRASE: passphrase },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const written = pipeline(openssl.stdout, createWriteStream(file));
  await pipeline(dump(bytes), createGzip(), openssl.stdin);
  if (openssl.exitCode === null) await once(openssl, 'close');
  await written;
};

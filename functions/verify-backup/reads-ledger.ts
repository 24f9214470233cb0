import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { JsonLedger } from '../../shared/json-ledger/json-ledger.ts';
import { isFolder } from './stored-folder.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const MEASURED = 'reads-measured.json';

/** When the share of each backup was last measured. */
const measuredSchema = z.record(z.string(), z.iso.datetime());

type Content = { bucket: string; key: string; etag: string };

/** The same for what HEAD says and for what a listing says, which leaves out the quotes. */
export const readId = ({ bucket, key, etag }: Content): string =>
  createHash('sha256')
    .update(JSON.stringify([bucket, key, etag.replaceAll('"', '')]))
    .digest('hex')
    .slice(0, 32);

/** A folder is read as a whole, and a listing of its files does not tell its ETag. */
export const readOf = ({ bucket, key, etag }: Content): Content => ({
  bucket,
  key,
  etag: isFolder(key) ? '' : etag,
});

const folderOf = (backup: string, time: number): string =>
  `reads/${backup}/${new Date(time).toISOString().slice(0, 10)}/`;

export type ReadsLedger = ReturnType<typeof createReadsLedger>;

/**
 * Which contents were read to the end, one small record for each reading, by day. Records are written and
 * listed, never rewritten; a lifecycle rule of the bucket removes them after the week that they are for.
 */
export const createReadsLedger = (ledger: JsonLedger) => ({
  record: async (backup: string, content: Content, now: Date): Promise<void> => {
    await ledger.write(`${folderOf(backup, now.getTime())}${readId(content)}`, {}, undefined);
  },

  /** By `readId`, of today and the seven days before it. */
  readLastWeek: async (backup: string, now: Date): Promise<Set<string>> => {
    const ids = new Set<string>();
    for (let day = 0; day <= WEEK_DAYS; day += 1) {
      const folder = folderOf(backup, now.getTime() - day * DAY_MS);
      for await (const key of ledger.keys(folder)) ids.add(key.slice(folder.length));
    }
    return ids;
  },

  measured: async (): Promise<Record<string, string>> =>
    (await ledger.read(MEASURED, measuredSchema))?.value ?? {},
  /** Where another run was first, both measured; nothing is lost. */
  recordMeasured: async (backups: readonly string[], now: Date): Promise<void> => {
    const stored = await ledger.read(MEASURED, measuredSchema);
    const times = Object.fromEntries(backups.map((name) => [name, now.toISOString()]));
    await ledger.write(MEASURED, { ...stored?.value, ...times }, stored?.etag);
  },
});

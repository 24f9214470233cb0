import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import { parseHistoryFile } from '../../shared/postgres-wal/history-file.ts';
import type { ArchiveClient } from './archive-client.ts';
import type { HistorySeen } from './observation.ts';
import type { HistoryRead } from './survey.ts';

const MAX_TEXT = { maxOutputLength: 1024 ** 2 };

/** Node has no more than these; the others stay unread, which is said. */
const DECOMPRESS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gz: (bytes) => gunzipSync(bytes, MAX_TEXT),
  br: (bytes) => brotliDecompressSync(bytes, MAX_TEXT),
  zst: (bytes) => zstdDecompressSync(bytes, MAX_TEXT),
};

const unread = (seen: HistorySeen, reason: string, message: string): HistoryRead => ({
  ...seen,
  trouble: { reason, message: `${seen.name}: ${message}` },
});

const decode = (seen: HistorySeen, bytes: Uint8Array): HistoryRead => {
  const what = classifyArchiveName(seen.name);
  const compression = what.kind === 'history' ? what.compression : undefined;
  const decompress =
    compression === undefined ? (same: Uint8Array) => same : DECOMPRESS[compression];
  if (decompress === undefined) {
    return unread(seen, 'unsupported-compression', `.${compression} cannot be read here`);
  }
  try {
    const history = parseHistoryFile(Buffer.from(decompress(bytes)).toString('utf8'));
    if (history.ok) return { ...seen, switches: history.switches };
    return unread(seen, 'not-a-history', `line ${history.line} ${history.problem}`);
  } catch (error) {
    return unread(seen, 'not-a-history', error instanceof Error ? error.message : String(error));
  }
};

const readOne = async (client: ArchiveClient, seen: HistorySeen): Promise<HistoryRead> => {
  try {
    return decode(seen, await client.read(seen.name));
  } catch (error) {
    const { reason, message } = describeAwsFailure(error);
    return unread(seen, reason, message);
  }
};

/** Reads the `.history` files that were not read before, or have changed since. Never rejects. */
export const readHistories = (
  client: ArchiveClient,
  seen: readonly HistorySeen[],
  known: readonly HistoryRead[],
): Promise<HistoryRead[]> => {
  const readBefore = new Map(
    known.flatMap((one) => ('switches' in one ? [[`${one.name} ${one.etag}`, one] as const] : [])),
  );
  return Promise.all(
    seen.map((one) => readBefore.get(`${one.name} ${one.etag}`) ?? readOne(client, one)),
  );
};

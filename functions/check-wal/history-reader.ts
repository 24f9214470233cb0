import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { classifyArchiveName } from '../../shared/postgres-wal/archive-name.ts';
import { parseHistoryFile } from '../../shared/postgres-wal/history-file.ts';
import type { ArchiveClient } from './archive-client.ts';
import type { HistorySeen } from './observation.ts';
import { isOpened, textOf } from './small-file.ts';
import type { HistoryRead } from './survey.ts';

const unread = (seen: HistorySeen, reason: string, message: string): HistoryRead => ({
  ...seen,
  trouble: { reason, message: `${seen.name}: ${message}` },
});

const decode = (seen: HistorySeen, bytes: Uint8Array): HistoryRead => {
  const what = classifyArchiveName(seen.name);
  const compression = what.kind === 'history' ? what.compression : undefined;
  if (!isOpened(compression)) {
    return unread(seen, 'unsupported-compression', `.${compression} cannot be read here`);
  }
  try {
    const history = parseHistoryFile(textOf(bytes, compression), seen.timeline);
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

import { mainDataOf, type Span, secondsAt, textAt, timeAt } from './record-data.ts';

/** When something happened, in milliseconds since 1970, by the server's clock; and where the WAL says so. */
export type At = { at: number; lsn: bigint };

/** What the records of a segment say about its database. Lists hold the first 100 each. */
export type WalFacts = {
  commits: number;
  aborts: number;
  /** The ends of transactions, commit or abort: from when to when a recovery by time can stop here. */
  firstTransaction?: At;
  lastTransaction?: At;
  checkpoints: number;
  lastCheckpoint?: At & { redo: bigint; shutdown: boolean };
  restorePoints: (At & { name: string })[];
  /** Where the WAL of one timeline goes on as another's. */
  timelineSwitches: { from: number; to: number; lsn: bigint }[];
  /** Where base backups ended, and from where on they need WAL. */
  backupEnds: { start: bigint; lsn: bigint }[];
  /** Records that a crash had cut, and that recovery is told to leave out. */
  overwritten: { record: bigint; lsn: bigint }[];
};

export const noFacts = (): WalFacts => ({
  commits: 0,
  aborts: 0,
  checkpoints: 0,
  restorePoints: [],
  timelineSwitches: [],
  backupEnds: [],
  overwritten: [],
});

const LISTED = 100;
const list = <Item>(items: Item[], item: Item): void => {
  if (items.length < LISTED) items.push(item);
};

/** Resource managers whose records are looked into; PostgreSQL rmgrlist.h. */
const XLOG = 0;
const XACT = 1;

/** PostgreSQL pg_control.h. */
const CHECKPOINT_SHUTDOWN = 0x00;
const CHECKPOINT_ONLINE = 0x10;
const SWITCH = 0x40;
const BACKUP_END = 0x50;
const RESTORE_POINT = 0x70;
const END_OF_RECOVERY = 0x90;
const OVERWRITE_CONTRECORD = 0xd0;

/** PostgreSQL xact.h. */
const COMMIT = 0x00;
const ABORT = 0x20;
const COMMIT_PREPARED = 0x30;
const ABORT_PREPARED = 0x40;

const managerOf = ({ bytes, from }: Pick<Span, 'bytes' | 'from'>): number => bytes[from + 17] ?? 0;
const infoOf = ({ bytes, from }: Pick<Span, 'bytes' | 'from'>): number => bytes[from + 16] ?? 0;

/** Whether a record may say something that is noted here. */
export const isNoted = (bytes: Buffer, from: number): boolean => (bytes[from + 17] ?? 0) <= XACT;

/** The record of a forced switch, after which nothing is read. */
export const isSwitch = (record: Span): boolean =>
  managerOf(record) === XLOG && (infoOf(record) & 0xf0) === SWITCH;

type Noted = { info: number; data: Span; postgres: number; lsn: bigint };

const noteTransaction = (facts: WalFacts, { info, data, lsn }: Noted): void => {
  const operation = info & 0x70;
  const commits = operation === COMMIT || operation === COMMIT_PREPARED;
  if (!commits && operation !== ABORT && operation !== ABORT_PREPARED) return;
  if (commits) facts.commits += 1;
  else facts.aborts += 1;
  const at = timeAt(data, 0);
  if (at === undefined) return;
  facts.lastTransaction = { at, lsn };
  facts.firstTransaction ??= facts.lastTransaction;
};

/** At the same place in a checkpoint and at the end of a recovery: the timeline, and the one before. */
const noteTimeline = (facts: WalFacts, { data: { bytes, from, to }, lsn }: Noted): void => {
  if (from + 16 > to) return;
  const [timeline, previous] = [bytes.readUInt32LE(from + 8), bytes.readUInt32LE(from + 12)];
  if (timeline !== previous) list(facts.timelineSwitches, { from: previous, to: timeline, lsn });
};

const position = ({ bytes, from, to }: Span): bigint =>
  from + 8 > to ? 0n : bytes.readBigUInt64LE(from);

/** PostgreSQL pg_control.h, CheckPoint: 12 widened the transaction id, and that moved the time. */
const noteCheckpoint = (facts: WalFacts, noted: Noted): void => {
  const { info, data, postgres, lsn } = noted;
  const at = secondsAt(data, postgres < 12 ? 56 : 64);
  if (at === undefined) return;
  facts.checkpoints += 1;
  const shutdown = (info & 0xf0) === CHECKPOINT_SHUTDOWN;
  facts.lastCheckpoint = { redo: position(data), at, shutdown, lsn };
  noteTimeline(facts, noted);
};

const noteRestorePoint = (facts: WalFacts, { data, lsn }: Noted): void => {
  const at = timeAt(data, 0);
  if (at !== undefined) list(facts.restorePoints, { name: textAt(data, 8, 64), at, lsn });
};

const NOTE_XLOG: Readonly<Record<number, (facts: WalFacts, noted: Noted) => void>> = {
  [CHECKPOINT_SHUTDOWN]: noteCheckpoint,
  [CHECKPOINT_ONLINE]: noteCheckpoint,
  [END_OF_RECOVERY]: noteTimeline,
  [RESTORE_POINT]: noteRestorePoint,
  [BACKUP_END]: (facts, { data, lsn }) => list(facts.backupEnds, { start: position(data), lsn }),
  [OVERWRITE_CONTRECORD]: (facts, { data, lsn }) =>
    list(facts.overwritten, { record: position(data), lsn }),
};

/** Takes in a whole record; all but those of the WAL itself and of transactions say nothing here. */
export const noteRecord = (
  facts: WalFacts,
  record: Span,
  { postgres, lsn }: { postgres: number; lsn: bigint },
): void => {
  const data = mainDataOf(record);
  if (data === undefined) return;
  const noted = { info: infoOf(record), data, postgres, lsn };
  if (managerOf(record) === XACT) noteTransaction(facts, noted);
  if (managerOf(record) === XLOG) NOTE_XLOG[noted.info & 0xf0]?.(facts, noted);
};

import type { JsonLedger, Stored } from '../../shared/json-ledger/json-ledger.ts';
import { type Cursor, cursorSchema } from './cursor-schema.ts';

export type CursorStore = {
  read: (policy: string) => Promise<Stored<Cursor | undefined> | undefined>;
  /** Answers false, and writes nothing, where another run was faster. */
  write: (policy: string, cursor: Cursor, etag: string | undefined) => Promise<boolean>;
};

/** One small object for each archive, in the bucket that no other function reads. */
export const createCursorStore = (ledger: JsonLedger): CursorStore => {
  const key = (policy: string): string => `archives/${encodeURIComponent(policy)}.json`;
  return {
    read: (policy) => ledger.read(key(policy), cursorSchema),
    write: (policy, cursor, etag) => ledger.write(key(policy), cursor, etag),
  };
};

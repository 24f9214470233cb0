import type { JsonLedger, Stored } from '../../shared/json-ledger/json-ledger.ts';
import { memorySchema, type QueueMemory } from './queue-memory.ts';

export type MemoryStore = {
  read: (webhook: string) => Promise<Stored<QueueMemory | undefined> | undefined>;
  /** Answers false, and writes nothing, where another run was faster. */
  write: (webhook: string, memory: QueueMemory, etag: string | undefined) => Promise<boolean>;
};

/** One small object for each webhook, in the bucket that no other function reads. */
export const createMemoryStore = (ledger: JsonLedger): MemoryStore => {
  const key = (webhook: string): string => `queues/${webhook}.json`;
  return {
    read: (webhook) => ledger.read(key(webhook), memorySchema),
    write: (webhook, memory, etag) => ledger.write(key(webhook), memory, etag),
  };
};

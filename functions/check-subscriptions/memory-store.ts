import type { JsonLedger, Stored } from '../../shared/json-ledger/json-ledger.ts';
import { memorySchema, type WebhookMemory } from './webhook-memory.ts';

export type MemoryStore = {
  read: (webhook: string) => Promise<Stored<WebhookMemory | undefined> | undefined>;
  /** Answers false, and writes nothing, where another run was faster. */
  write: (webhook: string, memory: WebhookMemory, etag: string | undefined) => Promise<boolean>;
};

/** One small object for each webhook, in the bucket that no other function reads. */
export const createMemoryStore = (ledger: JsonLedger): MemoryStore => {
  const key = (webhook: string): string => `webhooks/${webhook}.json`;
  return {
    read: (webhook) => ledger.read(key(webhook), memorySchema),
    write: (webhook, memory, etag) => ledger.write(key(webhook), memory, etag),
  };
};

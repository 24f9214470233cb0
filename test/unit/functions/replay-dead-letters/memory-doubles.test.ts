import { describeSource } from '../../../support/dead-letter-source-suite.ts';
import { createMemoryQueue } from '../../../support/memory-dead-letters.ts';
import { createMemoryLedger } from '../../../support/memory-replay-ledger.ts';
import { describeReplayLedger } from '../../../support/replay-ledger-suite.ts';

describeReplayLedger('the ledger in memory', async () => createMemoryLedger());

describeSource('the queue in memory', async (bodies) => {
  const { source, put } = createMemoryQueue({ ms: 0 }, 30);
  for (const [index, body] of bodies.entries()) put(`copy-${index}`, body);
  return source;
});

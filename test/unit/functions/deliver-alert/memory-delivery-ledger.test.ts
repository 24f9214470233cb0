import { describeDeliveryLedger } from '../../../support/delivery-ledger-suite.ts';
import { createMemoryLedger } from '../../../support/memory-delivery-ledger.ts';

describeDeliveryLedger('the ledger in memory', async () => createMemoryLedger());

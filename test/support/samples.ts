import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const EVENTS = join(import.meta.dirname, '..', '..', 'events');

/** A sample payload of the contract, as JSON: `check-reported/v1`, `wal-gap`. */
export const readSample = (version: string, name: string): Record<string, unknown> =>
  Object(JSON.parse(readFileSync(join(EVENTS, `${version}.samples`, `${name}.json`), 'utf8')));

/**
 * npm run bench:verify: verify-backup against what one would run instead, on the same object from the same
 * local server, in turns:
 *  - a plain dump in gzip in openssl: `curl | openssl enc -d | gunzip -t`, the pipeline of MailBlast's plan;
 *  - a dump in the custom format, with gzip inside and without compression: `curl | pg_restore -f /dev/null`.
 * verify-backup does more: it hashes, asks for ranges, checks the rows' form, and keeps a ledger. How long
 * pg_restore takes for the same file on the disk, without any server, is said too.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulators } from '../local/emulator-pair.ts';
import { endProcess } from '../local/process-record.ts';
import { median, timeShell } from './measure.ts';
import { type BenchCloud, openBenchCloud } from './verify-cloud.ts';
import { writeEncryptedDump } from './verify-data.ts';
import { makeCustomDumps } from './verify-postgres.ts';
import { writeCustomDump } from './write-custom-dump.ts';

const DUMP_BYTES = 1_000_000_000;
const ROUNDS = 3;
const PASSPHRASE = 'the passphrase of a bench';

if (process.argv.includes('--help')) {
  console.log(`Usage: npm run bench:verify

Times verify-backup on dumps of ${DUMP_BYTES / 1e9} GB against openssl and gunzip, and against pg_restore, on a cloud of
its own. Takes some minutes and up to ${(3 * DUMP_BYTES) / 1e9} GB in the folder for temporary files.`);
  process.exit(0);
}

const say = (text: string): void => console.error(text);
const print = (name: string, value: number, digits: number): void =>
  console.log(`${name}: ${value.toFixed(digits)}`);

const memory: number[] = [];

type Case = { name: string; file: string; key: string; against: string };

/** Both in turns, so that a slow moment of the machine meets both. */
const compare = async (cloud: BenchCloud, { name, file, key, against }: Case) => {
  const url = await cloud.upload(file, key);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { seconds, maxRssMb } = await cloud.verify(key);
    ours.push(seconds);
    memory.push(maxRssMb);
    theirs.push(await timeShell(`curl -sf ${url} | ${against}`, { PASSPHRASE }));
    say(`${name} ${round}: ${seconds.toFixed(2)} s, against ${theirs.at(-1)?.toFixed(2)} s`);
  }
  const { size } = await stat(file);
  return { mb: size / 1e6, ours: median(ours), theirs: median(theirs) };
};

const comparePlain = async (cloud: BenchCloud, dir: string): Promise<void> => {
  const file = join(dir, 'dump.enc');
  say(`Writing a plain dump of ${DUMP_BYTES / 1e9} GB, compressed and encrypted as the plan does`);
  await writeEncryptedDump(file, DUMP_BYTES, PASSPHRASE);
  const against = 'openssl enc -d -aes-256-cbc -pass env:PASSPHRASE | gunzip -t';
  const key = 'plain/dump.sql.gz';
  const { mb, ours, theirs } = await compare(cloud, { name: 'plain', file, key, against });
  await rm(file);
  print('object-mb', mb, 0);
  print('dump-mb', DUMP_BYTES / 1e6, 0);
  print('verify-backup-seconds', ours, 2);
  print('pipeline-seconds', theirs, 2);
  print('ratio', theirs / ours, 2);
};

const compareCustom = async (cloud: BenchCloud, dir: string): Promise<void> => {
  const dumps = [
    { name: 'custom', file: join(dir, 'gzip.dump'), options: [] },
    { name: 'custom-z0', file: join(dir, 'none.dump'), options: ['-Z0'] },
  ];
  say(`Making dumps in the custom format with ${DUMP_BYTES / 1e9} GB of rows`);
  const made = await makeCustomDumps(DUMP_BYTES, dumps);
  if (made === undefined) {
    for (const { file, options } of dumps)
      await writeCustomDump(file, DUMP_BYTES, options.length === 0);
  }
  console.log(`custom-made-by: ${made?.by ?? 'bench/write-custom-dump.ts: no pg_dump is here'}`);
  const pgRestore = made?.pgRestore ?? 'pg_restore';
  for (const { name, file } of dumps) {
    const against = `${pgRestore} -f /dev/null`;
    const result = await compare(cloud, { name, file, key: `custom/${name}.dump`, against });
    print(`${name}-object-mb`, result.mb, 0);
    print(`${name}-verify-backup-seconds`, result.ours, 2);
    print(`${name}-pg-restore-seconds`, result.theirs, 2);
    const fromDisk = await timeShell(`${against} ${file}`, {});
    print(`${name}-pg-restore-from-disk-seconds`, fromDisk, 2);
    print(`${name}-ratio`, result.theirs / result.ours, 2);
    await rm(file);
  }
};

const dir = await mkdtemp(join(tmpdir(), 'lifeboat-bench-'));
const running = await startEmulators(dir, undefined, say);
const cleanUp = async (): Promise<void> => {
  for (const record of running.processes) await endProcess(record);
  await rm(dir, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => cleanUp().finally(() => process.exit(1)));
}
try {
  const cloud = await openBenchCloud(running.endpoint, dir, PASSPHRASE);
  await comparePlain(cloud, dir);
  await compareCustom(cloud, dir);
  print('max-rss-mb', Math.max(...memory), 0);
} finally {
  await cleanUp();
}

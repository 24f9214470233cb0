import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { opensslEncrypt } from '../openssl-encrypt.ts';
import type { Dumper } from '../pg-dump.ts';
import type { LocalPostgres } from '../postgres.ts';
import { addDay } from './database.ts';
import { lastNight, stamp } from './dates.ts';
import type { Store } from './store.ts';

export const BACKUPS = 'backups';
export const COPIES = 'backups-dr';
const DAYS = 5;
const DAY_MS = 86_400_000;
/** One weekly schema backup after the other, and then none for twelve days. */
const SCHEMA_DAYS_AGO = [26, 19, 12];
const WRONG_PASSPHRASE_DAY = 3;
const WITHOUT_COPY_DAY = 1;

export type Source = { postgres: LocalPostgres; dumper: Dumper; passphrase: string; now: Date };

/** gzip, then openssl, as MailBlast's script pipes them. */
export const seal = (dump: string, passphrase: string): Buffer =>
  opensslEncrypt(gzipSync(dump), passphrase);

export const fullDumpKey = (time: Date): string =>
  `mailblast/db/full/mailblast-full-${stamp(time)}.sql.gz`;

/** Five nights of full dumps; the database grows from one to the next. */
const storeFullDumps = async (store: Store, { postgres, dumper, passphrase, now }: Source) => {
  for (let day = DAYS - 1; day >= 0; day -= 1) {
    const at = lastNight(now, day);
    await addDay(postgres, at);
    const key = fullDumpKey(at);
    const sealed = seal(
      await dumper.dump(),
      day === WRONG_PASSPHRASE_DAY ? 'last year’s passphrase' : passphrase,
    );
    const upload = { key, body: sealed, at, storageClass: 'STANDARD_IA' } as const;
    await store({ ...upload, bucket: BACKUPS });
    if (day !== WITHOUT_COPY_DAY) await store({ ...upload, bucket: COPIES });
  }
};

const storeSchemaDumps = async (
  store: Store,
  { dumper, passphrase, now }: Source,
): Promise<void> => {
  const schema = await dumper.dump({ schemaOnly: true });
  for (const daysAgo of SCHEMA_DAYS_AGO) {
    const at = new Date(now.getTime() - daysAgo * DAY_MS);
    const key = `mailblast/db/schema/mailblast-schema-${stamp(at)}.sql.gz`;
    await store({ bucket: BACKUPS, key, body: seal(schema, passphrase), at });
  }
};

const storeEnvironments = async (store: Store, { passphrase, now }: Source): Promise<void> => {
  const environment = Buffer.from(
    'DATABASE_URL=postgres://db/mailblast\nREDIS_URL=redis://queue\n',
  );
  for (let day = 2; day >= 0; day -= 1) {
    const at = lastNight(now, day);
    const key = `mailblast/config/env-backup-${stamp(at).slice(0, 8)}.enc`;
    await store({ bucket: BACKUPS, key, body: opensslEncrypt(environment, passphrase), at });
  }
};

/** What is written now and then, and is of no format that the plan speaks of. */
const storeFiles = async (store: Store, { now }: Source): Promise<void> => {
  const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  const files: [key: string, body: Buffer, at: Date][] = [
    ['config/docker-compose.prod.yml', Buffer.from('services:\n  backend: {}\n'), daysAgo(20)],
    ['config/nginx.conf', Buffer.from('server { listen 443 ssl; }\n'), daysAgo(40)],
    ['certs/mailblast-certs.tar.gz', gzipSync(randomBytes(3_000)), daysAgo(10)],
    ['images/mailblast-backend-1.42.0.tar.gz', gzipSync(randomBytes(300_000)), daysAgo(6)],
    ['templates/welcome.json', Buffer.from('{"subject":"Welcome"}'), daysAgo(15)],
    ['templates/newsletter +1 (März).json', Buffer.from('{"subject":"News"}'), daysAgo(3)],
  ];
  for (const [key, body, at] of files)
    await store({ bucket: BACKUPS, key: `mailblast/${key}`, body, at });
};

/** Everything that was in the buckets before Lifeboat was, two of the five faults among it already. */
export const storeHistory = async (store: Store, source: Source) => {
  await storeFullDumps(store, source);
  await storeSchemaDumps(store, source);
  await storeEnvironments(store, source);
  await storeFiles(store, source);
  return {
    wrongPassphraseKey: fullDumpKey(lastNight(source.now, WRONG_PASSPHRASE_DAY)),
    keyWithoutCopy: fullDumpKey(lastNight(source.now, WITHOUT_COPY_DAY)).split('/').at(-1) ?? '',
  };
};

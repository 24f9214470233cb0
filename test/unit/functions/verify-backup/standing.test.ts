import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { opensslEncrypt } from '../../../../local/openssl-encrypt.ts';
import { verifyStage } from '../../../support/verify-stage.ts';

const planWith = (encoding: string): string => `
plan: test
backups:
  files: { kind: files, location: "s3://backups/f/", encoding: ${encoding}, reread: 30d }
`;
const GZIP = planWith('[gzip]');
const PLAIN = planWith('[]');
const SECRET = planWith(`[{ openssl: aes-256-cbc, passphrase: "\${ssm:/key}" }]`);
const KEY = 'f/2026-10-31.tar';
const good = Buffer.from('what was backed up');

const day = (number: number, time = '02:00:00'): string =>
  new Date(Date.parse(`2026-10-31T${time}Z`) + (number - 1) * 86_400_000).toISOString();

type Stage = ReturnType<typeof verifyStage>;
const verdicts = (stage: Stage): string[][] =>
  stage
    .said()
    .map(({ subject, verdict, reason, severity }) => [
      subject,
      verdict,
      reason,
      ...(severity ? [severity] : []),
    ]);

/** As a version of the function left it that did not note yet what a verdict was found with. */
const makeOld = ({ records }: Stage, prefix: string): void => {
  for (const [key, record] of records) {
    if (!key.startsWith(prefix) || !(record instanceof Object)) continue;
    const { reader, ...old } = { reader: 0, ...record };
    const { fingerprint, ...older } = { fingerprint: '', ...old };
    records.set(key, prefix === 'readings/' ? old : older);
  }
};

describe('a problem after something was put right', () => {
  const broken = async (plan: string, body = good): Promise<Stage> => {
    const stage = verifyStage(plan);
    stage.put(KEY, day(1), body);
    await stage.verify(KEY, day(1, '02:01:00'));
    stage.said();
    return stage;
  };

  it('is read again once the plan names another encoding, and ends', async () => {
    const stage = await broken(GZIP);
    expect(await stage.sweep(day(1, '02:15:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    stage.deploy(PLAIN);
    expect(await stage.sweep(day(1, '02:30:00'))).toMatchObject({ standing: 1, readAgain: 1 });
    stage.said();
    await stage.deliver(day(1, '02:31:00'));
    expect(verdicts(stage)).toEqual([[KEY, 'pass', 'verified']]);
    expect(await stage.sweep(day(1, '02:45:00'))).toMatchObject({ standing: 0, readAgain: 0 });
  });

  it('is read again once for a change, not at every sweep, and once more where that left no trace', async () => {
    const stage = await broken(GZIP);
    stage.deploy(planWith('[zstd]'));
    const asked = [];
    for (let quarter = 0; quarter < 8; quarter += 1) {
      const { readAgain } = await stage.sweep(
        day(1, `0${3 + (quarter >> 2)}:${(quarter % 4) * 15 || '00'}:00`),
      );
      asked.push(readAgain);
    }
    expect(asked).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    // The message was lost.
    stage.queue.splice(0);
    expect(await stage.sweep(day(2, '02:59:00'))).toMatchObject({ readAgain: 0 });
    expect(await stage.sweep(day(2, '03:01:00'))).toMatchObject({ readAgain: 1 });
    await stage.deliver(day(2, '03:02:00'));
    expect(await stage.sweep(day(4))).toMatchObject({ standing: 1, readAgain: 0 });
    stage.deploy(PLAIN);
    expect(await stage.sweep(day(4, '02:15:00'))).toMatchObject({ readAgain: 1 });
  });

  it.each(['readings/', 'problems/', ''])(
    'that another reader found is read again once (records in %j)',
    async (prefix) => {
      const stage = await broken(GZIP);
      makeOld(stage, 'problems/');
      if (prefix !== 'problems/') makeOld(stage, 'readings/');
      const before = stage.reads();
      expect(await stage.sweep(day(1, '02:15:00'))).toMatchObject({ standing: 1, readAgain: 1 });
      await stage.deliver(day(1, '20:00:00'));
      expect(stage.reads()).toBe(before + 1);
      expect(await stage.sweep(day(3))).toMatchObject({ standing: 1, readAgain: 0 });
    },
  );

  it('keeps what passed under another reader', async () => {
    const stage = await broken(PLAIN);
    makeOld(stage, 'readings/');
    const before = stage.reads();
    await stage.verify(KEY, day(1, '03:00:00'), 'reread');
    expect(stage.reads()).toBe(before);
  });

  it('with the key is tried once a day, and ends when the right one is there', async () => {
    const stage = verifyStage(SECRET);
    stage.put(KEY, day(1), opensslEncrypt(good, 'the right one'));
    stage.setPassphrase('a wrong one');
    await stage.verify(KEY, day(1, '02:01:00'));
    expect(verdicts(stage)).toEqual([[KEY, 'fail', 'wrong-key', 'critical']]);
    expect(await stage.sweep(day(2, '02:00:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    expect(await stage.sweep(day(2, '02:15:00'))).toMatchObject({ standing: 1, readAgain: 1 });
    expect(await stage.sweep(day(2, '02:30:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    await stage.deliver(day(2, '02:31:00'));
    expect(await stage.sweep(day(2, '02:45:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    stage.setPassphrase('the right one');
    expect(await stage.sweep(day(3, '02:45:00'))).toMatchObject({ readAgain: 1 });
    stage.said();
    await stage.deliver(day(3, '02:46:00'));
    expect(verdicts(stage)).toEqual([[KEY, 'pass', 'verified']]);
  });

  it('is not louder for being tried again behind a newer good one', async () => {
    const stage = verifyStage(SECRET);
    stage.setPassphrase('the key');
    stage.put('f/2026-10-30.tar', day(0), opensslEncrypt(good, 'another'));
    await stage.verify('f/2026-10-30.tar', day(0, '02:01:00'));
    stage.put(KEY, day(1), opensslEncrypt(good, 'the key'));
    await stage.verify(KEY, day(1, '02:01:00'));
    await stage.sweep(day(1, '02:15:00'));
    stage.said();
    expect(await stage.deliver(day(1, '02:16:00'))).toBe(1);
    stage.move('f/2026-10-30.tar', 'GLACIER');
    await stage.verify('f/2026-10-30.tar', day(29), 'reread');
    const said = ['f/2026-10-30.tar', 'fail', 'wrong-key', 'warning'];
    expect(verdicts(stage)).toEqual([said, said]);
  });

  it('does not come back where it ended while the sweep looked', async () => {
    const stage = await broken(GZIP);
    const { ledger } = stage.services;
    const [problem] = await Array.fromAsync(ledger.problems());
    await ledger.clearProblem({ bucket: 'backups', key: KEY });
    if (problem) await ledger.noteAsked(problem, { at: day(1), under: '' });
    expect(stage.keys('problems/')).toEqual([]);
  });

  it.each([
    ['encoding-mismatch', GZIP],
    ['wrong-key', SECRET],
  ])('%s names the line that has it read at once', async (reason, plan) => {
    const stage = verifyStage(plan);
    stage.setPassphrase('a wrong one');
    const key = "f/it's.tar";
    stage.put(key, day(1), reason === 'wrong-key' ? opensslEncrypt(good, 'right') : good);
    await stage.verify(key, day(1, '02:01:00'));
    const [said] = stage.said();
    expect(said).toMatchObject({ reason });
    const [, payload = ''] =
      /npx sls invoke -f verify-backup --stage prod -d '([^']*)'$/.exec(
        said?.report.action ?? '',
      ) ?? [];
    expect(JSON.parse(payload)).toEqual({ bucket: 'backups', key, force: true });
  });
});

describe('a finding on what a backup holds', () => {
  const dump = readFileSync(new URL('../../../fixtures/plain-dumps/database.sql', import.meta.url));
  const planFor = (postgres: number): string => `
plan: test
backups:
  db: { kind: pg-dump, location: "s3://backups/f/", restore-to: { postgres: ${postgres} }, reread: 30d }
`;
  const SERIES = 'db@f/#.sql';
  const found = async (): Promise<Stage> => {
    const stage = verifyStage(planFor(12));
    stage.put('f/2026-10-31.sql', day(1), dump);
    await stage.verify('f/2026-10-31.sql', day(1, '02:01:00'));
    expect(verdicts(stage)).toContainEqual([SERIES, 'fail', 'target-too-old', 'warning']);
    return stage;
  };

  it('is held once against what the plan says now', async () => {
    const stage = await found();
    expect(await stage.sweep(day(1, '02:15:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    stage.deploy(planFor(18));
    expect(await stage.sweep(day(1, '02:30:00'))).toMatchObject({ standing: 1, readAgain: 1 });
    expect(await stage.sweep(day(1, '02:45:00'))).toMatchObject({ standing: 1, readAgain: 0 });
    stage.said();
    await stage.deliver(day(1, '02:46:00'));
    expect(verdicts(stage)).toContainEqual([SERIES, 'pass', 'as-expected']);
    expect(await stage.sweep(day(1, '03:00:00'))).toMatchObject({ standing: 0 });
  });

  it('is looked at once by another reader, although the dump passed', async () => {
    const stage = await found();
    makeOld(stage, 'problems/');
    makeOld(stage, 'readings/');
    expect(await stage.sweep(day(1, '02:15:00'))).toMatchObject({ readAgain: 1 });
    stage.said();
    await stage.deliver(day(1, '02:16:00'));
    expect(verdicts(stage)).toContainEqual([SERIES, 'fail', 'target-too-old', 'warning']);
    expect(await stage.sweep(day(3))).toMatchObject({ standing: 1, readAgain: 0 });
  });

  it('is read once by another reader that calls its dump broken', async () => {
    const stage = await found();
    stage.put('f/2026-10-31.sql', day(1), dump.subarray(0, 900));
    makeOld(stage, 'problems/');
    makeOld(stage, 'readings/');
    const before = stage.reads();
    for (const number of [2, 3, 4, 5]) {
      stage.said();
      await stage.sweep(day(number));
      await stage.deliver(day(number, '02:01:00'));
    }
    expect(stage.reads()).toBe(before + 1);
    expect(verdicts(stage).map(([, , reason]) => reason)).toEqual(['target-too-old', 'truncated']);
  });
});

describe('a backup that nobody could judge', () => {
  const hidden = async (): Promise<Stage> => {
    const stage = verifyStage(PLAIN);
    stage.put(KEY, day(1), opensslEncrypt(good, 'unnamed'));
    // Nothing names a key where the plan leaves the encoding to the bytes.
    stage.deploy(`
plan: test
backups:
  files: { kind: files, location: "s3://backups/f/" }
`);
    await stage.verify(KEY, day(1, '02:01:00'));
    expect(verdicts(stage)).toEqual([[KEY, 'unknown', 'key-not-named']]);
    return stage;
  };

  it('is read again once the plan says how, and that ends it', async () => {
    const stage = await hidden();
    expect(await stage.sweep(day(1, '02:15:00'))).toMatchObject({ unjudged: 1 });
    expect(stage.queue).toEqual([]);
    stage.said();
    stage.deploy(SECRET);
    stage.setPassphrase('unnamed');
    await stage.sweep(day(1, '02:30:00'));
    await stage.sweep(day(1, '02:45:00'));
    stage.said();
    expect(await stage.deliver(day(1, '02:46:00'))).toBe(1);
    expect(verdicts(stage)).toEqual([
      [KEY, 'pass', 'verified'],
      ['files', 'pass', 'judged'],
    ]);
    expect(await stage.sweep(day(1, '03:00:00'))).toMatchObject({ unjudged: 0 });
  });

  it('is read again once by another reader', async () => {
    const stage = await hidden();
    makeOld(stage, 'unjudged/');
    makeOld(stage, 'readings/');
    const before = stage.reads();
    await stage.sweep(day(1, '02:15:00'));
    await stage.sweep(day(1, '02:30:00'));
    expect(await stage.deliver(day(1, '02:46:00'))).toBe(1);
    expect(stage.reads()).toBe(before + 1);
    await stage.sweep(day(1, '03:00:00'));
    expect(stage.queue).toEqual([]);
  });

  it('is read once it was restored from an archive', async () => {
    const stage = verifyStage(PLAIN);
    stage.put(KEY, day(1), good, 'GLACIER');
    await stage.verify(KEY, day(1, '02:01:00'));
    await stage.sweep(day(9));
    expect(stage.queue).toEqual([]);
    stage.move(KEY, 'STANDARD');
    await stage.sweep(day(9, '02:15:00'));
    stage.said();
    await stage.deliver(day(9, '02:16:00'));
    expect(verdicts(stage)).toContainEqual([KEY, 'pass', 'verified']);
  });
});

describe('a backup that moved into an archive', () => {
  const OLD = 'f/2026-10-01.tar';
  const moved = async (plan: string): Promise<Stage> => {
    const stage = verifyStage(plan);
    stage.put(OLD, day(1), good);
    await stage.verify(OLD, day(1, '02:01:00'));
    stage.put(KEY, day(31), plan === GZIP ? gzipSync(good) : good);
    await stage.verify(KEY, day(31, '02:01:00'));
    stage.said();
    stage.move(OLD, 'GLACIER');
    return stage;
  };

  it('keeps its verdict when it is due to be read again, and the whole backup its own', async () => {
    const stage = await moved(PLAIN);
    await stage.verify(OLD, day(31, '03:00:00'), 'reread');
    const [said] = stage.said();
    expect(said).toMatchObject({ subject: OLD, verdict: 'pass', reason: 'verified' });
    expect(said?.report.summary).toContain(`was verified at ${day(1, '02:01:00')}`);
    expect(said?.report.summary).toContain('GLACIER');
    await stage.sweep(day(31, '03:15:00'));
    expect(stage.said()).toEqual([]);
  });

  it('stays broken where it was found broken, and its deletion is told', async () => {
    const stage = await moved(GZIP);
    await stage.verify(OLD, day(31, '03:00:00'), 'reread');
    await stage.sweep(day(31, '03:15:00'));
    expect(verdicts(stage)).toEqual([
      [OLD, 'fail', 'encoding-mismatch', 'warning'],
      [OLD, 'fail', 'encoding-mismatch', 'warning'],
    ]);
    stage.remove(OLD);
    await stage.sweep(day(31, '03:30:00'));
    expect(verdicts(stage)).toEqual([[OLD, 'pass', 'deleted']]);
  });

  it('is followed to its end where the plan changed since it was found broken', async () => {
    const stage = await moved(GZIP);
    stage.deploy(PLAIN);
    await stage.sweep(day(31, '03:00:00'));
    expect(stage.queue).toEqual([]);
    stage.said();
    await stage.verify(OLD, day(31, '03:10:00'), 'reread');
    await stage.sweep(day(31, '03:15:00'));
    expect(verdicts(stage)).toEqual([
      [OLD, 'unknown', 'archived'],
      [OLD, 'unknown', 'archived'],
    ]);
    expect(stage.queue).toEqual([]);
    stage.remove(OLD);
    await stage.sweep(day(31, '03:30:00'));
    expect(verdicts(stage)).toEqual([[OLD, 'pass', 'deleted']]);
  });

  it('keeps its verdict where somebody could not look in between', async () => {
    const stage = await moved(PLAIN);
    const { head } = stage.services.objects;
    stage.services.objects.head = () =>
      Promise.reject(Object.assign(new Error('later'), { name: 'SlowDown' }));
    await stage.verify(OLD, day(31, '03:00:00'), 'reread');
    stage.services.objects.head = head;
    expect(await stage.sweep(day(31, '03:15:00'))).toMatchObject({ readAgain: 1 });
    await stage.deliver(day(31, '03:16:00'));
    expect(verdicts(stage)).toEqual([
      [OLD, 'unknown', 'throttled'],
      [OLD, 'pass', 'verified'],
    ]);
    expect(await stage.sweep(day(31, '03:30:00'))).toMatchObject({ readAgain: 0, standing: 0 });
  });

  it('unread, says nothing of the whole backup where a newer one was judged', async () => {
    const stage = verifyStage(PLAIN);
    stage.put(KEY, day(1), good);
    await stage.verify(KEY, day(1, '02:01:00'));
    // Of another series, and written before.
    stage.put('f/a.tar', day(0), good, 'GLACIER');
    await stage.verify('f/a.tar', day(1, '03:00:00'), 'reread');
    stage.said();
    await stage.sweep(day(1, '03:15:00'));
    expect(stage.said()).toEqual([]);
  });

  it('ends what an older version said of the whole backup', async () => {
    const stage = verifyStage(PLAIN);
    stage.put(OLD, day(1), good, 'GLACIER');
    await stage.verify(OLD, day(1, '02:01:00'));
    const [key = ''] = stage.keys('unjudged/');
    const record = stage.records.get(key);
    stage.put(KEY, day(31), good);
    await stage.verify(KEY, day(31, '02:01:00'));
    stage.records.set(key, record);
    stage.said();
    await stage.sweep(day(31, '02:15:00'));
    await stage.sweep(day(31, '02:30:00'));
    expect(verdicts(stage)).toEqual([['files', 'pass', 'judged']]);
  });
});

describe('a broken backup beside good ones', () => {
  const verifyAt = async (stage: Stage, key: string, at: string, body: Buffer): Promise<void> => {
    stage.put(key, at, body);
    await stage.verify(key, at);
  };

  it('stays as loud where the good ones are of something else', async () => {
    const stage = verifyStage(GZIP);
    await verifyAt(stage, 'f/tenant1.tar.gz', day(1), good);
    await verifyAt(stage, 'f/tenant2.tar.gz', day(1, '02:05:00'), gzipSync(good));
    stage.said();
    await stage.sweep(day(1, '02:15:00'));
    expect(verdicts(stage)).toEqual([
      ['f/tenant1.tar.gz', 'fail', 'encoding-mismatch', 'critical'],
    ]);
  });

  it('stays as loud where it was written over, and the good one is the first of something else', async () => {
    const stage = verifyStage(GZIP);
    await verifyAt(stage, 'f/tenant1.tar.gz', day(1), gzipSync(good));
    await verifyAt(stage, 'f/tenant1.tar.gz', day(2), gzipSync(good));
    await verifyAt(stage, 'f/tenant1.tar.gz', day(3), good);
    await verifyAt(stage, 'f/tenant3.tar.gz', day(3, '02:05:00'), gzipSync(good));
    stage.said();
    await stage.sweep(day(3, '02:15:00'));
    expect(verdicts(stage)).toEqual([
      ['f/tenant1.tar.gz', 'fail', 'encoding-mismatch', 'critical'],
    ]);
  });

  it('is quieter behind a newer one of its own series', async () => {
    const stage = verifyStage(GZIP);
    await verifyAt(stage, 'f/a-2026-10-30.tar.gz', day(1), good);
    await verifyAt(stage, 'f/b-2026-10-31.tar.gz', day(2), gzipSync(good));
    await stage.sweep(day(2, '02:15:00'));
    await verifyAt(stage, 'f/a-2026-10-31.tar.gz', day(2, '03:00:00'), gzipSync(good));
    await stage.sweep(day(2, '03:15:00'));
    expect(verdicts(stage).filter(([, verdict]) => verdict === 'fail')).toEqual([
      ['f/a-2026-10-30.tar.gz', 'fail', 'encoding-mismatch', 'critical'],
      ['f/a-2026-10-30.tar.gz', 'fail', 'encoding-mismatch', 'critical'],
      ['f/a-2026-10-30.tar.gz', 'fail', 'encoding-mismatch', 'warning'],
    ]);
  });
});

describe('a death at any moment', () => {
  type Prepared = { stage: Stage; tasks: (() => Promise<unknown>)[] };

  /** What is left in the ledger but for times, and what was said last of each subject. */
  const endOf = (stage: Stage) => {
    const last = new Map(verdicts(stage).map(([subject, ...said]) => [subject, said.join(' ')]));
    const problems = stage
      .keys('problems/')
      .concat(stage.keys('unjudged/'), stage.keys('readings/'));
    return { last: Object.fromEntries(last), problems: problems.sort() };
  };

  /** Each task is repeated until it ends, as a queue and a schedule do. */
  const killEverywhere = async (prepare: () => Promise<Prepared>) => {
    const { stage: healthy, tasks } = await prepare();
    for (const task of tasks) await task();
    const expected = endOf(healthy);
    let kills = 0;
    for (const number of tasks.keys()) {
      for (let moment = 1; ; moment += 1) {
        const { stage, tasks: again } = await prepare();
        let isKilled = false;
        for (const [index, task] of again.entries()) {
          if (index === number) isKilled = await stage.killAt(moment, task);
          if (index !== number || isKilled) await task();
        }
        if (!isKilled) break;
        kills += 1;
        expect([moment, endOf(stage)]).toEqual([moment, expected]);
      }
    }
    return { kills, expected };
  };

  it('loses no new try after a change of the plan', async () => {
    const { kills, expected } = await killEverywhere(async () => {
      const stage = verifyStage(GZIP);
      stage.put(KEY, day(1), good);
      await stage.verify(KEY, day(1, '02:01:00'));
      stage.deploy(PLAIN);
      const sweep = () => stage.sweep(day(1, '02:15:00'));
      const deliver = async () => {
        // A message is deleted when it was dealt with.
        expect(stage.queue.length).toBeGreaterThan(0);
        await stage.verify(KEY, day(1, '02:16:00'), 'reread');
        stage.queue.splice(0);
      };
      return { stage, tasks: [sweep, deliver, () => stage.sweep(day(1, '02:30:00'))] };
    });
    expect(kills).toBeGreaterThan(30);
    expect(expected.last).toEqual({ [KEY]: 'pass verified' });
  });

  it('ends what was said of the whole backup', async () => {
    const { kills, expected } = await killEverywhere(async () => {
      const stage = verifyStage(PLAIN);
      stage.put('f/2026-10-01.tar', day(0), good, 'GLACIER');
      await stage.verify('f/2026-10-01.tar', day(0, '02:01:00'));
      await stage.sweep(day(0, '02:15:00'));
      stage.put(KEY, day(1), good);
      return { stage, tasks: [() => stage.verify(KEY, day(1, '02:01:00'))] };
    });
    expect(kills).toBeGreaterThan(20);
    expect(expected.last).toMatchObject({ files: 'pass judged' });
  });

  it('keeps the verdict of what moved into an archive', async () => {
    const { kills, expected } = await killEverywhere(async () => {
      const stage = verifyStage(GZIP);
      stage.put(KEY, day(1), good);
      await stage.verify(KEY, day(1, '02:01:00'));
      stage.move(KEY, 'GLACIER');
      const read = () => stage.verify(KEY, day(29), 'reread');
      return { stage, tasks: [read, () => stage.sweep(day(29, '02:15:00'))] };
    });
    expect(kills).toBeGreaterThan(10);
    expect(expected.last).toEqual({ [KEY]: 'fail encoding-mismatch critical' });
  });
});

import { describe, expect, it } from 'vitest';
import { verifyStage } from '../../../support/verify-stage.ts';

const PLAN = `
plan: test
backups:
  db: { kind: pg-dump, location: "s3://backups/db/", schedule: daily, encoding: [], reread: 30d }
`;

/** As pg_dump writes it, of one table. */
const dump = (rows: number): Buffer =>
  Buffer.from(`--
-- PostgreSQL database dump
--

-- Dumped from database version 15.8
-- Dumped by pg_dump version 15.8

CREATE TABLE public.orders (
    id integer
);

COPY public.orders (id) FROM stdin;
${'1\n'.repeat(rows)}\\.

--
-- PostgreSQL database dump complete
--

`);

type Backup = [name: string, at: string, rows: number];
type Stage = ReturnType<typeof verifyStage>;

/** What is said of the contents of each, one after the other. */
const judge = async (backups: readonly Backup[], stage: Stage = verifyStage(PLAN)) => {
  const said: [series: string, reason: string, comparison: string][] = [];
  for (const [name, at, rows] of backups) {
    stage.put(`db/${name}`, `2026-11-${at}:00.000Z`, dump(rows));
    await stage.verify(`db/${name}`, `2026-11-${at}:30.000Z`);
    for (const { report } of stage.said().filter((one) => one.report.check === 'backup-contents')) {
      const { comparison } = Object(report.observed);
      said.push([report.subject.id.replace(/.*\//, ''), report.reason, comparison]);
    }
  }
  return said;
};
const found = async (backups: readonly Backup[]) =>
  (await judge(backups)).map(([, ...what]) => what.join(', '));

describe('backups whose names have a part that is random', () => {
  it.each([
    ['a commit', ['shop-20261120-3f2a9c1.sql', 'shop-20261121-9b1d0e4.sql']],
    ['a pod', ['pgdump-29919000-x7k2p.sql', 'pgdump-29920440-bcdfg.sql']],
    [
      'an identifier',
      [
        'a-20261120-550e8400-e29b-41d4-a716-446655440000.sql',
        'a-20261121-c3d1f0aa-0b1c-4e2d-9f3a-5b6c7d8e9fab.sql',
      ],
    ],
  ])('%s are compared, and the next good one ends what was said', async (_, [a = '', b = '']) => {
    const stage = verifyStage(PLAN);
    const said = await judge(
      [
        [a, '20T02:00', 900],
        [b, '21T02:00', 0],
      ],
      stage,
    );
    expect(said.map(([, ...what]) => what)).toEqual([
      ['as-expected', 'nothing'],
      ['no-data', 'tables'],
    ]);
    expect(new Set(said.map(([series]) => series)).size).toBe(1);
    expect(stage.keys('problems/')).toHaveLength(1);
    await judge(
      [[b.replace('1121', '1122').replace('29920440', '29921880'), '22T02:00', 900]],
      stage,
    );
    expect(stage.keys('problems/')).toEqual([]);
  });
});

describe('tenants', () => {
  const night = (day: string, names: [string, number][]): Backup[] =>
    names.map(([name, rows], index) => [name, `${day}T02:${index}0`, rows]);

  it.each([
    ['with long numbers', (date: string, n: number) => `tenant100${n}-${date}.sql`],
    ['with numbers of their own', (date: string, n: number) => `tenant-100${n}-${date}.sql`],
  ])('%s are compared each with itself', async (_, name) => {
    const nights = (['2026-11-20', '2026-11-21'] as const).flatMap((date, index) =>
      night(String(20 + index), [
        [name(date, 1), 10_000],
        [name(date, 2), 900],
      ]),
    );
    expect(await found(nights)).toEqual([
      'as-expected, nothing',
      'as-expected, nothing',
      'as-expected, tables',
      'as-expected, tables',
    ]);
    const lost = await found([...nights.slice(0, 3), [name('2026-11-21', 2), '21T02:10', 9]]);
    expect(lost.at(-1)).toBe('rows-lost, tables');
  });

  it.each([
    [
      'whose identifier looks like a part that is random',
      (date: string, n: number) => `backup-${date}-550e8400-e29b-41d4-a716-44665544000${n}.sql`,
    ],
    ['whose number looks like a time', (date: string, n: number) => `${date}/100${n}.sql`],
    [
      'whose number looks like a counter',
      (date: string, n: number) => `backup-${date}-900${n}.sql`,
    ],
  ])('%s are not accused', async (_, name) => {
    const nights = ['20', '21', '22'].flatMap((day) =>
      night(day, [
        [name(`202611${day}`, 1), 10_000],
        [name(`202611${day}`, 2), 900],
        [name(`202611${day}`, 3), 5_000],
      ]),
    );
    expect(new Set(await found(nights))).toEqual(new Set(['as-expected, nothing']));
  });

  it('without a date are not accused on their first night', async () => {
    const names = ['tenant1.sql', 'tenant2.sql'];
    const nights = ['20', '21'].flatMap((day) =>
      night(day, [
        [names[0] ?? '', 10_000],
        [names[1] ?? '', 900],
      ]),
    );
    expect(await found([...nights, ['tenant2.sql', '22T02:10', 9]])).toEqual([
      'as-expected, nothing',
      'as-expected, nothing',
      'as-expected, nothing',
      'as-expected, nothing',
      'rows-lost, tables',
    ]);
  });
});

it('one more in between costs two comparisons of counters, and none of dates', async () => {
  const counted: Backup[] = [
    ['a-20261120-4001.sql', '20T02:00', 900],
    ['a-20261120-4002.sql', '20T09:00', 900],
  ];
  const after: Backup[] = [
    ['a-20261121-4003.sql', '21T02:00', 900],
    ['a-20261122-4004.sql', '22T02:00', 9],
  ];
  expect(await found([...counted, ...after])).toEqual([
    'as-expected, nothing',
    'as-expected, nothing',
    'as-expected, nothing',
    'rows-lost, tables',
  ]);
  expect(
    (
      await found([
        ['a-20261120T0200.sql', '20T02:00', 900],
        ['a-20261120T0900.sql', '20T09:00', 9],
      ])
    ).at(-1),
  ).toBe('rows-lost, tables');
});

describe('a backup that was compared with nothing', () => {
  type Names = [string, string, string, string, string];
  /** Rows that were lost on the 20th, and the job run once more on that day. */
  const lost = ([before, first, again, next, last]: Names, rows = 0): Backup[] => [
    [before, '19T02:00', 5_000],
    [first, '20T02:00', rows],
    [again, '20T06:00', rows],
    [next, '21T02:00', rows],
    [last, '22T02:00', rows],
  ];
  const COUNTED: Names = [
    'shop-42.sql',
    'shop-43.sql',
    'shop-44.sql',
    'shop-45.sql',
    'shop-46.sql',
  ];
  const COMMITS: Names = [
    'shop-20261119-9b1d0e4.sql',
    'shop-20261120-0c4d2e9.sql',
    'shop-20261120-7a1b3c5.sql',
    'shop-20261121-5d9e8f1.sql',
    'shop-20261122-6e1f2a3.sql',
  ];

  /** What is said of the series at each backup, and by the sweep behind it. */
  const follow = async (backups: readonly Backup[], stage: Stage = verifyStage(PLAN)) => {
    const said: string[][] = [];
    for (const backup of backups) {
      const found = (await judge([backup], stage)).map(([, reason]) => reason);
      await stage.sweep(`2026-11-${backup[1].replace(/:\d+$/, ':45')}:00.000Z`);
      const swept = stage.said().map(({ reason, severity }) => `${reason} ${severity ?? ''}`);
      said.push([...found, ...swept]);
    }
    return said;
  };

  it.each([
    ['counter', COUNTED],
    ['commit', COMMITS],
  ])(
    'ends nothing that was found by comparison, and hides nothing from the next (%s)',
    async (_, names) => {
      expect(await follow(lost(names))).toEqual([
        ['as-expected'],
        ['no-data', 'no-data critical'],
        ['no-data critical'],
        ['no-data critical'],
        ['no-data', 'no-data critical'],
      ]);
    },
  );

  it('is no end, and the next that is compared is one', async () => {
    expect(await follow(lost(COUNTED, 9))).toEqual([
      ['as-expected'],
      ['rows-lost', 'rows-lost warning'],
      ['rows-lost warning'],
      ['rows-lost warning'],
      ['as-expected'],
    ]);
  });

  it('ends what it would have been found itself, unless it was made beside it', async () => {
    const stage = verifyStage(PLAN.replace('reread', 'contains: data, reread'));
    const night = (day: number, rows: number): Backup[] => [
      [`t-202611${day}-9001.sql`, `${day}T02:00`, 900],
      [`t-202611${day}-9002.sql`, `${day}T02:10`, rows],
      [`t-202611${day}-9003.sql`, `${day}T02:20`, 900],
    ];
    expect(await follow([...night(20, 0), ...night(21, 900)], stage)).toEqual([
      ['as-expected'],
      ['no-data', 'no-data critical'],
      ['no-data critical'],
      ['as-expected'],
      ['as-expected'],
      ['as-expected'],
    ]);
  });

  /** As a version of the function left them that did not note it. */
  const forgetAlone = ({ records }: Stage): void => {
    for (const [key, record] of records) {
      const { isAlone: _, ...old } = Object(record);
      if (key.startsWith('problems/')) records.set(key, old);
    }
  };

  it.each([
    ['as it is recorded', () => undefined],
    ['as it was recorded', forgetAlone],
  ])('ends what was found of itself, once the plan says otherwise (%s)', async (_, change) => {
    const stage = verifyStage(PLAN.replace('reread', 'contains: data, reread'));
    await follow(
      [
        ['t-20261120-9001.sql', '20T02:00', 900],
        ['t-20261120-9002.sql', '20T02:10', 0],
      ],
      stage,
    );
    change(stage);
    stage.deploy(PLAN.replace('reread', 'contains: schema, reread'));
    await stage.sweep('2026-11-20T03:00:00.000Z');
    stage.said();
    await stage.deliver('2026-11-20T03:01:00.000Z');
    expect(stage.said().map(({ reason }) => reason)).toContain('as-expected');
    expect(stage.keys('problems/')).toEqual([]);
  });

  it('that has a fault of its own does not end with that what a comparison found before', async () => {
    const stage = verifyStage(PLAN);
    await follow(lost(COUNTED).slice(0, 2), stage);
    stage.deploy(PLAN.replace('reread', 'contains: data, reread'));
    expect(await follow(lost(COUNTED).slice(2, 3), stage)).toEqual([
      ['no-data', 'no-data critical'],
    ]);
    stage.deploy(PLAN);
    await stage.sweep('2026-11-20T07:00:00.000Z');
    await stage.deliver('2026-11-20T07:01:00.000Z');
    stage.said();
    expect(await stage.sweep('2026-11-20T07:15:00.000Z')).toMatchObject({ standing: 1, gone: 0 });
  });

  it('does not make a finding quieter', async () => {
    const [good, empty] = lost(COUNTED);
    const stage = verifyStage(PLAN.replace('reread', 'restore-to: { postgres: 15 }, reread'));
    if (good && empty) await follow([good, empty], stage);
    stage.deploy(PLAN.replace('reread', 'restore-to: { postgres: 14 }, reread'));
    // Its only fault is that the server was newer.
    const again: Backup = ['shop-44.sql', '20T06:00', 0];
    expect(await follow([again, ['shop-45.sql', '21T02:00', 0]], stage)).toEqual([
      ['no-data critical'],
      ['no-data critical'],
    ]);
  });

  it('does not have what stands before it read again and again', async () => {
    const stage = verifyStage(PLAN);
    await follow(lost(COUNTED).slice(0, 3), stage);
    for (const record of stage.records.values()) Object.assign(Object(record), { reader: 0 });
    const before = stage.reads();
    for (const day of [21, 22, 23, 24]) {
      await stage.sweep(`2026-11-${day}T01:00:00.000Z`);
      await stage.deliver(`2026-11-${day}T01:01:00.000Z`);
    }
    expect(stage.reads()).toBe(before + 1);
  });

  it('ends nothing behind records that do not say what they were compared with', async () => {
    const stage = verifyStage(PLAN);
    const [good, empty, ...others] = lost(COUNTED);
    if (good && empty) await follow([good, empty], stage);
    forgetAlone(stage);
    expect((await follow(others, stage)).at(0)).toEqual(['no-data critical']);
  });
});

it('hours in folders below a date are one series', async () => {
  const plan = PLAN.replace('daily', 'hourly');
  const hours = ['02', '03', '04'].map(
    (hour): Backup => [`2026-11-20/${hour}00/shop.sql`, `20T${hour}:00`, 900],
  );
  expect((await judge(hours, verifyStage(plan))).map(([, , comparison]) => comparison)).toEqual([
    'nothing',
    'tables',
    'tables',
  ]);
});

it('a second reading is judged as the first was', async () => {
  const stage = verifyStage(PLAN);
  await judge(
    [
      ['backup-20261120-9001.sql', '20T02:00', 900],
      ['backup-20261120-9002.sql', '20T02:10', 9],
    ],
    stage,
  );
  const kept = stage.keys('verified/').map((key) => stage.records.get(key));
  expect(kept).toMatchObject([{ key: 'db/backup-20261120-9002.sql', isBeside: true }]);
  await stage.verify('db/backup-20261120-9002.sql', '2026-12-31T02:00:00.000Z', 'reread');
  expect(stage.said().map(({ reason }) => reason)).toEqual(['verified', 'as-expected']);
  expect(stage.keys('verified/').map((key) => stage.records.get(key))).toEqual(kept);
});

describe('after a version of the function that named series otherwise', () => {
  const OLD = 's3://backups/db/tenant#-#.sql';

  it('one is the first of its series, and what stood ends with the next good one', async () => {
    const stage = verifyStage(PLAN);
    const { ledger } = stage.services;
    const nights: Backup[] = [
      ['tenant1001-20261120.sql', '20T02:00', 900],
      ['tenant1001-20261121.sql', '21T02:00', 9],
    ];
    await judge(nights, stage);
    for await (const problem of ledger.problems()) {
      await ledger.forgetProblem(problem);
      await ledger.recordProblem({ ...problem, series: OLD });
    }
    const newest = await ledger.verified('db', OLD.replace('#', '1001'));
    if (newest === undefined) throw new Error('nothing was verified');
    for (const key of stage.keys('verified/')) stage.records.delete(key);
    await ledger.recordVerified('db', OLD, newest);
    const reading = await ledger.reading({ bucket: 'backups', key: 'db/tenant1001-20261121.sql' });
    if (reading === undefined) throw new Error('nothing was read');
    await ledger.recordReading({ ...reading, series: OLD });

    expect(await stage.sweep('2026-11-21T03:00:00.000Z')).toMatchObject({ standing: 1, gone: 0 });
    stage.said();
    expect(await judge([['tenant1001-20261122.sql', '22T02:00', 900]], stage)).toEqual([
      ['tenant1001-#.sql', 'as-expected', 'nothing'],
    ]);
    expect(await stage.sweep('2026-11-22T03:00:00.000Z')).toMatchObject({ standing: 0, gone: 1 });
  });
});

import { describe, expect, it } from 'vitest';
import { decideAlert } from '../../../../functions/route-alerts/decide-alert.ts';
import {
  at,
  blind,
  failing,
  HOUR,
  MINUTE,
  makeAlerts,
  passing,
  replay,
  told,
} from './alert-fixtures.ts';

describe('an alert opens and closes', () => {
  it('tells nobody while all is well', () => {
    expect(told(replay([passing(0), passing(MINUTE)]))).toEqual(['still-healthy', 'still-healthy']);
  });

  it('tells the channels of the severity at once', () => {
    expect(told(replay([failing(0, 'warning')]))).toEqual(['opened email:open slack:open']);
    expect(told(replay([failing(0)]))).toEqual(['opened email:open slack:open pagerduty:open']);
  });

  it('resolves for everybody who was told', () => {
    expect(told(replay([failing(0), passing(MINUTE)])).at(-1)).toBe(
      'resolved email:resolve slack:resolve pagerduty:resolve',
    );
  });

  it('resolves once', () => {
    const decisions = replay([failing(0), passing(MINUTE), passing(2 * MINUTE)]);
    expect(told(decisions).at(-1)).toBe('still-healthy');
  });

  it('gives the next incident a key of its own', () => {
    const decisions = replay([failing(0), passing(MINUTE), failing(2 * MINUTE)]);
    const [first, , second] = decisions.map(({ deliveries }) => deliveries[0]?.dedupKey);
    expect(first).toBe('lifeboat/5f1c0a9be2d34c77/20260302T020000000Z');
    expect(second).toBe('lifeboat/5f1c0a9be2d34c77/20260302T020200000Z');
  });

  it('is the same incident under the same key until then', () => {
    const decisions = replay([failing(0), failing(HOUR), failing(2 * HOUR), passing(3 * HOUR)]);
    expect(new Set(decisions.map(({ deliveries }) => deliveries[0]?.dedupKey)).size).toBe(1);
  });
});

describe('an alert that stays open', () => {
  it('is told again when the interval of its severity is over, not sooner', () => {
    const reports = [0, 59 * MINUTE, HOUR, HOUR + MINUTE, 2 * HOUR].map((ms) => failing(ms));
    expect(replay(reports).map(({ reason }) => reason)).toEqual([
      'opened',
      'too-soon-to-repeat',
      'repeated',
      'too-soon-to-repeat',
      'repeated',
    ]);
  });

  it('takes the interval of a warning for a warning', () => {
    const reports = [0, 2 * HOUR, 24 * HOUR].map((ms) => failing(ms, 'warning'));
    expect(told(replay(reports))).toEqual([
      'opened email:open slack:open',
      'too-soon-to-repeat',
      'repeated email:repeat slack:repeat',
    ]);
  });

  it('does not turn a backlog into a salvo: the interval goes by the clock, not by the reports', () => {
    const late = at(6 * HOUR);
    const opened = decideAlert(undefined, failing(0), makeAlerts(), late);
    const next = decideAlert(opened.state, failing(5 * HOUR), makeAlerts(), late);
    expect(next.reason).toBe('too-soon-to-repeat');
  });

  it('says `open` to a channel that the route names only since', () => {
    const few = makeAlerts({ routes: { critical: ['email'], warning: [] } });
    const [opened] = replay([failing(0)], few);
    const more = makeAlerts({ routes: { critical: ['email', 'slack'], warning: [] } });
    expect(told(replay([failing(HOUR)], more, opened?.state))).toEqual([
      'repeated email:repeat slack:open',
    ]);
  });
});

describe('a severity that changes', () => {
  it('pages again under a key of its own, and tells who had not been told', () => {
    const decisions = replay([failing(0, 'warning'), failing(MINUTE)]);
    expect(told(decisions).at(-1)).toBe('escalated email:escalate slack:escalate pagerduty:open');
    const keys = decisions.at(-1)?.deliveries.map(({ dedupKey }) => dedupKey);
    expect(keys).toEqual(Array(3).fill('lifeboat/5f1c0a9be2d34c77/20260302T020000000Z/1'));
  });

  it('closes every key that a channel was told under', () => {
    const decisions = replay([failing(0, 'warning'), failing(MINUTE), passing(2 * MINUTE)]);
    const key = 'lifeboat/5f1c0a9be2d34c77/20260302T020000000Z';
    expect(
      decisions
        .at(-1)
        ?.deliveries.map(({ channel, dedupKey, closes }) => [channel, dedupKey, closes]),
    ).toEqual([
      ['email', `${key}/1`, [key, `${key}/1`]],
      ['slack', `${key}/1`, [key, `${key}/1`]],
      ['pagerduty', `${key}/1`, [`${key}/1`]],
    ]);
  });

  it('resolves also for a channel of the earlier severity alone', () => {
    const alerts = makeAlerts({ routes: { critical: ['pagerduty'], warning: ['slack'] } });
    const decisions = replay([failing(0, 'warning'), failing(MINUTE), passing(HOUR)], alerts);
    expect(told(decisions)).toEqual([
      'opened slack:open',
      'escalated pagerduty:open',
      'resolved slack:resolve pagerduty:resolve',
    ]);
  });

  it('tells nobody that it became less bad, and repeats at the slower interval', () => {
    const decisions = replay([
      failing(0),
      failing(2 * HOUR, 'warning'),
      failing(3 * HOUR, 'warning'),
      failing(24 * HOUR, 'warning'),
    ]);
    expect(told(decisions)).toEqual([
      'opened email:open slack:open pagerduty:open',
      'downgraded',
      'too-soon-to-repeat',
      'repeated email:repeat slack:repeat',
    ]);
  });

  it('resolves a downgraded alert where it was critical, too', () => {
    const decisions = replay([failing(0), failing(MINUTE, 'warning'), passing(HOUR)]);
    expect(told(decisions).at(-1)).toContain('pagerduty:resolve');
  });

  it('does not page for every swing between the two', () => {
    const swings = [0, 5, 10, 15, 20].map((minutes, index) =>
      failing(minutes * MINUTE, index % 2 === 0 ? 'warning' : 'critical'),
    );
    expect(replay(swings).map(({ reason }) => reason)).toEqual([
      'opened',
      'escalated',
      'downgraded',
      'too-soon-to-repeat',
      'downgraded',
    ]);
  });

  it('pages for a swing back after the interval, under another key', () => {
    const decisions = replay([
      failing(0, 'warning'),
      failing(MINUTE),
      failing(2 * HOUR, 'warning'),
      failing(3 * HOUR),
    ]);
    expect(told(decisions).at(-1)).toBe(
      'escalated email:escalate slack:escalate pagerduty:escalate',
    );
    expect(decisions.at(-1)?.deliveries[0]?.dedupKey).toMatch(/\/2$/);
  });

  it('stops inventing keys after forty', () => {
    const swings = Array.from({ length: 200 }, (_, index) =>
      failing(index * 2 * HOUR, index % 2 === 0 ? 'warning' : 'critical'),
    );
    const resolved = replay([...swings, passing(500 * HOUR)]).at(-1);
    expect(resolved?.deliveries[0]?.closes).toHaveLength(41);
  });
});

describe('a check that cannot look', () => {
  it('opens nothing at once, and a warning after too long', () => {
    const decisions = replay([0, 30 * MINUTE, HOUR - 1, HOUR].map((ms) => blind(ms)));
    expect(told(decisions)).toEqual([
      'could-not-look',
      'could-not-look',
      'could-not-look',
      'unknown-too-long email:open slack:open',
    ]);
  });

  it('counts only reports in a row', () => {
    const decisions = replay([blind(0), passing(30 * MINUTE), blind(HOUR), blind(90 * MINUTE)]);
    expect(decisions.map(({ reason }) => reason)).toEqual([
      'could-not-look',
      'still-healthy',
      'could-not-look',
      'could-not-look',
    ]);
  });

  it('is over when it can look again and all is well', () => {
    expect(told(replay([blind(0), blind(HOUR), passing(2 * HOUR)])).at(-1)).toBe(
      'resolved email:resolve slack:resolve',
    );
  });

  it('is news when it can look again and finds a failure', () => {
    expect(told(replay([blind(0), blind(HOUR), failing(2 * HOUR, 'warning')])).at(-1)).toBe(
      'escalated email:escalate slack:escalate',
    );
  });

  it('closes no alert that is open, whatever time goes by, and goes on reminding', () => {
    const decisions = replay([failing(0), blind(MINUTE), blind(HOUR), blind(10 * HOUR)]);
    expect(told(decisions)).toEqual([
      'opened email:open slack:open pagerduty:open',
      'could-not-look',
      'repeated email:repeat slack:repeat pagerduty:repeat',
      'repeated email:repeat slack:repeat pagerduty:repeat',
    ]);
  });

  it.each(['not-observable', 'not-due-yet', 'nothing-seen', 'nothing-to-copy'])(
    'never alerts where there is nothing to see: %s',
    (reason) => {
      const reports = [0, HOUR, 100 * HOUR].map((ms) => blind(ms, reason));
      expect(told(replay(reports))).toEqual(['not-observable', 'not-observable', 'not-observable']);
    },
  );

  it('does not count the time in which a thing was not observable', () => {
    const decisions = replay([blind(0, 'not-observable'), blind(HOUR), blind(HOUR + MINUTE)]);
    expect(decisions.at(-1)?.reason).toBe('could-not-look');
  });
});

describe('reports in any order and number', () => {
  it('ignores the same event, also when others came between', () => {
    const failure = failing(0);
    const decisions = replay([failure, failure, passing(MINUTE), failure]);
    expect(decisions.map(({ reason }) => reason)).toEqual([
      'opened',
      'duplicate',
      'resolved',
      'out-of-order',
    ]);
  });

  it('leaves the state untouched where nothing is new', () => {
    const [first, second] = replay([failing(HOUR), passing(0)]);
    expect(second?.state).toBe(first?.state);
    expect(second?.reason).toBe('out-of-order');
  });

  it.each([
    ['fail, pass', [failing(0), passing(0)]],
    ['pass, fail', [passing(0), failing(0)]],
  ])('takes the worse of two of the same moment: %s', (_, reports) => {
    expect(replay(reports).at(-1)?.state.incident?.level).toBe('critical');
  });
});

describe('routes', () => {
  it('keeps the alert where nobody is to be told, and says why', () => {
    const nobody = makeAlerts({ routes: { critical: [], warning: [] } });
    const [decision] = replay([failing(0)], nobody);
    expect(decision).toMatchObject({ reason: 'not-routed', deliveries: [] });
    expect(decision?.state.incident?.level).toBe('critical');
    const [healthy] = replay([passing(MINUTE)], nobody, decision?.state);
    expect(healthy).toMatchObject({ reason: 'resolved', deliveries: [] });
  });

  it('opens for the route that a new plan gives', () => {
    const nobody = makeAlerts({ routes: { critical: [], warning: [] } });
    const [decision] = replay([failing(0)], nobody);
    expect(told(replay([failing(MINUTE)], makeAlerts(), decision?.state))).toEqual([
      'opened email:open slack:open pagerduty:open',
    ]);
  });

  it('resolves for who was told, though the routes name others by now', () => {
    const [opened] = replay([failing(0)]);
    const other = makeAlerts({ routes: { critical: ['email'], warning: [] } });
    expect(told(replay([passing(MINUTE)], other, opened?.state))).toEqual([
      'resolved email:resolve slack:resolve pagerduty:resolve',
    ]);
  });

  it('cannot tell a channel that the plan no longer has', () => {
    const [opened] = replay([failing(0)]);
    const channels = makeAlerts().channels.filter(({ name }) => name !== 'slack');
    expect(told(replay([passing(MINUTE)], makeAlerts({ channels }), opened?.state))).toEqual([
      'resolved email:resolve pagerduty:resolve',
    ]);
  });

  it('never routes to a status page, to an unknown name, or twice to one channel', () => {
    const routes = { critical: ['status', 'nobody', 'slack', 'slack'], warning: [] };
    expect(told(replay([failing(0)], makeAlerts({ routes })))).toEqual(['opened slack:open']);
  });
});

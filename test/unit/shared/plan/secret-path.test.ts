import { describe, expect, it } from 'vitest';
import { mayHoldSecret, showPath } from '../../../../shared/plan/secret-path.ts';

describe('mayHoldSecret', () => {
  it.each([
    'alerts.channels',
    'alerts.channels.slack.webhook',
    'alerts.routes.critical.0',
    'backups.db.encoding',
    'backups.db.encoding.0.passphrase',
    'backups.db.passphrase',
    'webhooks.w.duplicates.database',
    'webhooks.w.duplicates.query',
  ])('is true of %s', (path) => {
    expect(mayHoldSecret(path.split('.'))).toBe(true);
  });

  it.each(['', 'alerts', 'alerts.repeat.critical', 'backups.db.retain', 'backups.encoding'])(
    'is false of %j',
    (path) => {
      expect(mayHoldSecret(path.split('.'))).toBe(false);
    },
  );
});

describe('showPath', () => {
  it('shows names and indices', () => {
    expect(showPath(['backups', 'db-full', 'copies', 1])).toBe('backups.db-full.copies.1');
    expect(showPath(['alerts', 'channels', 'slack-2', 'webhook'])).toBe(
      'alerts.channels.slack-2.webhook',
    );
  });

  it.each([
    [['alerts', 'channels', 'slack:https://hooks.example.com/T0/B0/XYZ']],
    [['alerts', 'channels', 'slack', 'webhook:https://hooks.example.com/T0/B0/XYZ']],
    [['alerts', 'channels', 'pagerduty', 'R03ABCDEFGHIJKLMNOPQRSTUVWXYZ123']],
    [['backups', 'db', 'encoding', 0, 'passphrase:XYZ']],
    [['backups', 'https://user:XYZ@host']],
  ])('leaves out a key that can be a secret: %j', (path) => {
    expect(showPath(path)).toMatch(/…$/);
    expect(showPath(path)).not.toContain('XYZ');
  });

  it('is cut where it goes deeper than any plan', () => {
    expect(showPath(Array.from({ length: 500 }, () => 0)).length).toBeLessThan(40);
  });
});

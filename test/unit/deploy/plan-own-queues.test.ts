import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownDeadLetterArns, ownDeadLetterNames } from '../../../deploy/plan-own-queues.ts';
import type { AlertChannel } from '../../../shared/plan/plan.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SLACK: AlertChannel = {
  name: 'on-call',
  kind: 'slack',
  webhook: { from: 'ssm', name: '/slack' },
};

/** Names and logical ids of the dead-letter queues that functions make. */
const made = globSync('functions/*/resources.yml', { cwd: ROOT }).flatMap((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^ {2}(\w+DeadLetters):\n.*\n.*\n *QueueName: (\S+)$/gm)].map(
    ([, id = '', name = '']) => ({ id, name }),
  );
});

describe('Lifeboat’s own dead-letter queues', () => {
  it('are all watched, those of the functions and those of the channels', () => {
    expect(made.length).toBeGreaterThanOrEqual(4);
    const names = made.map(({ name }) =>
      name.replace('${self:service}', 'lifeboat').replace('${sls:stage}', 'prod'),
    );
    expect(ownDeadLetterNames('prod', [SLACK]).split(' ').sort()).toEqual(
      [...names, 'lifeboat-prod-deliver-on-call-dead-letters'].sort(),
    );
    const ids = [...made.map(({ id }) => id), 'DeliverOnDashcallQueueDeadLetters'];
    expect(ownDeadLetterArns([SLACK])).toHaveLength(ids.length);
    expect(ownDeadLetterArns([SLACK])).toEqual(
      expect.arrayContaining(ids.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }))),
    );
  });
});

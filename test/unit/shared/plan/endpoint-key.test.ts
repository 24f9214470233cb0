import { describe, expect, it } from 'vitest';
import { endpointKey } from '../../../../shared/plan/endpoint-key.ts';

describe('endpointKey', () => {
  it.each([
    ['https://a.example/hook', 'HTTPS://A.Example:443/hook', true],
    ['https://a.example', 'https://a.example/', true],
    ['http://a.example:80/x?y=1', 'http://a.example/x?y=1', true],
    ['https://a.example/hook', 'https://a.example/hook/', false],
    ['https://a.example/hook', 'https://a.example/Hook', false],
    ['https://a.example/hook', 'http://a.example/hook', false],
    ['https://a.example/hook', 'https://a.example:8443/hook', false],
    ['https://a.example/hook?a', 'https://a.example/hook?b', false],
    ['arn:aws:sqs:us-east-1:1:Q', 'arn:aws:sqs:us-east-1:1:q', false],
    ['https://[', 'https://[', true],
  ])('of %s and %s: same %s', (one, other, same) => {
    expect(endpointKey(one) === endpointKey(other)).toBe(same);
  });
});

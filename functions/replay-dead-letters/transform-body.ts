import { JSONPatch, type OpObject } from 'json-p3';
import type { ReplayRequest } from '../../events/replay-requested/v1.ts';

/** The body changed, or why it could not be. */
export type Transformed = { body: string } | { fault: string };

const operation = (given: NonNullable<ReplayRequest['transform']>[number]): OpObject => {
  const { op, path } = given;
  switch (given.op) {
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: given.from };
    case 'add':
    case 'replace':
    case 'test':
      return { op, path, value: given.value };
  }
};

/**
 * Applies a JSON Patch (RFC 6902) to bodies. Without one a body stays as it is, byte for byte. A body that
 * is no JSON, or lacks what the patch names, is not changed and says so.
 */
export const createTransform = (
  operations: ReplayRequest['transform'],
): ((body: string) => Transformed) => {
  if (operations === undefined || operations.length === 0) return (body) => ({ body });
  const patch = new JSONPatch(operations.map(operation));
  return (body) => {
    try {
      return { body: JSON.stringify(patch.apply(JSON.parse(body))) };
    } catch {
      return { fault: 'transform-failed' };
    }
  };
};

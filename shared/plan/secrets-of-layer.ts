import type { EncodingLayer } from './plan.ts';
import type { SecretReference } from './secret-reference.ts';

/** The secrets that opening a layer takes, with the field of the plan that each stands in. */
export const secretsOfLayer = (layer: EncodingLayer): [field: string, SecretReference][] => {
  switch (layer.name) {
    case 'openssl':
      return [['passphrase', layer.passphrase]];
    case 'age':
      return [['age', layer.key]];
    case 'gpg':
      return layer.passphrase === undefined
        ? [['gpg', layer.key]]
        : [
            ['gpg', layer.key],
            ['passphrase', layer.passphrase],
          ];
    default:
      return [];
  }
};

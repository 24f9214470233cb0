import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';
import { decryptersOfThePlan } from './plan-decrypters.ts';

/** A shape of an AWS API: `export var Name$ = [ … ];`, generated, with the end at the margin. */
const SHAPE = /^((?:export )?var [\w$]+ = )(\[[^\n]*(?:\n[ \t][^\n]*)*(?:\n\])?);$/gm;

export const declareShapesPure = (source: string): string =>
  source.replace(
    SHAPE,
    (_, declaration: string, shape: string) => `${declaration}/* @__PURE__ */ (() => ${shape})();`,
  );

/**
 * An AWS client has the shapes of all its operations in one file, as arrays with computed keys. esbuild
 * must take such a key for something that may have an effect, and so keeps the shapes of operations that
 * nobody calls: 550 KB in the case of EC2. Being generated, they are known to have none.
 */
const awsShapesThatAreUsed: Plugin = {
  name: 'aws-shapes-that-are-used',
  setup: (build) => {
    const filter = /[\\/]@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_0\.js$/;
    build.onLoad({ filter }, async ({ path }) => ({
      contents: declareShapesPure(await readFile(path, 'utf8')),
      resolveDir: dirname(path),
    }));
  },
};

export default [awsShapesThatAreUsed, decryptersOfThePlan];

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import configuration from '../../../.dependency-cruiser.mjs';

/** One file for every rule that breaks it and no other: a rule that bites nothing protects nothing. */
const PLANTED: Record<string, { file: string; text: string }> = {
  'functions-stand-alone': {
    file: 'functions/check-a/observe.ts',
    text: "import '../check-b/observe.ts';",
  },
  'shared-knows-no-function': {
    file: 'shared/capability/uses-function.ts',
    text: "import '../../functions/check-b/observe.ts';",
  },
  'shared-knows-only-the-envelope': {
    file: 'shared/capability/uses-event.ts',
    text: "import '../../events/thing-happened/v1.ts';",
  },
  'events-are-a-leaf': {
    file: 'events/thing-happened/v2.ts',
    text: "import '../../shared/capability/index.ts';",
  },
  'pure-files-decide-only': {
    file: 'functions/check-a/decide-thing.ts',
    text: "import '@aws-sdk/client-s3';",
  },
  'nothing-imports-tests': {
    file: 'local/uses-test.ts',
    text: "import '../test/support/thing.ts';",
  },
  'what-runs-on-lambda-imports-no-tool': {
    file: 'functions/check-a/uses-tool.ts',
    text: "import '../../local/tool.ts';",
  },
  'what-runs-on-lambda-imports-no-dev-dependency': {
    file: 'functions/check-a/uses-dev-dependency.ts',
    text: "import 'a-dev-dependency';",
  },
  'no-cycles': {
    file: 'shared/capability/one.ts',
    text: "import './two.ts'; export const one = 1;",
  },
  'nothing-unresolved': {
    file: 'shared/capability/lost.ts',
    text: "import './nowhere.ts';",
  },
};

const HEALTHY: Record<string, string> = {
  'package.json':
    '{"type":"module","dependencies":{"@aws-sdk/client-s3":"*"},"devDependencies":{"a-dev-dependency":"*"}}',
  'tsconfig.json': '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true}}',
  'node_modules/@aws-sdk/client-s3/package.json': '{"name":"@aws-sdk/client-s3","main":"index.js"}',
  'node_modules/@aws-sdk/client-s3/index.js': '',
  'node_modules/a-dev-dependency/package.json': '{"name":"a-dev-dependency","main":"index.js"}',
  'node_modules/a-dev-dependency/index.js': '',
  'functions/check-b/observe.ts': "import '@aws-sdk/client-s3'; import '../../events/envelope.ts';",
  'events/envelope.ts': 'export {};',
  'events/thing-happened/v1.ts': "import '../envelope.ts';",
  'shared/capability/index.ts': "import '../../events/envelope.ts';",
  'shared/capability/two.ts': "import './one.ts'; export const two = 2;",
  'local/tool.ts': "import '../functions/check-b/observe.ts';",
  'test/support/thing.ts': "import '../../local/tool.ts';",
};

const FOLDERS = ['functions', 'shared', 'events', 'local', 'test'];

describe('the import rules', () => {
  let tree = '';
  const broken = new Map<string, string[]>();
  let modules = 0;

  beforeAll(async () => {
    tree = await mkdtemp(join(tmpdir(), 'lifeboat-house-'));
    const planted = Object.values(PLANTED).map(({ file, text }) => [file, text] as const);
    for (const [file, text] of [...Object.entries(HEALTHY), ...planted]) {
      await mkdir(dirname(join(tree, file)), { recursive: true });
      await writeFile(join(tree, file), text);
    }
    const { output } = await cruise(FOLDERS, {
      ...configuration.options,
      tsConfig: undefined,
      baseDir: tree,
      validate: true,
      ruleSet: { forbidden: configuration.forbidden },
    });
    const { summary } = output as ICruiseResult;
    modules = summary.totalCruised;
    for (const { rule, from } of summary.violations) {
      broken.set(rule.name, [...(broken.get(rule.name) ?? []), from]);
    }
  });
  afterAll(() => rm(tree, { recursive: true, force: true }));

  it('read TypeScript at all', () => {
    expect(modules).toBeGreaterThan(Object.keys(PLANTED).length);
  });

  it('have one planted violation each', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(
      configuration.forbidden.map(({ name }) => name).sort(),
    );
  });

  it.each(Object.entries(PLANTED))('%s bites', (name, { file }) => {
    expect(broken.get(name) ?? []).toContain(file);
  });

  it('leave healthy files alone', () => {
    const accused = new Set([...broken.values()].flat());
    // The second half of a cycle is as much in it as the first.
    accused.delete('shared/capability/two.ts');
    expect(Object.keys(HEALTHY).filter((file) => accused.has(file))).toEqual([]);
  });

  it('give their reason', () => {
    expect(configuration.forbidden.filter(({ comment }) => comment.length < 20)).toEqual([]);
  });
});

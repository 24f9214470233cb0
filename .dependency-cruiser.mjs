/**
 * @param {string} name
 * @param {string} comment why the rule is there
 * @param {object} from
 * @param {object} to
 */
const rule = (name, comment, from, to) => ({
  name,
  comment,
  severity: /** @type {const} */ ('error'),
  from,
  to,
});

/** Files that decide and never touch the world. */
const PURE = '(/decide-[^/]+\\.ts$)|(^shared/postgres-[^/]+/)';

export default {
  forbidden: [
    rule(
      'functions-stand-alone',
      'A function that imports another cannot be deployed, changed or fail alone; functions talk through queues and events.',
      { path: '^functions/([^/]+)/' },
      { path: '^functions/', pathNot: '^functions/$1/' },
    ),
    rule(
      'shared-knows-no-function',
      'A capability that knows its user serves only that one.',
      { path: '^shared/' },
      { path: '^functions/' },
    ),
    rule(
      'shared-knows-only-the-envelope',
      'What an event says is between its writer and its readers; the shared rooms only carry it.',
      { path: '^shared/' },
      { path: '^events/', pathNot: '^events/envelope\\.ts$' },
    ),
    rule(
      'events-are-a-leaf',
      'Anyone must be able to read the contract without the rest of the house.',
      { path: '^events/' },
      { pathNot: '^events/|^node_modules/zod/' },
    ),
    rule(
      'pure-files-decide-only',
      'A decision that can reach S3, the clock or the environment cannot be tested by its arguments alone.',
      { path: PURE },
      {
        path: '(^node_modules/@aws-sdk/)|(^shared/(aws-client|handler|publish|json-ledger|object-listing|object-stream|secrets)/)|(/(handler|config|dependencies)\\.ts$)|(-(store|client|ledger)\\.ts$)|(^(node:)?(fs|net|http|https|child_process)(/promises)?$)',
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'nothing-imports-tests',
      'Tests may look at everything; nothing may come to depend on them.',
      { pathNot: '^test/|^vitest\\.config\\.ts$' },
      { path: '^test/' },
    ),
    rule(
      'what-runs-on-lambda-imports-no-tool',
      'The local cloud, the deploy and the benches are not deployed.',
      { path: '^(functions|shared|events)/' },
      { path: '^(local|deploy|bench|plans|docs)/' },
    ),
    rule(
      'what-runs-on-lambda-imports-no-dev-dependency',
      'A bundle that needs a development tool fails on the first call.',
      { path: '^(functions|shared|events)/' },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^node_modules/@types/',
      },
    ),
    rule(
      'no-cycles',
      'Two files that need each other are one file.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'nothing-unresolved',
      'An import of nothing fails when it is too late.',
      {},
      // `aws-lambda` is a package of types alone.
      { couldNotResolve: true, pathNot: '^aws-lambda$' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.local|\\.esbuild|\\.serverless|\\.lifeboat|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};

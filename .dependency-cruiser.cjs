// The arrows between the folders: who may import whom. Each rule says why; `npm run arrows` holds them.

/** Pure by agreement: no import but types and each other, so that a workflow can decide by them. */
const PURE = [
  '^src/wechatpay/(errors|states|compare|times)[.]ts$',
  '^src/wechatpay/[^/]+/(states|compare|times)[.]ts$',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file with two names.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-found',
      comment: 'An import that leads nowhere is an arrow nobody checks.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-declared',
      comment: 'A package a user does not get with ours, because package.json does not name it.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
    {
      name: 'workflows-stay-deterministic',
      comment:
        'A workflow runs again from its history on every replay, so it imports nothing that reads a clock, a file or a ' +
        'network; and what it imports is loaded once per open workflow, so it stays small (no schema library).',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: {
        pathNot: [
          '^src/(workflows|interface)/',
          ...PURE,
          '(^|/)node_modules/@temporalio/(workflow|common)/',
          '^@temporalio/(workflow|common)(/|$)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflows-take-only-schemas-as-types',
      comment:
        'A type may come from where the schema is, and from nowhere else: not from activities, client or webhook.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: {
        dependencyTypes: ['type-only'],
        path: '^src/',
        pathNot: ['^src/(workflows|interface)/', '^src/wechatpay/', '^src/activities/'],
      },
    },
    {
      name: 'pure-files-stay-pure',
      comment: 'Workflows import these, so all that is said of workflows holds for them.',
      severity: 'error',
      from: { path: PURE },
      to: { pathNot: [...PURE, '^src/interface/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'interface-is-names-and-types',
      comment: 'Everybody imports the interface, so it brings nothing along: types, and keys of search attributes.',
      severity: 'error',
      from: { path: '^src/interface/' },
      to: {
        pathNot: ['^src/interface/', '(^|/)node_modules/@temporalio/common/', '^@temporalio/common$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'interface-takes-types-from-the-protocol-only',
      comment: "What a workflow is given is made of WeChat Pay's records, not of how we call, store or serve them.",
      severity: 'error',
      from: { path: '^src/interface/' },
      to: { dependencyTypes: ['type-only'], path: '^src/', pathNot: '^src/(interface|wechatpay)/' },
    },
    {
      name: 'wechatpay-knows-no-temporal',
      comment: 'The protocol can be used, tested and understood without Temporal.',
      severity: 'error',
      from: { path: '^src/wechatpay/' },
      to: { path: '(^|/)(node_modules/)?@temporalio/' },
    },
    {
      name: 'wechatpay-stands-alone',
      comment: 'The protocol is the lowest layer: nothing else of ours, not even as a type.',
      severity: 'error',
      from: { path: '^src/wechatpay/' },
      to: { path: '^src/', pathNot: '^src/wechatpay/' },
    },
    {
      name: 'doors-do-not-enter-activities',
      comment: 'Webhook and client speak to Temporal; only a worker makes calls to WeChat Pay.',
      severity: 'error',
      from: { path: '^src/(webhook|client)/' },
      to: { path: '^src/activities/' },
    },
    {
      name: 'activities-are-calls-and-failures',
      comment:
        'An activity is one attempt of one call, made safe to repeat; it knows no door, no worker and no workflow.',
      severity: 'error',
      from: { path: '^src/activities/' },
      to: { path: '^src/', pathNot: '^src/(activities|interface|wechatpay)/' },
    },
    {
      name: 'the-entry-is-names-and-types',
      comment: 'What everybody imports brings nothing along.',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: { path: '^src/', pathNot: '^src/interface/' },
    },
    {
      name: 'simulator-shares-nothing-with-the-protocol',
      comment: 'It checks our signatures and sealing with its own code, or an error on both sides would cancel out.',
      severity: 'error',
      from: { path: '^src/testing/(simulator|credentials)' },
      to: { path: '^src/wechatpay/' },
    },
    {
      name: 'servers-know-no-wechatpay',
      comment: 'Obtaining and starting Temporal servers has nothing to do with payments.',
      severity: 'error',
      from: { path: '^src/testing/servers/' },
      to: { path: '^src/', pathNot: '^src/testing/servers/' },
    },
    {
      name: 'health-stands-alone',
      comment: 'Worker and webhook answer to the same probes; neither brings the other along.',
      severity: 'error',
      from: { path: '^src/health/' },
      to: { path: '^src/', pathNot: '^src/health/' },
    },
    {
      name: 'commands-are-the-outermost-layer',
      comment: 'They end the process and read the environment, which a library must leave to its user.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli[.]ts$|commands/|demo/)' },
      to: { path: '^src/(commands|demo)/' },
    },
    {
      name: 'nobody-imports-testing',
      comment:
        'Simulator and test servers must not reach a production process; the command line starts them for a demo.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(testing|commands|demo)/' },
      to: { path: '^src/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(lib|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};

// The import law of docs/architecture.md, enforced by `npm run lint`.
const code = '^(clients|workers|durable-objects|modules|core|proto|agent|local|scripts|bench|test)/';
const tests = '\\.test\\.ts$|^test/|/testing/';

const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: code, pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-lost-imports', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^(cloudflare|node):' } },
    only(
      'workers',
      '^workers/',
      '^(workers|durable-objects|modules|core|proto)/',
      'workers are the doors: they may use everything below them',
    ),
    only(
      'durable-objects',
      '^durable-objects/',
      '^(durable-objects|core|proto)/',
      'objects get the registry handed to them and never name a module',
    ),
    only('modules', '^modules/', '^(modules|core|proto)/', 'domain knowledge stands on core alone'),
    only('core', '^core/', '^(core|proto)/', 'core knows no domain, no door and no object'),
    only('proto', '^proto/', '^proto/', 'proto stands alone'),
    only('clients', '^clients/', '^clients/', 'a client knows the document alone, and can be taken out of the repository'),
    only('agent', '^agent/', '^(agent|proto|core/wire)/', 'the agent shares only the wire with the cloud'),
    {
      name: 'orc8r-depends-on-nothing',
      severity: 'error',
      from: { path: '^modules/orc8r/', pathNot: tests },
      to: { path: '^modules/(?!orc8r/)' },
    },
    {
      name: 'lte-depends-on-orc8r',
      comment: 'as dependsOn in modules/lte/module.ts says',
      severity: 'error',
      from: { path: '^modules/lte/', pathNot: tests },
      to: { path: '^modules/(?!(lte|orc8r)/)' },
    },
    {
      name: 'feg-depends-on-orc8r-and-lte',
      comment: 'as dependsOn in modules/feg/module.ts says',
      severity: 'error',
      from: { path: '^modules/feg/', pathNot: tests },
      to: { path: '^modules/(?!(feg|lte|orc8r)/)' },
    },
    {
      name: 'cwf-depends-on-orc8r-lte-and-feg',
      comment: 'as dependsOn in modules/cwf/module.ts says',
      severity: 'error',
      from: { path: '^modules/cwf/', pathNot: tests },
      to: { path: '^modules/(?!(cwf|feg|lte|orc8r)/)' },
    },
    {
      name: 'dp-depends-on-orc8r',
      comment: 'as dependsOn in modules/dp/module.ts says',
      severity: 'error',
      from: { path: '^modules/dp/', pathNot: tests },
      to: { path: '^modules/(?!(dp|orc8r)/)' },
    },
    {
      name: 'nobody-names-a-module',
      comment: 'only modules/index.ts lists modules; everybody else asks the registry',
      severity: 'error',
      from: { path: '^(workers|durable-objects|core)/', pathNot: tests },
      to: { path: '^modules/', pathNot: '^modules/index\\.ts$' },
    },
    {
      name: 'no-http-below-the-doors',
      severity: 'error',
      from: { path: '^(core|modules|durable-objects|agent)/', pathNot: tests },
      to: { path: '^(node_modules/)?hono' },
    },
    {
      name: 'no-runtime-below-the-objects',
      severity: 'error',
      from: { path: '^(core|modules)/', pathNot: tests },
      to: { path: '^(cloudflare|node):' },
    },
    {
      name: 'sql-only-in-core-and-services',
      severity: 'error',
      from: { path: '^(workers|modules/[^/]+/(routes|schemas|mconfig|streams|southbound))/', pathNot: tests },
      to: { path: 'node_modules/drizzle-orm' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^proto/gen/|\\.d\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['workerd', 'worker', 'import', 'node', 'default', 'types'],
    },
  },
};

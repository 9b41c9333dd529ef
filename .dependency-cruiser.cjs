/**
 * The folder rules of the house: imports run routes -> controllers -> services -> models,
 * consumers -> services, utils and schemas are for all, and only the container, with wiring/, sees everything.
 */
const room = (name) => `^src/${name}/`;

/** @param {string} from @param {string[]} allowed rooms that `from` may import, itself and `utils`/`schemas` included */
const onlyImports = (from, allowed) => ({
  name: `${from}-imports`,
  comment: `${from}/ may import only: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: room(from) },
  to: { path: '^src/', pathNot: allowed.map(room) },
});

/** Packages that only some rooms may touch. */
const packageOnlyIn = (name, packagePattern, rooms, { types = false } = {}) => ({
  name: `${name}-only-in-its-rooms`,
  comment: `${name} belongs to: ${rooms.join(', ')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: rooms.map((r) => (r.endsWith('.ts') ? `^src/${r}$` : room(r))) },
  to: { path: `node_modules/${packagePattern}`, ...(types ? {} : { dependencyTypesNot: ['type-only'] }) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '(^src/server\\.ts$|\\.d\\.ts$)' },
      to: {},
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    onlyImports('utils', ['utils']),
    onlyImports('schemas', ['schemas', 'utils']),
    onlyImports('config', ['config', 'utils']),
    onlyImports('models', ['models', 'schemas', 'utils']),
    onlyImports('services', ['services', 'models', 'schemas', 'utils']),
    onlyImports('controllers', ['controllers', 'services', 'schemas', 'utils']),
    onlyImports('consumers', ['consumers', 'services', 'schemas', 'utils']),
    onlyImports('middlewares', ['middlewares', 'services', 'schemas', 'utils']),
    onlyImports('routes', ['routes', 'controllers', 'middlewares', 'schemas', 'utils']),
    {
      name: 'app-imports',
      severity: 'error',
      comment: 'app.ts orders middlewares and routers; it opens and wires nothing',
      from: { path: '^src/app\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [room('routes'), room('middlewares'), room('controllers'), room('schemas'), room('utils')],
      },
    },
    {
      name: 'only-container-connects',
      severity: 'error',
      comment: 'config/ opens connections and reads the environment; only the container and the processes use it',
      from: {
        path: '^src/',
        pathNot: [room('config'), room('wiring'), '^src/container\\.ts$', '^src/server\\.ts$', '^src/cli/'],
      },
      to: { path: room('config') },
    },
    {
      name: 'only-container-wires',
      severity: 'error',
      comment: 'wiring/ is the container in several files, one a capability; it opens nothing',
      from: { path: '^src/', pathNot: [room('wiring'), '^src/container\\.ts$'] },
      to: { path: room('wiring') },
    },
    {
      name: 'wiring-opens-nothing',
      severity: 'error',
      from: { path: room('wiring') },
      to: { path: room('config'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-the-process',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/server\\.ts$' },
    },
    packageOnlyIn('express', 'express/', ['routes', 'middlewares', 'controllers', 'utils', 'app.ts']),
    packageOnlyIn('mongoose', '(mongoose|mongodb)/', ['models', 'config']),
    packageOnlyIn('redis', '(redis|@redis)/', ['config']),
    packageOnlyIn('amqplib', 'amqplib/', ['config']),
    packageOnlyIn('bullmq', 'bullmq/', ['config', 'services']),
    packageOnlyIn('nodemailer', 'nodemailer/', ['config']),
    packageOnlyIn('dotenv', 'dotenv/', ['config']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};

const { builtinModules } = require('node:module');

// The layers of the house. A room is a folder of a domain service that holds rules and no input or output; the gateway
// and the page are all edge.
const inRoom = {
  path: '^services/(?!console/|gateway/)[^/]+/src/((?!adapters/)[^/]+/|reactions\\.ts$)',
  pathNot: '\\.test\\.ts$',
};

/** Hashes what it is given: arithmetic, though of a built-in module. */
const hashChain = '^services/audit/src/chain/';

/** Reads GTFS zips: a parser needs its parsers. */
const feedReader = '^services/transit/src/feed/';
const feedReaderMayUse = ['^(stream|zlib|buffer)$', '^node_modules/(@types/)?(yauzl|papaparse)/'];

// dependency-cruiser names `node:fs/promises` `fs/promises`
const nodeModule = `^(${builtinModules.join('|')})$`;
const packages = '^node_modules/';

module.exports = {
  forbidden: [
    {
      name: 'room-does-io',
      comment: 'rules take what they need as arguments and answer with data; adapters/ talk to the world',
      severity: 'error',
      from: { ...inRoom, pathNot: [inRoom.pathNot, feedReader, hashChain] },
      to: { path: [packages, nodeModule] },
    },
    {
      name: 'feed-reader-does-io',
      comment: 'transit/src/feed unpacks and parses bytes that it is given; it opens nothing itself',
      severity: 'error',
      from: { path: feedReader, pathNot: inRoom.pathNot },
      to: { path: [packages, nodeModule], pathNot: feedReaderMayUse },
    },
    {
      name: 'hash-chain-does-io',
      comment: 'audit/src/chain computes hashes; it opens nothing, and takes no chance (scripts/gate/purity.ts)',
      severity: 'error',
      from: { path: hashChain, pathNot: inRoom.pathNot },
      to: { path: [packages, nodeModule], pathNot: ['^crypto$'] },
    },
    {
      name: 'room-knows-the-ring',
      comment: 'of the platform a room knows how decisions are written, the clock and the principal; no wire, no store',
      severity: 'error',
      from: inRoom,
      to: { path: '^(infra|proto)/', pathNot: '^infra/chassis/src/(decide|clock|principal)\\.ts$' },
    },
    {
      name: 'room-imports-outwards',
      comment: 'adapters and the table of contents import rooms, never the other way round',
      severity: 'error',
      from: inRoom,
      to: { path: '^services/[^/]+/src/(adapters/|[^/]+\\.ts$)' },
    },
    {
      name: 'service-imports-service',
      comment:
        'services meet through contracts and topics only; the page shares the types of what the gateway tells it',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: ['^services/$1/', '^services/gateway/src/page-contract\\.ts$'] },
    },
    {
      name: 'page-contract-is-for-the-page',
      severity: 'error',
      from: { path: '^services/(?!gateway/|console/)' },
      to: { path: '^services/gateway/src/page-contract\\.ts$' },
    },
    {
      name: 'infra-imports-service',
      comment: 'the chassis and the local platform know no domain',
      severity: 'error',
      from: { path: '^infra/', pathNot: '/test/' },
      to: { path: '^services/' },
    },
    {
      name: 'chassis-knows-a-topic',
      severity: 'error',
      from: { path: '^infra/chassis/src/' },
      to: { path: '^infra/(kafka|local)/' },
    },
    { name: 'cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-found',
      severity: 'error',
      from: { pathNot: '^services/console/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: ['node_modules', '^proto/gen'] },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

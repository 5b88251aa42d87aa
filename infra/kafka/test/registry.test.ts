import * as auditEvents from '@giaolo/proto/giaolo/audit/v1/audit_events';
import * as commits from '@giaolo/proto/giaolo/chassis/v1/commit';
import * as parkingEvents from '@giaolo/proto/giaolo/parking/v1/parking_events';
import * as registryEvents from '@giaolo/proto/giaolo/registry/v1/registry_events';
import * as unitEvents from '@giaolo/proto/giaolo/registry/v1/unit_events';
import * as transitEvents from '@giaolo/proto/giaolo/transit/v1/transit_events';
import { describe, expect, test } from '@jest/globals';
import * as audit from '../../../services/audit/src/messages.ts';
import * as gateway from '../../../services/gateway/src/messages.ts';
import * as parking from '../../../services/parking/src/messages.ts';
import * as registryService from '../../../services/registry/src/messages.ts';
import * as transit from '../../../services/transit/src/messages.ts';
import { readRegistry } from '../src/registry.ts';
import * as constants from '../src/topics.ts';

interface Named {
  readonly name: string;
}

const registry = readRegistry();
const names = registry.map(({ name }) => name);
const services: Readonly<Record<string, { produces: readonly Named[]; consumes: readonly Named[] }>> = {
  audit,
  gateway,
  parking,
  registry: registryService,
  transit,
};
const messages: Readonly<Record<string, unknown>> = {
  ...prefixed('giaolo.parking.v1', parkingEvents),
  ...prefixed('giaolo.transit.v1', transitEvents),
  ...prefixed('giaolo.audit.v1', auditEvents),
  ...prefixed('giaolo.chassis.v1', commits),
  ...prefixed('giaolo.registry.v1', unitEvents),
  ...prefixed('giaolo.registry.v1', registryEvents),
};

function prefixed(packageName: string, module: object) {
  return Object.fromEntries(Object.entries(module).map(([name, value]) => [`${packageName}.${name}`, value]));
}

test('no topic stands twice in topics.yaml', () => {
  expect(names).toEqual([...new Set(names)]);
});

test('topics.yaml and topics.ts name the same topics', () => {
  const inCode = Object.values(constants).map(({ name }) => name);
  expect(inCode.toSorted()).toEqual(names.toSorted());
});

test.each(Object.values(constants).map((constant) => [constant.name, constant] as const))(
  'the value of %s is the message that topics.yaml says',
  (name, constant) => {
    const { value } = registry.find((entry) => entry.name === name) ?? {};
    const codec = 'codec' in constant ? constant.codec : undefined;
    expect(codec).toBe(value === undefined ? undefined : messages[value]);
    expect(codec === undefined).toBe(value === undefined);
  },
);

test('only services that exist produce and consume', () => {
  const mentioned = new Set(registry.flatMap(({ producer, consumers }) => [...producer, ...consumers]));
  expect(Object.keys(services)).toEqual(expect.arrayContaining([...mentioned]));
});

describe.each(Object.entries(services))('%s', (service, { produces, consumes }) => {
  const sorted = (topics: readonly Named[]) => topics.map(({ name }) => name).toSorted();

  test('produces what topics.yaml says, and nothing else', () => {
    expect(sorted(produces)).toEqual(sorted(registry.filter(({ producer }) => producer.includes(service))));
  });

  test('consumes what topics.yaml says, and nothing else', () => {
    expect(sorted(consumes)).toEqual(sorted(registry.filter(({ consumers }) => consumers.includes(service))));
  });
});

test('records of a topic that keeps the newest of each key can be told apart by key', () => {
  const compacted = registry.filter(({ config }) => config['cleanup.policy']?.includes('compact'));
  expect(compacted.map(({ key }) => key)).not.toContain('');
});

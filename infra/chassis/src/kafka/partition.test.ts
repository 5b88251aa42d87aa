import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { partitioner, partitionOf } from './partition.ts';

const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 0,
  replicas: [],
  isr: [],
}));
const keys = Array.from({ length: 200 }, (_, n) => `lots/${n}`);

test('everything of an aggregate is in one partition of its topic of state', () => {
  for (const key of keys) {
    const head = partitionOf('parking.lot.state.v1', key, 12);
    expect(partitionOf('parking.lot.state.v1', `${key}#bay:17`, 12)).toBe(head);
    expect(partitionOf('parking.lot.state.v1', `${key}#hold:a#b`, 12)).toBe(head);
  }
  expect(new Set(keys.map((key) => partitionOf('parking.lot.state.v1', key, 12))).size).toBe(12);
});

test('all other keys are where other clients of Kafka look for them', () => {
  const others = kafkajs.Partitioners.DefaultPartitioner();
  const topic = 'transit.vehicle.progressed.v1';
  for (const key of [...keys, 'feeds/f/vehicles/Bus #7', 'feeds/f/vehicles/Bus #8']) {
    const record = { topic, partitionMetadata, message: { key, value: null } };
    expect(partitioner()(record)).toBe(others(record));
    expect(partitionOf(topic, key, 12)).toBe(others(record));
  }
});

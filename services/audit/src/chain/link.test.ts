import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BEGINNING, extend, hashOf } from './link.ts';

test('a hash is over the bytes that the contract names, so that anybody can compute it', () => {
  const bytes = Buffer.concat([
    Buffer.from('0000000d', 'hex'),
    Buffer.from('79/2025-07-01'),
    Buffer.from('0000000000000001', 'hex'),
    Buffer.alloc(32),
    Buffer.from('00000003', 'hex'),
    Buffer.from('act'),
  ]);
  const link = extend(BEGINNING, '79/2025-07-01', Buffer.from('act'));
  expect(Buffer.from(link.hash)).toEqual(createHash('sha256').update(bytes).digest());
  expect(link).toMatchObject({ index: 1, previousHash: new Uint8Array(32) });
});

test('two contents never have the same hash', () => {
  const content = fc.record({
    unit: fc.string({ maxLength: 3, unit: 'binary' }),
    index: fc.integer({ min: 1, max: 3 }),
    previousHash: fc.uint8Array({ minLength: 32, maxLength: 32, max: 1 }),
    act: fc.uint8Array({ maxLength: 3, max: 2 }),
  });
  fc.assert(
    fc.property(content, content, (a, b) => {
      const same = JSON.stringify(a) === JSON.stringify(b);
      expect(Buffer.from(hashOf(a)).equals(Buffer.from(hashOf(b)))).toBe(same);
    }),
  );
});

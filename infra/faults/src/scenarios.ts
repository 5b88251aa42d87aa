import { clockJump } from './clock-jump.ts';
import { crashBroker, pauseBroker } from './crash-broker.ts';
import { crashConsumer } from './crash-consumer.ts';
import { crashRedis } from './crash-redis.ts';
import { crashRelay } from './crash-relay.ts';
import { cutAfterRequest } from './cut-after-request.ts';
import { diskFullBroker, diskFullRedis } from './disk-full.ts';
import { endServices } from './hostile/end-services.ts';
import { hostileInputs } from './hostile/hostile-inputs.ts';
import { slowReaders } from './hostile/slow-readers.ts';
import { pauseRelay } from './pause-relay.ts';
import { poison } from './poison.ts';
import { revoke } from './revoke.ts';
import type { Scenario } from './scenario.ts';

/** Every fault that the platform is tried with, in the order of the table. */
export const scenarios: readonly Scenario[] = [
  cutAfterRequest,
  pauseRelay,
  crashRelay,
  crashConsumer,
  revoke,
  crashRedis,
  crashBroker,
  pauseBroker,
  diskFullRedis,
  diskFullBroker,
  poison,
  clockJump,
  endServices,
  slowReaders,
  hostileInputs,
];

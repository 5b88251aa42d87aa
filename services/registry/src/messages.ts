import {
  actRecorded,
  assetChanged,
  assetState,
  deviceChanged,
  deviceHealthObserved,
  deviceState,
  healthDeadLetters,
  unitChanged,
  unitState,
} from '@giaolo/topics/topics';

/** Every topic that the registry writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [
  unitChanged,
  unitState,
  assetChanged,
  assetState,
  deviceChanged,
  deviceState,
  deviceHealthObserved,
  healthDeadLetters,
  actRecorded,
] as const;
export const consumes = [unitChanged, assetChanged, deviceChanged, deviceHealthObserved] as const;

import {
  actRecorded,
  assetChanged,
  lotChanged,
  lotState,
  occupancyDeadLetters,
  occupancyObserved,
  registryDeadLetters,
  unitChanged,
} from '@giaolo/topics/topics';

/** Every topic that parking writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [
  lotChanged,
  lotState,
  occupancyObserved,
  occupancyDeadLetters,
  registryDeadLetters,
  actRecorded,
] as const;
export const consumes = [lotChanged, occupancyObserved, assetChanged, unitChanged] as const;

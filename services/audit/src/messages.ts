import {
  actRecorded,
  chainAnchored,
  chainDeadLetters,
  chainExtended,
  chainState,
  unitChanged,
} from '@giaolo/topics/topics';

/** Every topic that audit writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [chainExtended, chainAnchored, chainState, chainDeadLetters] as const;
export const consumes = [actRecorded, chainExtended, chainAnchored, unitChanged] as const;

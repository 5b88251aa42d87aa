import { lotChanged, occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';

/** Every topic that parking writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [lotChanged, occupancyObserved, occupancyDeadLetters] as const;
export const consumes = [lotChanged, occupancyObserved] as const;

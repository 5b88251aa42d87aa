import {
  actRecorded,
  feedActivated,
  feedArchived,
  feedState,
  progressDeadLetters,
  stopReached,
  tripPredicted,
  unitChanged,
  vehiclePositionObserved,
  vehicleProgressed,
} from '@giaolo/topics/topics';

/** Every topic that transit writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [
  feedActivated,
  feedArchived,
  feedState,
  vehiclePositionObserved,
  vehicleProgressed,
  tripPredicted,
  stopReached,
  progressDeadLetters,
  actRecorded,
] as const;
export const consumes = [
  feedActivated,
  feedArchived,
  vehiclePositionObserved,
  vehicleProgressed,
  tripPredicted,
  unitChanged,
] as const;

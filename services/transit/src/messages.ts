import {
  feedActivated,
  progressDeadLetters,
  stopReached,
  tripPredicted,
  vehiclePositionObserved,
  vehicleProgressed,
} from '@giaolo/topics/topics';

/** Every topic that transit writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [
  feedActivated,
  vehiclePositionObserved,
  vehicleProgressed,
  tripPredicted,
  stopReached,
  progressDeadLetters,
] as const;
export const consumes = [feedActivated, vehiclePositionObserved, vehicleProgressed, tripPredicted] as const;

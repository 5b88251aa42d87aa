import { feedActivated, lotChanged, tripPredicted, unitChanged, vehicleProgressed } from '@giaolo/topics/topics';

/** Every topic that the gateway writes and reads; infra/kafka/topics.yaml says the same. */
export const produces = [] as const;
export const consumes = [vehicleProgressed, tripPredicted, lotChanged, feedActivated, unitChanged] as const;

import type { Position } from '../file/row.ts';

export const controls = ['signals', 'roundabout', 'priority', 'none'] as const;
export const groupTypes = ['vehicle', 'pedestrian', 'bus', 'cycle'] as const;
export const technologies = ['loop', 'magnetometer', 'radar', 'camera', 'infrared', 'ultrasonic', 'lidar'] as const;
export const measures = ['presence', 'count', 'occupancy', 'speed', 'vehicle-class', 'queue-length'] as const;
export const measurings = ['count', 'bays'] as const;
export const vehicleClasses = ['car', 'motorcycle', 'bicycle', 'bus', 'truck'] as const;
export const signTypes = [
  'fixed',
  'variable-message',
  'parking-guidance',
  'speed-limit',
  'lane-control',
  'stop-display',
] as const;

type OneOf<Words extends readonly string[]> = Words[number];
/** Empty = nobody said. */
type Maybe<Words extends readonly string[]> = Words[number] | '';

export type Lot = {
  readonly kind: 'lot';
  readonly measuredBy: OneOf<typeof measurings>;
  /** Of a lot that is sensed bay by bay: the number of its bays. */
  readonly capacity: number;
  /** Of its bays that are in service, in order; empty for a lot that is counted. */
  readonly bayIds: readonly string[];
  readonly vehicleClass: Maybe<typeof vehicleClasses>;
  readonly outline: readonly Position[];
};

/** What only assets of one kind have. */
export type Details =
  | { readonly kind: 'intersection'; readonly control: Maybe<typeof controls> }
  | {
      readonly kind: 'signal-group';
      readonly number: number;
      readonly type: OneOf<typeof groupTypes>;
      readonly movement: string;
    }
  | {
      readonly kind: 'detector';
      readonly technology: OneOf<typeof technologies>;
      readonly measures: readonly OneOf<typeof measures>[];
      readonly lane: string;
    }
  | Lot
  | { readonly kind: 'bay'; readonly bayId: string; readonly vehicleClass: Maybe<typeof vehicleClasses> }
  | { readonly kind: 'stop'; readonly code: string; readonly feed: string; readonly stopId: string }
  | {
      readonly kind: 'sign';
      readonly type: OneOf<typeof signTypes>;
      readonly lines: number;
      readonly characters: number;
    };

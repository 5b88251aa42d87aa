import {
  type AssetChange,
  type Asset as AssetMessage,
  AssetChange_Kind as ChangeKind,
  IntersectionDetails_Control as Control,
  SignalGroupDetails_Type as GroupType,
  AssetKind as KindMessage,
  DetectorDetails_Measure as Measure,
  LotDetails_MeasuredBy as MeasuredBy,
  SignDetails_Type as SignType,
  DetectorDetails_Technology as Technology,
  VehicleClass,
} from '@giaolo/proto/giaolo/registry/v1/asset';
import type { AssetChanged } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import type { Change, KnownAsset } from '../asset/asset.ts';
import type {
  controls,
  Details,
  groupTypes,
  measures,
  measurings,
  signTypes,
  technologies,
  vehicleClasses,
} from '../asset/details.ts';
import type { AssetKind } from '../asset/kinds.ts';

type Table<Words extends readonly string[], Message> = Readonly<Record<Words[number], Message>>;

export const kindMessage: Readonly<Record<AssetKind, KindMessage>> = {
  intersection: KindMessage.ASSET_KIND_INTERSECTION,
  'signal-group': KindMessage.ASSET_KIND_SIGNAL_GROUP,
  detector: KindMessage.ASSET_KIND_DETECTOR,
  lot: KindMessage.ASSET_KIND_LOT,
  bay: KindMessage.ASSET_KIND_BAY,
  stop: KindMessage.ASSET_KIND_STOP,
  sign: KindMessage.ASSET_KIND_SIGN,
};

const kindOf = new Map(Object.entries(kindMessage).map(([kind, message]) => [message, kind as AssetKind]));

export const readKind = (message: KindMessage): AssetKind | undefined => kindOf.get(message);

const controlMessage: Table<typeof controls, Control> = {
  signals: Control.CONTROL_SIGNALS,
  roundabout: Control.CONTROL_ROUNDABOUT,
  priority: Control.CONTROL_PRIORITY,
  none: Control.CONTROL_NONE,
};
const groupMessage: Table<typeof groupTypes, GroupType> = {
  vehicle: GroupType.TYPE_VEHICLE,
  pedestrian: GroupType.TYPE_PEDESTRIAN,
  bus: GroupType.TYPE_BUS,
  cycle: GroupType.TYPE_CYCLE,
};
const technologyMessage: Table<typeof technologies, Technology> = {
  loop: Technology.TECHNOLOGY_LOOP,
  magnetometer: Technology.TECHNOLOGY_MAGNETOMETER,
  radar: Technology.TECHNOLOGY_RADAR,
  camera: Technology.TECHNOLOGY_CAMERA,
  infrared: Technology.TECHNOLOGY_INFRARED,
  ultrasonic: Technology.TECHNOLOGY_ULTRASONIC,
  lidar: Technology.TECHNOLOGY_LIDAR,
};
const measureMessage: Table<typeof measures, Measure> = {
  presence: Measure.MEASURE_PRESENCE,
  count: Measure.MEASURE_COUNT,
  occupancy: Measure.MEASURE_OCCUPANCY,
  speed: Measure.MEASURE_SPEED,
  'vehicle-class': Measure.MEASURE_VEHICLE_CLASS,
  'queue-length': Measure.MEASURE_QUEUE_LENGTH,
};
const measuredMessage: Table<typeof measurings, MeasuredBy> = {
  count: MeasuredBy.MEASURED_BY_COUNT,
  bays: MeasuredBy.MEASURED_BY_BAYS,
};
const classMessage: Table<typeof vehicleClasses, VehicleClass> = {
  car: VehicleClass.VEHICLE_CLASS_CAR,
  motorcycle: VehicleClass.VEHICLE_CLASS_MOTORCYCLE,
  bicycle: VehicleClass.VEHICLE_CLASS_BICYCLE,
  bus: VehicleClass.VEHICLE_CLASS_BUS,
  truck: VehicleClass.VEHICLE_CLASS_TRUCK,
};
const signMessage: Table<typeof signTypes, SignType> = {
  fixed: SignType.TYPE_FIXED,
  'variable-message': SignType.TYPE_VARIABLE_MESSAGE,
  'parking-guidance': SignType.TYPE_PARKING_GUIDANCE,
  'speed-limit': SignType.TYPE_SPEED_LIMIT,
  'lane-control': SignType.TYPE_LANE_CONTROL,
  'stop-display': SignType.TYPE_STOP_DISPLAY,
};
const changeMessageKind: Readonly<Record<Change['kind'], ChangeKind>> = {
  registered: ChangeKind.KIND_REGISTERED,
  changed: ChangeKind.KIND_CHANGED,
  retired: ChangeKind.KIND_RETIRED,
};

export const assetMessage = (name: string, asset: KnownAsset): AssetMessage => ({
  name,
  kind: kindMessage[asset.details.kind],
  displayName: asset.displayName,
  position: asset.position,
  unit: asset.unit,
  owner: asset.owner,
  operator: asset.operator,
  parent: asset.parent,
  inServiceSince: asset.inServiceSince,
  retiredOn: asset.retiredOn,
  revision: asset.revision,
  changedTime: new Date(asset.changedAt),
  details: detailsMessage(asset.details),
});

function detailsMessage(details: Details): NonNullable<AssetMessage['details']> {
  switch (details.kind) {
    case 'intersection':
      return {
        $case: 'intersection',
        value: { control: details.control === '' ? 0 : controlMessage[details.control] },
      };
    case 'signal-group':
      return { $case: 'signalGroup', value: { ...details, type: groupMessage[details.type] } };
    case 'detector': {
      const technology = technologyMessage[details.technology];
      const value = { ...details, technology, measures: details.measures.map((measure) => measureMessage[measure]) };
      return { $case: 'detector', value };
    }
    case 'lot': {
      const { measuredBy, capacity, bayIds, outline, vehicleClass } = details;
      const value = { measuredBy: measuredMessage[measuredBy], capacity, bayIds: [...bayIds], outline: [...outline] };
      return { $case: 'lot', value: { ...value, vehicleClass: classOf(vehicleClass) } };
    }
    case 'bay':
      return { $case: 'bay', value: { bayId: details.bayId, vehicleClass: classOf(details.vehicleClass) } };
    case 'stop':
      return { $case: 'stop', value: details };
    case 'sign':
      return { $case: 'sign', value: { ...details, type: signMessage[details.type] } };
    default:
      return details satisfies never;
  }
}

const classOf = (word: keyof typeof classMessage | ''): VehicleClass => (word === '' ? 0 : classMessage[word]);

/** Who did it stands in the header of a fact. */
export const assetChangedMessage = (name: string, asset: KnownAsset, change: Change): AssetChanged => ({
  asset: assetMessage(name, asset),
  change: { ...changeMessage(asset.revision, change), subject: '' },
});

export const changeMessage = (revision: number, change: Change): AssetChange => ({
  kind: changeMessageKind[change.kind],
  fields: [...change.fields],
  revision,
  changedTime: new Date(change.at),
  subject: change.by,
  requestId: change.requestId,
});

import type { Outgoing, Publisher } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import { demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { inTurn } from '@giaolo/chassis/grpc/in-turn';
import { observation } from '@giaolo/chassis/kafka/records';
import { counter } from '@giaolo/chassis/metrics';
import type { DeviceHealthReport } from '@giaolo/proto/giaolo/registry/v1/device';
import {
  RefusedHealthReport_Reason as Reason,
  type RefusedHealthReport,
  type ReportDeviceHealthRequest,
  type ReportDeviceHealthResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { deviceHealthObserved } from '@giaolo/topics/topics';
import type { KnownDevice } from '../device/device.ts';
import { deviceId } from './names.ts';
import type { Devices } from './stores.ts';
import { readReport } from './wire-device.ts';

const MOST_REPORTS = 500;
const MESSAGES_AT_ONCE = 32;
const MOST_REMEMBERED = 100_000;

type HealthRefusal = 'INVALID' | 'DEVICE_UNKNOWN' | 'DEVICE_RETIRED' | 'UNIT_FOREIGN';

const reasons: Readonly<Record<HealthRefusal, Reason>> = {
  INVALID: Reason.REASON_INVALID,
  DEVICE_UNKNOWN: Reason.REASON_DEVICE_UNKNOWN,
  DEVICE_RETIRED: Reason.REASON_DEVICE_RETIRED,
  UNIT_FOREIGN: Reason.REASON_UNIT_FOREIGN,
};

const reported = counter('giaolo_registry_health_reports_total', 'Health reports, by what became of them');

type Sees = Call['rights']['sees'];

interface Ring {
  readonly devices: Pick<Devices, 'load'>;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

/** Judges who speaks and puts it on the bus; each message is answered when Kafka has it. */
export function reportDeviceHealth({ devices, publisher, clock }: Ring) {
  const judge = judgeBy(devices);

  const judgeAll = async (reports: readonly DeviceHealthReport[], { principal, traceparent }: Call, sees: Sees) => {
    const refused: RefusedHealthReport[] = [];
    const records: Outgoing[] = [];
    for (const [index, report] of reports.entries()) {
      const refusal = await judge(report, sees);
      reported.add(1, { outcome: refusal ?? 'TAKEN' });
      const receivedAt = clock.now();
      const by = { principal, observedAt: receivedAt, traceparent };
      if (refusal) refused.push({ index, reason: reasons[refusal] });
      else records.push(observation(deviceHealthObserved, report.device, message(report, receivedAt), by));
    }
    return { refused, accepted: records.length, sent: publisher.send(records) };
  };

  return (
    requests: AsyncIterable<ReportDeviceHealthRequest>,
    call: Call,
  ): AsyncIterable<ReportDeviceHealthResponse> => {
    // To judge may take a look at the store: one message after the other, so that they come to the bus in order.
    let before: Promise<unknown> = Promise.resolve();
    const { sees } = call.rights;
    return inTurn(requests, MESSAGES_AT_ONCE, async ({ reports }) => {
      demand({ reports: [reports.length <= MOST_REPORTS, `must be at most ${MOST_REPORTS}`] });
      const judged = before.then(() => judgeAll(reports, call, sees));
      before = judged;
      const { refused, accepted, sent } = await judged;
      await sent;
      return { accepted, refused };
    });
  };
}

const message = (report: DeviceHealthReport, receivedAt: number) => ({ report, receivedTime: new Date(receivedAt) });

/** Judges by what is remembered of the device; only a fresh look refuses. */
function judgeBy(devices: Ring['devices']) {
  const remembered = new Map<string, Pick<KnownDevice, 'status' | 'unit'>>();
  return async (report: DeviceHealthReport, sees: Sees): Promise<HealthRefusal | undefined> => {
    const id = deviceId(report.device);
    if (!id || !readReport(report)) return 'INVALID';
    const known = remembered.get(id);
    if (known && sees(known.unit)) return undefined;
    const device = await devices.load(id);
    if (!device || device.status === undefined) return 'DEVICE_UNKNOWN';
    if (!sees(device.unit)) return 'UNIT_FOREIGN';
    if (device.status === 'retired') return 'DEVICE_RETIRED';
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, { status: device.status, unit: device.unit });
    return undefined;
  };
}

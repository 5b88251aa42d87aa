import { ActRecorded } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { UnitChanged } from '@giaolo/proto/giaolo/registry/v1/unit_events';
import type { Topic } from './bus.ts';

/** Administrative units, by which every service judges rights. */
export const unitChanged: Topic<UnitChanged> = { name: 'registry.unit.changed.v1', codec: UnitChanged };

/** What was commanded, by whom; every service that decides writes it. */
export const actRecorded: Topic<ActRecorded> = { name: 'audit.act.recorded.v1', codec: ActRecorded };

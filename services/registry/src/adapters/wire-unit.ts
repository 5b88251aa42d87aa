import { type AdministrativeUnit, AdministrativeUnit_Level as UnitLevel } from '@giaolo/proto/giaolo/type/v1/unit';
import type { Level, UnitRecord } from '../unit/unit.ts';

export const levelMessage: Readonly<Record<Level, UnitLevel>> = {
  country: UnitLevel.LEVEL_COUNTRY,
  province: UnitLevel.LEVEL_PROVINCE,
  district: UnitLevel.LEVEL_DISTRICT,
  commune: UnitLevel.LEVEL_COMMUNE,
};

const levelOf = new Map(Object.entries(levelMessage).map(([level, message]) => [message, level as Level]));

export const unitMessage = (record: UnitRecord): AdministrativeUnit => ({
  ref: { code: record.code, validFrom: record.validFrom },
  validTo: record.validTo,
  level: levelMessage[record.level],
  kind: record.kind,
  displayName: record.displayName,
  englishName: record.englishName,
  parent: record.parent ?? undefined,
  successors: [...record.successors],
});

/** Undefined where a fact lacks what every unit has. */
export function unitRecord(message: AdministrativeUnit | undefined): UnitRecord | undefined {
  const level = message && levelOf.get(message.level);
  if (!message?.ref || !level) return undefined;
  const { ref, validTo, kind, displayName, englishName, parent, successors } = message;
  return { ...ref, validTo, level, kind, displayName, englishName, parent: parent ?? null, successors };
}

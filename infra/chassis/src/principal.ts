/** An administrative unit, named by its code and the day since which the code means it (codes are re-used). */
export interface Unit {
  readonly code: string;
  /** YYYY-MM-DD */
  readonly validFrom: string;
}

/** Who acts, on every call and in every event. */
export interface Principal {
  /** Stable id: `user:...`, `service:...` or `client:...`. */
  readonly subject: string;
  readonly unit: Unit;
  readonly roles: readonly string[];
}

export const formatUnit = (unit: Unit): string => `${unit.code}/${unit.validFrom}`;

/** Undefined where the text is not `code/YYYY-MM-DD`. */
export function parseUnit(text: string): Unit | undefined {
  const [, code, validFrom] = /^([^/]+)\/(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  return code && validFrom ? { code, validFrom } : undefined;
}

/**
 * On whose behalf a record from the bus is handled: the subject acts again, with no roles, since what it may do was
 * judged when it spoke. Throws when the record names none.
 */
export function principalOf(record: { readonly subject: string; readonly unit: string }): Principal {
  const unit = parseUnit(record.unit);
  if (!record.subject || !unit) throw new Error('PRINCIPAL_MISSING: the record does not say on whose behalf it is');
  return { subject: record.subject, unit, roles: [] };
}

/** An administrative unit, named by its code and the day since which the code means it (codes are re-used). */
export interface Unit {
  readonly code: string;
  /** YYYY-MM-DD */
  readonly validFrom: string;
}

/** What somebody may be entrusted with, at a node of the tree of units and in everything below it. */
export const roles = [
  /** Sees the live picture. */
  'viewer',
  /** Commands: opens and closes, overrides, puts schedules in force. */
  'operator',
  /** Enters assets and devices. */
  'registrar',
  /** A device or an operator's system: says what it sees. */
  'field',
  /** Somebody on the road: looks for a space, and reserves it. */
  'driver',
  /** Reads what others did. */
  'auditor',
  /** Enters administrative units. */
  'administrator',
  /** One of our own services, in its own name. */
  'service',
] as const;

export type Role = (typeof roles)[number];

export interface Grant {
  readonly role: Role;
  readonly unit: Unit;
}

/** Who acts, on every call and in every event. */
export interface Principal {
  /** Stable id: `user:...`, `service:...` or `client:...`. */
  readonly subject: string;
  /** In which it acts: what it makes belongs there. Gives no rights by itself. */
  readonly unit: Unit;
  readonly grants: readonly Grant[];
}

/** Somebody with these roles in the unit in which it acts. */
export const principalIn = (unit: Unit, subject: string, ...roles: readonly Role[]): Principal => ({
  subject,
  unit,
  grants: roles.map((role) => ({ role, unit })),
});

/** The root of the tree. */
export const COUNTRY: Unit = { code: 'VN', validFrom: '1945-09-02' };

export const formatUnit = (unit: Unit): string => `${unit.code}/${unit.validFrom}`;

/** Undefined where the text is not `code/YYYY-MM-DD`. */
export function parseUnit(text: string): Unit | undefined {
  const [, code, validFrom] = /^([A-Za-z0-9-]{1,16})\/(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  return code && validFrom ? { code, validFrom } : undefined;
}

/**
 * On whose behalf a record from the bus is handled: the subject acts again, with no grants, since what it may do was
 * judged when it spoke. Throws when the record names none.
 */
export function principalOf(record: { readonly subject: string; readonly unit: string }): Principal {
  const unit = parseUnit(record.unit);
  if (!record.subject || !unit) throw new Error('PRINCIPAL_MISSING: the record does not say on whose behalf it is');
  return { subject: record.subject, unit, grants: [] };
}

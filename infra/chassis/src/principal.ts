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

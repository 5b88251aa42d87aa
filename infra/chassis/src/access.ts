import type { Clock } from './clock.ts';
import { roleMissing, type ServiceError, unitForeign } from './errors.ts';
import { formatUnit, type Principal, type Role, type Unit } from './principal.ts';
import type { UnitTree } from './units.ts';

/**
 * Who may call a method: whoever has one of these roles at a unit that covers the object's own, or `anyone` whose token
 * is good, where there is no object or everybody may see it.
 */
export type Access = 'anyone' | { readonly roles: readonly Role[] };

/** Also without a token, such as health. */
export type MethodAccess = Access | 'public';

export const allow = (...roles: readonly [Role, ...Role[]]): Access => ({ roles });

/** Judges acts on the objects of units. */
export interface Authority {
  /** What an act on an object of `unit` is refused with; undefined when it may be. */
  refusal(unit: Unit): ServiceError | undefined;
  /** Says that there is no object: it was never made, or the act concerns none. */
  nothingToJudge(): void;
  /** Acts under it leave audit records. */
  readonly audited: boolean;
}

/** For records from the bus, whose subject was judged when it spoke, and for what a service does by itself. */
export const judgedBefore: Authority = { refusal: () => undefined, nothingToJudge: () => {}, audited: false };

/** Judges by the tree of units as it is now. */
export class Rights {
  readonly #tree: UnitTree;
  readonly #clock: Clock;

  constructor(tree: UnitTree, clock: Clock) {
    this.#tree = tree;
    this.#clock = clock;
  }

  /** ROLE_MISSING where no grant has one of the roles, wherever it holds. */
  roleRefusal({ grants }: Principal, access: Access): ServiceError | undefined {
    if (access === 'anyone' || grants.some(({ role }) => access.roles.includes(role))) return undefined;
    return roleMissing(access.roles);
  }

  /** Whether `below` is `unit` itself or is part of it today. */
  covers(unit: Unit, below: Unit): boolean {
    return this.#tree.covers(unit, below, this.#clock.now());
  }

  may({ grants }: Principal, access: Access, unit: Unit): boolean {
    if (access === 'anyone') return true;
    const now = this.#clock.now();
    return grants.some((grant) => access.roles.includes(grant.role) && this.#tree.covers(grant.unit, unit, now));
  }

  /** ROLE_MISSING, or UNIT_FOREIGN where the roles hold elsewhere. */
  refusal(principal: Principal, access: Access, unit: Unit): ServiceError | undefined {
    if (this.may(principal, access, unit)) return undefined;
    return this.roleRefusal(principal, access) ?? unitForeign(formatUnit(unit));
  }
}

/**
 * What one caller may do with one method. An answer that was made without asking it anything does not leave: see
 * `wasAsked`.
 */
export class CallerRights implements Authority {
  readonly audited = true;
  readonly #rights: Rights;
  readonly #principal: Principal;
  readonly #access: Access;
  #asked: boolean;

  constructor(rights: Rights, principal: Principal, access: Access) {
    this.#rights = rights;
    this.#principal = principal;
    this.#access = access;
    this.#asked = access === 'anyone';
  }

  refusal(unit: Unit): ServiceError | undefined {
    this.#asked = true;
    return this.#rights.refusal(this.#principal, this.#access, unit);
  }

  /** Throws ROLE_MISSING or UNIT_FOREIGN. */
  require(unit: Unit): void {
    const refusal = this.refusal(unit);
    if (refusal) throw refusal;
  }

  /** For lists and streams: whether the caller sees what belongs to `unit`; nobody sees what belongs to none. */
  get sees(): (unit: Unit | undefined) => boolean {
    this.#asked = true;
    return (unit) => unit !== undefined && this.#rights.may(this.#principal, this.#access, unit);
  }

  nothingToJudge(): void {
    this.#asked = true;
  }

  /** Whether the caller has the role at `unit` or above, whatever the method asks for. */
  holds(role: Role, unit: Unit): boolean {
    return this.#rights.may(this.#principal, { roles: [role] }, unit);
  }

  /** Whether it has the role anywhere. */
  hasSomewhere(role: Role): boolean {
    return this.#principal.grants.some((grant) => grant.role === role);
  }

  get wasAsked(): boolean {
    return this.#asked;
  }
}

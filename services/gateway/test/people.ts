import { COUNTRY, type Principal, principalIn, type Role, type Unit } from '@giaolo/chassis/principal';
import type { UnitNode } from '@giaolo/chassis/units';
import { here } from './city.ts';

/** Another province. */
export const elsewhere: Unit = { code: '92', validFrom: '2025-07-01' };

const node = (unit: Unit, parent?: Unit): UnitNode => ({ unit, parent, validTo: undefined, successors: [] });

export const units: readonly UnitNode[] = [node(COUNTRY), node(here, COUNTRY), node(elsewhere, COUNTRY)];

/** Somebody with one role at one unit. */
export const person = (role: Role, unit: Unit = here, subject = 'user:an'): Principal =>
  principalIn(unit, subject, role);

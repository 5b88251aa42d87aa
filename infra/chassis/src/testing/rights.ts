import { type MethodAccess, Rights } from '../access.ts';
import { wallClock } from '../clock.ts';
import type { AccessTable, Service } from '../grpc/service.ts';
import { UnitTree } from '../units.ts';

/** Rights where no unit is known: each covers itself alone, and the country all of them. */
export const ownUnitOnly = (): Rights => new Rights(new UnitTree(), wallClock);

/** The same access to all methods of a service. */
export const everyMethod = <S extends Service>(definition: S, access: MethodAccess): AccessTable<S> =>
  Object.fromEntries(Object.keys(definition).map((name) => [name, access])) as AccessTable<S>;

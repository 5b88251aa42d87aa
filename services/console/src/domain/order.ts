import type { PageVehicle } from '@giaolo/gateway/page-contract';

export const VEHICLE_ORDERS = ['route', 'lateness', 'age'] as const;
export type VehicleOrder = (typeof VEHICLE_ORDERS)[number];

/** By route (ids as people count: 2 before 10), by lateness (worst first), or by age (longest silent first). */
export function orderVehicles(
  vehicles: Iterable<PageVehicle>,
  by: VehicleOrder,
  routeName: (vehicle: PageVehicle) => string,
  collate: (a: string, b: string) => number,
): PageVehicle[] {
  const lateness = ({ placement }: PageVehicle) => placement?.latenessSeconds ?? Number.NEGATIVE_INFINITY;
  const byRoute = (a: PageVehicle, b: PageVehicle) =>
    // Vehicles without a trip come last.
    Number(!a.trip) - Number(!b.trip) || collate(routeName(a), routeName(b)) || collate(a.vehicleId, b.vehicleId);
  const orders: Record<VehicleOrder, (a: PageVehicle, b: PageVehicle) => number> = {
    route: byRoute,
    lateness: (a, b) => compare(lateness(b), lateness(a)) || byRoute(a, b),
    age: (a, b) => compare(a.observedAt, b.observedAt) || byRoute(a, b),
  };
  return [...vehicles].sort(orders[by]);
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** While somebody reads a list nothing in it moves: what went is left out, what is new comes last. */
export function holdOrder(shown: readonly string[], wanted: readonly string[]): string[] {
  const present = new Set(wanted);
  const known = new Set(shown);
  return [...shown.filter((key) => present.has(key)), ...wanted.filter((key) => !known.has(key))];
}

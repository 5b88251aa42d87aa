import { reconcilePlan, reconcileScenario } from './reconcile-scenario.ts';
import { play } from './play.ts';
const testSeeds = (n: any, sc: any, { seeds, ...plan }: any) => { let bad = 0, ev=0, first = ''; const t=process.cpuUsage(); const [a,b] = process.argv.slice(2).map(Number); for (let s = a!; s <= b!; s++) try { ev+=play(sc, plan, s).handled; } catch (e) { bad++; if (bad<6) console.log((e as Error).message.split('\n')[0]!); first ||= (e as Error).message } const u=process.cpuUsage(t); console.log(bad, 'bad', Math.round(ev/((u.user+u.system)/1e6)), 'events/s'); if (process.argv[4]) console.log(first) };

testSeeds('whoever owns it, whatever is lost, the thing comes to do what was commanded last', reconcileScenario, {
  ...reconcilePlan(10_000),
  seeds: 1_000,
});

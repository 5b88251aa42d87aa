import type { Call } from '@giaolo/chassis/grpc/call';
import { changeAsset } from '../asset/change-asset.ts';
import type { Step } from '../asset/plan.ts';
import { registerAsset } from '../asset/register-asset.ts';
import { retireAsset } from '../asset/retire-asset.ts';
import { inParallel } from './in-parallel.ts';
import { refused } from './refused.ts';
import type { Assets } from './stores.ts';

/** Throws IMPORT_OVERTAKEN where an asset is not any more what it was when the file was judged. */
export async function writeSteps(
  assets: Assets,
  steps: readonly Step[],
  today: string,
  requestId: string,
  { principal, rights: authority, method, traceparent, signal }: Call,
): Promise<void> {
  const caller = { principal, authority, method, traceparent, signal };
  const doing = { by: principal.subject, requestId };
  const write = (step: Step) => {
    const { name } = step;
    if (step.kind === 'retire') return assets.handle(name, retireAsset, { on: today, ...doing }, caller, nothing);
    const { asset } = step;
    if (step.kind === 'add')
      return assets.handle(name, registerAsset, { asset, ...doing }, { ...caller, createsIn: asset.unit }, nothing);
    return assets.handle(name, changeAsset, { revision: step.revision, asset, ...doing }, caller, nothing);
  };
  // Lots follow their bays: whoever is interrupted in between imports again, and finds the lots to be changed.
  const lots = steps.filter(({ name }) => name.startsWith('lots/'));
  const others = steps.filter(({ name }) => !name.startsWith('lots/'));
  for (const together of [others, lots])
    await inParallel(together, async (step) => {
      const outcome = await write(step);
      if (!outcome.accepted) throw refused('IMPORT_OVERTAKEN', { asset: step.name });
    });
}

const nothing = () => null;

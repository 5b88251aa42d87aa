import type { Clock } from '../clock.ts';
import type { OutboxRecord } from '../committed.ts';
import { applyPatch, type Json } from '../decide.ts';
import type { CommitResult, DecisionStore } from '../store.ts';

/** A decision store in this process, for tests of services without Redis; records go straight to `onRecord`. */
export function memoryStore(clock: Clock, onRecord: (record: OutboxRecord) => void = () => {}): DecisionStore {
  const aggregates = new Map<string, { version: number; fields: Record<string, Json> }>();
  const answers = new Map<string, string>();
  return {
    now: () => clock.now(),
    load: async (name) => structuredClone(aggregates.get(name) ?? { version: 0, fields: {} }),
    commit: async (commit): Promise<CommitResult> => {
      const earlier = commit.answers.map(({ key }) => answers.get(key));
      if (earlier.some((answer) => answer !== undefined)) return { status: 'answered', answers: earlier };
      const held = aggregates.get(commit.name) ?? { version: 0, fields: {} };
      if (held.version !== commit.expectedVersion) return { status: 'clash' };
      applyPatch(held.fields, structuredClone(commit.patch) as Record<string, Json>);
      aggregates.set(commit.name, { version: commit.version, fields: held.fields });
      for (const { key, answer } of commit.answers) answers.set(key, answer);
      commit.records.forEach(onRecord);
      return { status: 'committed' };
    },
  };
}

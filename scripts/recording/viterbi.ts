/**
 * Picks one candidate per layer so that the sum of each candidate's own cost and of the steps between them
 * is least; among equals, the first. Every layer holds at least one candidate; no layers, no picks.
 */
export function cheapestWay<Candidate>(
  layers: readonly (readonly Candidate[])[],
  own: (candidate: Candidate) => number,
  step: (from: Candidate, to: Candidate, layer: number) => number,
): Candidate[] {
  let costs: number[] = [];
  const cameFrom = layers.map((layer, i) => {
    const previous = layers[i - 1] ?? [];
    const best = layer.map((to) => cheapest(previous.map((from, k) => (costs[k] as number) + step(from, to, i))));
    costs = layer.map((candidate, k) => own(candidate) + (best[k]?.cost ?? 0));
    return best.map((choice) => choice?.index ?? 0);
  });
  const picks = new Array<Candidate>(layers.length);
  let index = cheapest(costs)?.index ?? 0;
  for (let i = layers.length - 1; i >= 0; i--) {
    picks[i] = layers[i]?.[index] as Candidate;
    index = cameFrom[i]?.[index] ?? 0;
  }
  return picks;
}

function cheapest(costs: readonly number[]): { index: number; cost: number } | undefined {
  let best: { index: number; cost: number } | undefined;
  costs.forEach((cost, index) => {
    if (!best || cost < best.cost) best = { index, cost };
  });
  return best;
}

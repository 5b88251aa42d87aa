import { svg } from './dom.ts';

export function brandMark(): SVGElement {
  const streets = 'M12 2v20M2 12h20';
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'brand-mark', 'aria-hidden': 'true' },
    svg('path', { d: streets, class: 'brand-street' }),
    svg('circle', { cx: 12, cy: 12, r: 4.2, class: 'brand-node' }),
  );
}

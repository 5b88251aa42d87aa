import type { Translate } from '../i18n/language.ts';
import { h, svg } from '../view/dom.ts';

export interface MapActs {
  zoomIn(): void;
  zoomOut(): void;
  fit(): void;
}

const ICONS = {
  zoomIn: 'M12 5v14M5 12h14',
  zoomOut: 'M5 12h14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
};

export function mapControls(t: Translate, acts: MapActs): HTMLElement {
  const buttons = (['zoomIn', 'zoomOut', 'fit'] as const).map((act) => {
    const label = t(`map.${act}`);
    const icon = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: ICONS[act] }));
    const button = h('button', { type: 'button', title: label, 'aria-label': label }, icon);
    button.addEventListener('click', () => acts[act]());
    return button;
  });
  return h('div', { class: 'map-controls' }, ...buttons);
}

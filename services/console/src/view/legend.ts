import type { Freshness } from '../domain/freshness.ts';
import { PUNCTUALITIES } from '../domain/punctuality.ts';
import type { Format } from '../i18n/format.ts';
import { h } from './dom.ts';
import { LotGlyph, VehicleGlyph } from './glyph.ts';

const FRESHNESSES: readonly Freshness[] = ['fresh', 'ageing', 'stale', 'unknown'];
const ROOMY_PX = 1200;
const EXAMPLES = { 'very-late': '+12', late: '+4', 'on-time': '', early: '−2', unplaced: '' };

/** What the marks on the map mean; can be folded away. */
export function legend(format: Format): HTMLElement {
  const { t } = format;
  const vehicles = PUNCTUALITIES.map((punctuality) => {
    const glyph = new VehicleGlyph();
    glyph.update(punctuality, 'fresh', EXAMPLES[punctuality]);
    return h('li', {}, glyph.element, t(`punctuality.${punctuality}`));
  });
  const ages = FRESHNESSES.map((freshness) =>
    h(
      'li',
      {},
      h('span', { class: 'age', 'data-freshness': freshness }, h('span', { class: 'age-dot', 'aria-hidden': 'true' })),
      t(`age.${freshness}`),
    ),
  );
  const lot = new LotGlyph();
  lot.update(0.6, 'fresh', '37');
  const group = (...items: (Node | string)[]) => h('ul', { class: 'legend-group' }, ...items);
  const name = (key: 'legend.punctuality' | 'legend.age') => h('li', { class: 'legend-name' }, t(key));
  const marks = [
    group(name('legend.punctuality'), ...vehicles),
    group(name('legend.age'), ...ages),
    group(h('li', {}, lot.element, t('legend.lot'))),
  ];
  const open = window.innerWidth >= ROOMY_PX;
  return h(
    'details',
    { class: 'legend', open },
    h('summary', {}, t('legend.title')),
    h('div', { class: 'legend-marks' }, ...marks),
  );
}

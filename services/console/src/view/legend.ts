import type { Freshness } from '../domain/freshness.ts';
import { PUNCTUALITIES } from '../domain/punctuality.ts';
import type { Format } from '../i18n/format.ts';
import { h } from './dom.ts';
import { LotGlyph, VehicleGlyph } from './glyph.ts';

const FRESHNESSES: readonly Freshness[] = ['fresh', 'ageing', 'stale', 'unknown'];
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
  return h(
    'details',
    { class: 'legend', open: true },
    h('summary', {}, t('legend.title')),
    h('ul', {}, ...vehicles),
    h('ul', {}, ...ages),
    h('ul', { class: 'legend-wide' }, h('li', {}, lot.element, t('legend.lot'))),
  );
}

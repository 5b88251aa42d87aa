import type { PageSession } from '@giaolo/gateway/page-contract';
import type { Format } from '../i18n/format.ts';
import { h, svg } from './dom.ts';

const LEAVE = 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9';

/** Who is signed in, in which unit, and the way out. */
export function signedIn({ t }: Format, { subject, unit }: PageSession, signOut: () => void): HTMLElement {
  const label = t('session.signOut');
  const icon = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: LEAVE }));
  const button = h('button', { type: 'button', title: label, 'aria-label': label }, icon);
  button.addEventListener('click', signOut);
  return h(
    'div',
    { class: 'signed-in', role: 'group', 'aria-label': t('session.label') },
    h(
      'div',
      { class: 'signed-in-words' },
      h('b', { title: subject }, subject.replace(/^[a-z]+:/, '')),
      h('span', { title: `${unit.code}/${unit.validFrom}` }, t('session.unit', { code: unit.code })),
    ),
    button,
  );
}

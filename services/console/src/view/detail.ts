import { selectionName } from '../domain/selection.ts';
import type { Format } from '../i18n/format.ts';
import { LotDetail } from './detail-lot.ts';
import { StopDetail } from './detail-stop.ts';
import { VehicleDetail } from './detail-vehicle.ts';
import { h, show } from './dom.ts';
import type { Pane, Select, Shown } from './shown.ts';

/** What is known of the selection; absent when nothing is selected. */
export class Detail implements Pane {
  readonly element: HTMLElement;
  readonly #body = h('div', { class: 'detail-slot' });
  readonly #gone: HTMLElement;
  readonly #vehicle: VehicleDetail;
  readonly #stop: StopDetail;
  readonly #lot: LotDetail;
  #shownName = '';

  constructor(format: Format, select: Select) {
    this.#vehicle = new VehicleDetail(format, select);
    this.#stop = new StopDetail(format, select);
    this.#lot = new LotDetail(format);
    this.#gone = h('p', { class: 'empty' }, format.t('detail.gone'));
    const label = format.t('detail.close');
    const close = h('button', { type: 'button', class: 'close', title: label, 'aria-label': label }, '×');
    close.addEventListener('click', () => select(undefined));
    this.element = h('aside', { class: 'detail', 'aria-labelledby': 'detail-title' }, close, this.#body);
    this.element.hidden = true;
  }

  update(shown: Shown): void {
    const { selection } = shown;
    show(this.element, selection !== undefined);
    if (!selection) return;
    this.#place(this.#fill(shown) ?? this.#gone);
    const name = selectionName(selection);
    if (name !== this.#shownName) this.#body.scrollTop = 0;
    this.#shownName = name;
  }

  #fill(shown: Shown): HTMLElement | undefined {
    const { selection, live, network } = shown;
    if (selection?.kind === 'vehicle') {
      const vehicle = live.vehicles.get(selection.key);
      if (vehicle) this.#vehicle.update(vehicle, shown);
      return vehicle && this.#vehicle.element;
    }
    if (selection?.kind === 'lot') {
      const lot = live.lots.get(selection.key);
      if (lot) this.#lot.update(lot, shown);
      return lot && this.#lot.element;
    }
    if (!selection || !network.stop(selection.feed, selection.stopId)) return undefined;
    this.#stop.update(selection, shown);
    return this.#stop.element;
  }

  #place(element: HTMLElement): void {
    if (this.#body.firstElementChild !== element) this.#body.replaceChildren(element);
  }
}

import type { PageVehicle } from '@giaolo/gateway/page-contract';
import { ageOf } from '../domain/freshness.ts';
import { punctualityOf, signedMinutes } from '../domain/punctuality.ts';
import { AgeMark } from './age-mark.ts';
import { h, setAttribute, setText } from './dom.ts';
import { VehicleGlyph } from './glyph.ts';
import type { Row } from './keyed-rows.ts';
import type { Select, Shown } from './shown.ts';

export class VehicleRow implements Row<{ vehicle: PageVehicle; shown: Shown }> {
  readonly element = h('tr', { tabindex: -1 });
  readonly #glyph = new VehicleGlyph();
  readonly #route = h('span', { class: 'cell-main' });
  readonly #trip = h('span', { class: 'cell-sub' });
  readonly #lateness = h('span', { class: 'cell-main value' });
  readonly #next = h('span', { class: 'cell-sub' });
  readonly #age = new AgeMark();

  constructor(key: string, select: Select) {
    const names = h('span', { class: 'cell-lines' }, this.#route, this.#trip);
    this.element.append(
      h('th', { scope: 'row' }, h('span', { class: 'cell-with-glyph' }, this.#glyph.element, names)),
      h('td', {}, h('span', { class: 'cell-lines' }, this.#lateness, this.#next)),
      h('td', { class: 'cell-age' }, this.#age.element),
    );
    this.element.dataset['key'] = key;
    this.element.addEventListener('click', () => select({ kind: 'vehicle', key }));
  }

  update({ vehicle, shown }: { vehicle: PageVehicle; shown: Shown }): void {
    const { format, network, now, selection } = shown;
    const { feed, trip, placement } = vehicle;
    const age = ageOf('vehicle', vehicle.observedAt, now);
    const punctuality = punctualityOf(vehicle);
    const nextStop = placement && network.stopName(feed, placement.nextStopId);
    setText(this.#route, trip ? network.routeName(feed, trip.routeId) : vehicle.vehicleId);
    setText(this.#trip, trip ? vehicle.vehicleId : '');
    setText(this.#lateness, placement ? format.lateness(placement.latenessSeconds) : format.unplaced(vehicle.unplaced));
    setText(this.#next, nextStop ? format.t('vehicles.next', { stop: nextStop }) : '');
    setAttribute(this.#next, 'title', nextStop);
    this.#glyph.update(punctuality, age.freshness, placement ? signedMinutes(placement.latenessSeconds) : '');
    this.#age.update(age, format);
    setAttribute(this.element, 'data-freshness', age.freshness);
    setAttribute(this.element, 'data-punctuality', punctuality);
    const selected = selection?.kind === 'vehicle' && selection.key === vehicle.key;
    setAttribute(this.element, 'aria-selected', selected ? 'true' : undefined);
  }
}

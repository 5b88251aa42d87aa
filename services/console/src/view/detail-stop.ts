import { type Arrival, arrivalsAt } from '../domain/arrivals.ts';
import { ageOf } from '../domain/freshness.ts';
import { punctualityOf, signedMinutes } from '../domain/punctuality.ts';
import type { Selection } from '../domain/selection.ts';
import type { Format } from '../i18n/format.ts';
import { AgeMark } from './age-mark.ts';
import { DetailHead, tableHead } from './detail-parts.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { VehicleGlyph } from './glyph.ts';
import { KeyedRows, type Row } from './keyed-rows.ts';
import type { Select, Shown } from './shown.ts';

interface Expected {
  readonly arrival: Arrival;
  readonly shown: Shown;
}

class ArrivalRow implements Row<Expected> {
  readonly element = h('tr');
  readonly #glyph = new VehicleGlyph();
  readonly #route = h('button', { type: 'button', class: 'link strong' });
  readonly #in = h('td', { class: 'cell-number value strong' });
  readonly #predicted = h('td', { class: 'cell-number value' });
  readonly #scheduled = h('td', { class: 'cell-number muted' });
  readonly #age = new AgeMark();
  #vehicleKey = '';

  constructor(select: Select) {
    this.element.append(
      h('th', { scope: 'row' }, h('span', { class: 'cell-with-glyph' }, this.#glyph.element, this.#route)),
      this.#in,
      this.#predicted,
      this.#scheduled,
      h('td', { class: 'cell-age' }, this.#age.element),
    );
    this.#route.addEventListener('click', () => select({ kind: 'vehicle', key: this.#vehicleKey }));
  }

  update({ arrival, shown }: Expected): void {
    const { prediction, at } = arrival;
    const { format, network, now } = shown;
    const timeZone = network.timeZone(prediction.feed) ?? shown.timeZone;
    const age = ageOf('vehicle', prediction.observedAt, now);
    const latenessSeconds = (at.predictedAt - at.scheduledAt) / 1000;
    const punctuality = punctualityOf({
      placement: { latenessSeconds, distance: 0, lat: 0, lon: 0, nextStopId: '', nextStopSequence: 0 },
    });
    this.#vehicleKey = `${prediction.feed}/vehicles/${prediction.vehicleId}`;
    this.#glyph.update(punctuality, age.freshness, signedMinutes(latenessSeconds));
    setText(this.#route, network.routeName(prediction.feed, prediction.routeId));
    setAttribute(this.#route, 'title', `${prediction.vehicleId} · ${format.lateness(latenessSeconds)}`);
    setText(this.#in, format.until(at.predictedAt, now));
    setText(this.#predicted, format.timeOfDay(at.predictedAt, timeZone));
    setText(this.#scheduled, format.timeOfDay(at.scheduledAt, timeZone));
    this.#age.update(age, format);
    setAttribute(this.element, 'data-freshness', age.freshness);
  }
}

/** One stop: which vehicles come, soonest first. */
export class StopDetail {
  readonly element: HTMLElement;
  readonly #head: DetailHead;
  readonly #zone = h('p', { class: 'detail-note' });
  readonly #table: HTMLElement;
  readonly #none: HTMLElement;
  readonly #rows: KeyedRows<Expected>;

  constructor(format: Format, select: Select) {
    const { t } = format;
    this.#head = new DetailHead(t('kind.stop'), h('span', { class: 'stop-glyph', 'aria-hidden': 'true' }));
    const body = h('tbody');
    this.#rows = new KeyedRows(body, () => new ArrivalRow(select));
    const columns = (['route', 'in', 'predicted', 'scheduled', 'age'] as const).map((name) => t(`prediction.${name}`));
    this.#table = h('table', { 'aria-labelledby': 'arrivals-title' }, tableHead(...columns), body);
    this.#none = h('p', { class: 'empty' }, t('stop.noArrivals'));
    this.element = h(
      'div',
      { class: 'detail-body' },
      this.#head.element,
      h('div', { class: 'detail-table-title' }, h('h3', { id: 'arrivals-title' }, t('stop.arrivals')), this.#zone),
      h('div', { class: 'scroll' }, this.#table, this.#none),
    );
  }

  update({ feed, stopId }: Extract<Selection, { kind: 'stop' }>, shown: Shown): void {
    const { format, network, live, now } = shown;
    this.#head.set(network.stopName(feed, stopId), `${format.t('stop.id')} ${stopId}`);
    const zone = format.zone(now, network.timeZone(feed) ?? shown.timeZone);
    setText(this.#zone, format.t('prediction.timeZone', { zone }));
    const arrivals = arrivalsAt(live.predictions.values(), feed, stopId, now);
    this.#rows.update(
      arrivals.map((arrival) => [`${arrival.prediction.key} ${arrival.at.stopSequence}`, { arrival, shown }] as const),
    );
    show(this.#table, arrivals.length > 0);
    show(this.#none, arrivals.length === 0);
  }
}

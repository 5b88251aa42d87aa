import type { PagePrediction, PageStopTime, PageVehicle } from '@giaolo/gateway/page-contract';
import { stopsAhead } from '../domain/arrivals.ts';
import { ageOf } from '../domain/freshness.ts';
import { punctualityOf, signedMinutes } from '../domain/punctuality.ts';
import type { Format } from '../i18n/format.ts';
import { AgeMark } from './age-mark.ts';
import { DetailHead, Fact, tableHead } from './detail-parts.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { VehicleGlyph } from './glyph.ts';
import { KeyedRows, type Row } from './keyed-rows.ts';
import type { Select, Shown } from './shown.ts';

interface Ahead {
  readonly at: PageStopTime;
  readonly prediction: PagePrediction;
  readonly shown: Shown;
}

class StopAheadRow implements Row<Ahead> {
  readonly element = h('tr');
  readonly #name = h('button', { type: 'button', class: 'link' });
  readonly #in = h('td', { class: 'cell-number value strong' });
  readonly #predicted = h('td', { class: 'cell-number value' });
  readonly #scheduled = h('td', { class: 'cell-number muted' });
  #ahead: Ahead | undefined;

  constructor(select: Select) {
    this.element.append(h('th', { scope: 'row' }, this.#name), this.#in, this.#predicted, this.#scheduled);
    this.#name.addEventListener('click', () => {
      if (this.#ahead) select({ kind: 'stop', feed: this.#ahead.prediction.feed, stopId: this.#ahead.at.stopId });
    });
  }

  update(ahead: Ahead): void {
    this.#ahead = ahead;
    const { at, prediction, shown } = ahead;
    const { format, network, now } = shown;
    const timeZone = network.timeZone(prediction.feed) ?? shown.timeZone;
    const name = network.stopName(prediction.feed, at.stopId);
    setText(this.#name, name);
    setAttribute(this.#name, 'title', name);
    setText(this.#in, format.until(at.predictedAt, now));
    setText(this.#predicted, format.timeOfDay(at.predictedAt, timeZone));
    setText(this.#scheduled, format.timeOfDay(at.scheduledAt, timeZone));
  }
}

/** One vehicle: where it is, how late, and when it will be at its next stops. */
export class VehicleDetail {
  readonly element: HTMLElement;
  readonly #glyph = new VehicleGlyph();
  readonly #head: DetailHead;
  readonly #lateness = h('p', { class: 'big value' });
  readonly #age = new AgeMark();
  readonly #observedAt = h('span');
  readonly #facts: Readonly<Record<'id' | 'trip' | 'nextStop' | 'speed' | 'distance' | 'agency', Fact>>;
  readonly #predictionAge = new AgeMark();
  readonly #table: HTMLElement;
  readonly #none: HTMLElement;
  readonly #rows: KeyedRows<Ahead>;

  constructor(format: Format, select: Select) {
    const { t } = format;
    this.#head = new DetailHead(t('kind.vehicle'), this.#glyph.element);
    this.#facts = {
      id: new Fact(t('vehicle.id')),
      nextStop: new Fact(t('vehicle.nextStop')),
      trip: new Fact(t('vehicle.trip')),
      distance: new Fact(t('vehicle.distance')),
      speed: new Fact(t('vehicle.speed')),
      agency: new Fact(t('vehicle.agency')),
    };
    const observed = new Fact(t('detail.observed'), this.#observedAt, ' ', this.#age.element);
    const body = h('tbody');
    this.#rows = new KeyedRows(body, () => new StopAheadRow(select));
    const columns = [t('prediction.stop'), t('prediction.in'), t('prediction.predicted'), t('prediction.scheduled')];
    this.#table = h('table', { 'aria-labelledby': 'ahead-title' }, tableHead(...columns), body);
    this.#none = h('p', { class: 'empty' }, t('vehicle.noStops'));
    this.element = h(
      'div',
      { class: 'detail-body' },
      this.#head.element,
      this.#lateness,
      h('dl', {}, observed.element, ...Object.values(this.#facts).map(({ element }) => element)),
      h(
        'div',
        { class: 'detail-table-title' },
        h('h3', { id: 'ahead-title' }, t('vehicle.stopsAhead')),
        this.#predictionAge.element,
      ),
      h('div', { class: 'scroll' }, this.#table, this.#none),
    );
  }

  update(vehicle: PageVehicle, shown: Shown): void {
    const { format, network, live, now } = shown;
    const { feed, trip, placement } = vehicle;
    const age = ageOf('vehicle', vehicle.observedAt, now);
    const route = trip && network.route(feed, trip.routeId);
    const title = trip ? `${format.t('vehicle.route')} ${network.routeName(feed, trip.routeId)}` : vehicle.vehicleId;
    this.#head.set(title, route?.longName ?? '');
    this.#glyph.update(
      punctualityOf(vehicle),
      age.freshness,
      placement ? signedMinutes(placement.latenessSeconds) : '',
    );
    setText(this.#lateness, placement ? format.lateness(placement.latenessSeconds) : format.unplaced(vehicle.unplaced));
    setAttribute(this.element, 'data-freshness', age.freshness);
    setAttribute(this.element, 'data-punctuality', punctualityOf(vehicle));
    setText(this.#observedAt, format.clock(vehicle.observedAt, network.timeZone(feed) ?? shown.timeZone));
    this.#age.update(age, format);
    this.#facts.id.set(vehicle.vehicleId);
    this.#facts.trip.set(trip?.tripId);
    this.#facts.nextStop.set(placement && network.stopName(feed, placement.nextStopId));
    this.#facts.distance.set(placement && format.distance(placement.distance));
    this.#facts.speed.set(vehicle.speed === undefined ? undefined : format.speed(vehicle.speed));
    this.#facts.agency.set(network.feed(feed)?.agencyName);
    this.#showAhead(stopsAhead(live.predictions.values(), vehicle), shown);
  }

  #showAhead(prediction: PagePrediction | undefined, shown: Shown): void {
    const stops = prediction?.stops ?? [];
    const rows = prediction ? stops.map((at) => [`${at.stopSequence}`, { at, prediction, shown }] as const) : [];
    this.#rows.update(rows);
    const age = ageOf('vehicle', prediction?.observedAt, shown.now);
    this.#predictionAge.update(age, shown.format);
    setAttribute(this.#table, 'data-freshness', age.freshness);
    show(this.#predictionAge.element, prediction !== undefined);
    show(this.#table, stops.length > 0);
    show(this.#none, stops.length === 0);
  }
}

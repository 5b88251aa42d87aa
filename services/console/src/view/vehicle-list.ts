import type { PageVehicle } from '@giaolo/gateway/page-contract';
import { holdOrder, orderVehicles, VEHICLE_ORDERS, type VehicleOrder } from '../domain/order.ts';
import type { Format } from '../i18n/format.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { KeyedRows } from './keyed-rows.ts';
import { keepOneTabStop, moveByKeys } from './row-keys.ts';
import type { Pane, Select, Shown } from './shown.ts';
import { VehicleRow } from './vehicle-row.ts';

/** All vehicles, sortable. While the pointer or the focus is in the list, rows stay where they are. */
export class VehicleList implements Pane {
  readonly element: HTMLElement;
  readonly #body = h('tbody');
  readonly #count = h('span', { class: 'count' });
  readonly #empty: HTMLElement;
  readonly #rows: KeyedRows<{ vehicle: PageVehicle; shown: Shown }, VehicleRow>;
  readonly #columns = new Map<VehicleOrder, HTMLElement>();
  readonly #collate: (a: string, b: string) => number;
  #by: VehicleOrder = 'route';
  #order: string[] = [];
  #orderedBy: VehicleOrder | undefined;
  #last: Shown | undefined;

  constructor(format: Format, select: Select) {
    this.#collate = new Intl.Collator(format.language, { numeric: true }).compare;
    this.#rows = new KeyedRows(this.#body, (key) => new VehicleRow(key, select));
    this.#empty = h('p', { class: 'empty' }, format.t('vehicles.none'));
    const heads = VEHICLE_ORDERS.map((by) => this.#columnHead(by, format));
    this.element = h(
      'section',
      { class: 'list', 'aria-labelledby': 'vehicles-title' },
      h('h2', { id: 'vehicles-title' }, format.t('vehicles.title'), ' ', this.#count),
      h(
        'div',
        { class: 'scroll' },
        h(
          'table',
          { role: 'grid', 'aria-labelledby': 'vehicles-title' },
          h('thead', {}, h('tr', {}, ...heads)),
          this.#body,
        ),
        this.#empty,
      ),
    );
    moveByKeys(this.#body);
  }

  update(shown: Shown): void {
    this.#last = shown;
    const { live, network, format } = shown;
    const routeName = ({ feed, trip }: PageVehicle) => (trip ? network.routeName(feed, trip.routeId) : '');
    const wanted = orderVehicles(live.vehicles.values(), this.#by, routeName, this.#collate).map(({ key }) => key);
    const held = this.#orderedBy === this.#by && this.#body.matches(':hover, :focus-within');
    this.#order = held ? holdOrder(this.#order, wanted) : wanted;
    this.#orderedBy = this.#by;
    this.#rows.update(
      this.#order.flatMap((key) => {
        const vehicle = live.vehicles.get(key);
        return vehicle ? [[key, { vehicle, shown }] as const] : [];
      }),
    );
    keepOneTabStop(this.#body);
    setText(this.#count, format.number(live.vehicles.size));
    show(this.#empty, live.vehicles.size === 0);
    for (const [by, head] of this.#columns) setAttribute(head, 'aria-sort', by === this.#by ? 'descending' : undefined);
  }

  reveal(key: string): void {
    this.#rows.get(key)?.element.scrollIntoView({ block: 'nearest' });
  }

  #columnHead(by: VehicleOrder, format: Format): HTMLElement {
    const column = format.t(`vehicles.${by}`);
    const button = h('button', { type: 'button', title: format.t('vehicles.sort', { column }) }, column);
    button.addEventListener('click', () => {
      this.#by = by;
      if (this.#last) this.update(this.#last);
    });
    const head = h('th', { scope: 'col' }, button);
    this.#columns.set(by, head);
    return head;
  }
}

import type { Findings, NoticeList } from './notice.ts';
import { parseDay } from './service-day.ts';
import { openTable } from './table.ts';
import type { Service } from './timetable-data.ts';
import { Ids } from './values.ts';
import type { FeedZip } from './zip.ts';

export interface Services {
  readonly ids: Ids;
  readonly services: Service[];
}

interface OpenService extends Service {
  added: Set<number>;
  removed: Set<number>;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** calendar.txt and calendar_dates.txt; one of them is enough. */
export async function readServices(zip: FeedZip, findings: Findings): Promise<Services> {
  const ids = new Ids();
  const services: OpenService[] = [];
  if (!zip.files.has('calendar.txt') && !zip.files.has('calendar_dates.txt'))
    findings.errors.add(
      'calendar.txt',
      0,
      '',
      'FILE_MISSING',
      'neither calendar.txt nor calendar_dates.txt is in the zip',
    );
  if (zip.files.has('calendar.txt')) await readWeeks(zip, ids, services, findings);
  if (zip.files.has('calendar_dates.txt')) await readExceptions(zip, ids, services, findings);
  return { ids, services };
}

async function readWeeks(zip: FeedZip, ids: Ids, services: OpenService[], findings: Findings): Promise<void> {
  const { errors, warnings } = findings;
  const file = 'calendar.txt';
  const table = await openTable(zip, file, ['service_id', ...WEEKDAYS, 'start_date', 'end_date'], errors);
  if (!table) return;
  const [id, start, end] = table.columns('service_id', 'start_date', 'end_date');
  const days = table.columns(...WEEKDAYS);
  const rows = new Map<string, string>();

  await table.each((row, line) => {
    const serviceId = (row[id] ?? '').trim();
    if (serviceId === '') return errors.add(file, line, 'service_id', 'VALUE_MISSING', 'service_id is empty');
    if (rows.get(serviceId) === row.join())
      return warnings.add(file, line, '', 'ROW_REPEATED', 'the row is there twice');
    rows.set(serviceId, row.join());
    if (ids.add(serviceId) < 0)
      return errors.add(file, line, 'service_id', 'KEY_DUPLICATE', `a second calendar of service "${serviceId}"`);
    let weekdays = 0;
    days.forEach((column, weekday) => {
      const value = (row[column] ?? '').trim();
      if (value === '1') weekdays |= 1 << weekday;
      else if (value !== '0')
        errors.add(file, line, WEEKDAYS[weekday] ?? '', 'FLAG_INVALID', `"${value}" is neither 0 nor 1`);
    });
    const firstDay = day(row[start], file, line, 'start_date', errors);
    const lastDay = day(row[end], file, line, 'end_date', errors);
    if (lastDay < firstDay) errors.add(file, line, 'end_date', 'DATES_REVERSED', 'end_date is before start_date');
    services.push({
      serviceId: ids.all.at(-1) ?? '',
      weekdays,
      firstDay,
      lastDay,
      added: new Set(),
      removed: new Set(),
    });
  });
}

async function readExceptions(zip: FeedZip, ids: Ids, services: OpenService[], findings: Findings): Promise<void> {
  const { errors, warnings } = findings;
  const file = 'calendar_dates.txt';
  const table = await openTable(zip, file, ['service_id', 'date', 'exception_type'], errors);
  if (!table) return;
  const [id, date, type] = table.columns('service_id', 'date', 'exception_type');

  await table.each((row, line) => {
    const serviceId = row[id] ?? '';
    if (serviceId.trim() === '') return errors.add(file, line, 'service_id', 'VALUE_MISSING', 'service_id is empty');
    let place = ids.get(serviceId);
    if (place < 0) {
      place = ids.add(serviceId);
      const added = new Set<number>();
      services.push({
        serviceId: ids.all[place] ?? '',
        weekdays: 0,
        firstDay: 0,
        lastDay: -1,
        added,
        removed: new Set(),
      });
    }
    const service = services[place] as OpenService;
    const on = day(row[date], file, line, 'date', errors);
    const kind = (row[type] ?? '').trim();
    if ((kind === '1' ? service.added : service.removed).has(on))
      return warnings.add(file, line, '', 'ROW_REPEATED', 'the row is there twice');
    if (service.added.has(on) || service.removed.has(on))
      errors.add(file, line, 'date', 'KEY_DUPLICATE', `service "${serviceId}" is both added and removed on that day`);
    if (kind === '1') service.added.add(on);
    else if (kind === '2') service.removed.add(on);
    else errors.add(file, line, 'exception_type', 'EXCEPTION_TYPE_INVALID', `"${kind}" is neither 1 nor 2`);
  });
}

function day(text: string | undefined, file: string, line: number, field: string, errors: NoticeList): number {
  const date = (text ?? '').trim();
  const parsed = parseDay(date);
  if (parsed !== undefined) return parsed;
  if (date === '') errors.add(file, line, field, 'VALUE_MISSING', `${field} is empty`);
  else errors.add(file, line, field, 'DATE_INVALID', `"${date}" is no date of the form YYYYMMDD`);
  return Number.NaN;
}

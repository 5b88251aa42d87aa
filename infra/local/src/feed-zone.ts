import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import Papa from 'papaparse';
import { Trouble } from './trouble.ts';

/** IANA name of the zone in which a GTFS zip is at home. */
export function feedZone(gtfs: string): string {
  const [row] = Papa.parse<Record<string, string>>(agencyText(gtfs), { header: true, preview: 1 }).data;
  const zone = row?.['agency_timezone']?.trim();
  if (!zone) throw new Trouble(`${gtfs}: agency.txt names no agency_timezone`);
  return zone;
}

function agencyText(gtfs: string): string {
  const isAgency = ({ name }: { name: string }) => /(^|\/)agency\.txt$/.test(name);
  try {
    const [agency] = Object.values(unzipSync(readFileSync(gtfs), { filter: isAgency }));
    return new TextDecoder().decode(agency);
  } catch (error) {
    throw new Trouble(`${gtfs} cannot be read as a zip: ${(error as Error).message}`);
  }
}

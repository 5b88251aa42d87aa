import { strToU8, zipSync } from 'fflate';

/** One line along a meridian: four stops a kilometre apart, a bus at 08:00 and one at 08:30, every day of 2026. */
const files: Record<string, string> = {
  'agency.txt':
    'agency_id,agency_name,agency_url,agency_timezone\nvt,Xe buýt Vũng Tàu,https://example.vn,Asia/Ho_Chi_Minh\n',
  'routes.txt': 'route_id,agency_id,route_short_name,route_long_name,route_type\nR1,vt,1,Bãi Sau - Bến xe,3\n',
  'calendar.txt':
    'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nall,1,1,1,1,1,1,1,20260101,20261231\n',
  'calendar_dates.txt': 'service_id,date,exception_type\nall,20260217,2\n',
  'stops.txt':
    'stop_id,stop_name,stop_lat,stop_lon\nA,Bãi Sau,10.3300,107.0900\nB,Chợ,10.3390,107.0900\nC,Trường,10.3480,107.0900\nD,Bến xe,10.3570,107.0900\n',
  'trips.txt': 'route_id,service_id,trip_id,shape_id\nR1,all,T1,S1\nR1,all,T2,S1\n',
  'shapes.txt':
    'shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nS1,10.3300,107.0900,1\nS1,10.3450,107.0900,2\nS1,10.3570,107.0900,3\n',
  'stop_times.txt': [
    'trip_id,arrival_time,departure_time,stop_id,stop_sequence',
    ...['T1', 'T2'].flatMap((trip, run) =>
      ['A', 'B', 'C', 'D'].map((stop, i) => {
        const time = `08:${String(run * 30 + i * 3).padStart(2, '0')}:00`;
        return `${trip},${time},${time},${stop},${i + 1}`;
      }),
    ),
    '',
  ].join('\n'),
};

export const feedZip = (changed: Record<string, string | undefined> = {}): Buffer => {
  const entries = Object.entries({ ...files, ...changed }).filter((entry): entry is [string, string] => !!entry[1]);
  return Buffer.from(zipSync(Object.fromEntries(entries.map(([name, text]) => [name, strToU8(text)]))));
};

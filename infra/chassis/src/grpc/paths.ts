/** `/giaolo.parking.v1.ParkingService/GetLot` -> `giaolo.parking.v1.ParkingService` */
export const serviceName = (path: string): string => path.slice(1, path.lastIndexOf('/'));

/** `/giaolo.parking.v1.ParkingService/GetLot` -> `GetLot` */
export const methodName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

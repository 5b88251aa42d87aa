/** The page's words, Vietnamese: the language it was made in. Other languages have the same keys. */
export const vi = {
  'app.subtitle': 'Trung tâm điều hành',
  'app.title': '{connection}Giaolo',
  'language.label': 'Ngôn ngữ',

  'clock.label': 'Giờ hệ thống',
  'clock.replay': 'Đang phát lại',
  'clock.replayRate': 'Đang phát lại ×{rate}',

  'link.live': 'Trực tiếp',
  'link.connecting': 'Đang kết nối',
  'link.lost': 'Mất kết nối',
  'link.lostBanner': 'Mất kết nối với hệ thống từ {age}. Mọi số liệu bên dưới là của lúc {time}.',
  'link.lostBannerNever': 'Không kết nối được với hệ thống. Trang sẽ tự thử lại.',

  'summary.label': 'Tình hình chung',
  'summary.vehicles': 'xe buýt',
  'summary.free': 'chỗ trống',
  'summary.ofCapacity': '/ {capacity}',
  'summary.silent': 'mất tín hiệu',

  'punctuality.early': 'sớm',
  'punctuality.on-time': 'đúng giờ',
  'punctuality.late': 'trễ',
  'punctuality.very-late': 'trễ nhiều',
  'punctuality.unplaced': 'không rõ',

  'lateness.onTime': 'đúng giờ',
  'lateness.late': 'trễ {duration}',
  'lateness.early': 'sớm {duration}',

  'duration.seconds': '{n} giây',
  'duration.minutes': '{n} phút',
  'duration.hours': '{n} giờ',
  'duration.hoursMinutes': '{n} giờ {m} phút',
  'duration.days': '{n} ngày',

  'age.ago': '{age} trước',
  'age.unknown': 'không rõ',
  'age.fresh': 'mới',
  'age.ageing': 'đang cũ đi',
  'age.stale': 'dữ liệu cũ',

  'unplaced.NO_TRIP': 'không có chuyến',
  'unplaced.TRIP_UNKNOWN': 'chuyến không có trong lịch',
  'unplaced.NOT_IN_SERVICE': 'chuyến không chạy hôm nay',
  'unplaced.OFF_ROUTE': 'ngoài lộ trình',
  'unplaced.FEED_UNKNOWN': 'chưa có lịch chạy xe',
  'unplaced.unknown': 'chưa rõ vị trí trên tuyến',

  'search.label': 'Tìm xe, tuyến, trạm dừng, bãi đỗ',
  'search.placeholder': 'Tìm xe, tuyến, trạm dừng, bãi đỗ xe',
  'search.none': 'Không tìm thấy gì',
  'search.found': '{n} kết quả',

  'kind.vehicle': 'Xe buýt',
  'kind.stop': 'Trạm dừng',
  'kind.lot': 'Bãi đỗ xe',

  'vehicles.title': 'Xe buýt',
  'vehicles.none': 'Chưa có xe nào báo vị trí.',
  'vehicles.route': 'Tuyến',
  'vehicles.lateness': 'Trễ / sớm',
  'vehicles.age': 'Cập nhật',
  'vehicles.next': 'tới {stop}',
  'vehicles.sort': 'Xếp theo: {column}',

  'lots.title': 'Bãi đỗ xe',
  'lots.none': 'Chưa có bãi đỗ xe nào.',
  'lots.name': 'Tên',
  'lots.free': 'Chỗ trống',
  'lots.age': 'Cập nhật',
  'lots.reserved': '{n} đã đặt',
  'lots.closed': 'đóng cửa',

  'detail.close': 'Đóng (Esc)',
  'detail.gone': 'Không còn dữ liệu về mục này.',
  'detail.observed': 'Quan trắc',

  'vehicle.id': 'Xe',
  'vehicle.trip': 'Chuyến',
  'vehicle.route': 'Tuyến',
  'vehicle.nextStop': 'Trạm kế tiếp',
  'vehicle.speed': 'Tốc độ',
  'vehicle.distance': 'Đã đi',
  'vehicle.stopsAhead': 'Các trạm sắp tới',
  'vehicle.noStops': 'Chưa có dự báo cho chuyến này.',
  'vehicle.agency': 'Đơn vị',

  'stop.id': 'Mã trạm',
  'stop.arrivals': 'Xe sắp tới',
  'stop.noArrivals': 'Chưa có xe nào được dự báo tới trạm này.',

  'prediction.route': 'Tuyến',
  'prediction.stop': 'Trạm dừng',
  'prediction.in': 'Còn',
  'prediction.predicted': 'Dự báo',
  'prediction.scheduled': 'Theo lịch',
  'prediction.age': 'Cập nhật',
  'prediction.due': 'sắp tới',
  'prediction.minutes': '{n} phút',
  'prediction.timeZone': 'Giờ {zone}',

  'lot.free': 'chỗ trống',
  'lot.capacity': 'Sức chứa',
  'lot.occupied': 'Đang đỗ',
  'lot.reserved': 'Đã đặt trước',
  'lot.state': 'Trạng thái',
  'lot.open': 'đang mở',
  'lot.closed': 'đóng cửa',
  'lot.unknown': 'Chưa có quan trắc nào: số chỗ trống không rõ.',

  'map.label': 'Bản đồ mạng lưới: tuyến, trạm dừng, xe và bãi đỗ. Dùng phím mũi tên để di chuyển.',
  'map.zoomIn': 'Phóng to',
  'map.zoomOut': 'Thu nhỏ',
  'map.fit': 'Xem toàn mạng lưới',
  'map.empty': 'Chưa có mạng lưới tuyến nào được nhập.',
  'map.networkFailed': 'Không đọc được mạng lưới tuyến; sẽ thử lại.',
  'map.unavailable': 'Trình duyệt này không vẽ được bản đồ (WebGL). Danh sách vẫn hoạt động.',

  'legend.title': 'Chú giải',
  'legend.punctuality': 'So với lịch:',
  'legend.age': 'Dữ liệu:',
  'legend.lot': 'bãi đỗ xe: số chỗ trống',
} as const;

export type TextKey = keyof typeof vi;
export type Texts = Readonly<Record<TextKey, string>>;

/**
 * E-UTRA operating bands as ranges of channel numbers (EARFCN), from 3GPP TS 36.101, table 5.7.3-1.
 * Bands that only have a downlink (29, 32, 67, 69, 75, 76, 252, 255) are left out: no cell can stand on one of them alone.
 */
export interface Band {
  readonly band: number;
  readonly mode: 'FDD' | 'TDD';
  /** First and last downlink EARFCN. */
  readonly downlink: readonly [number, number];
  /** First and last uplink EARFCN; in TDD the same as the downlink. */
  readonly uplink: readonly [number, number];
}

type Fdd = readonly [band: number, downlinkFirst: number, downlinkLast: number, uplinkFirst: number, uplinkLast: number];
type Tdd = readonly [band: number, first: number, last: number];

const fdd: readonly Fdd[] = [
  [1, 0, 599, 18000, 18599],
  [2, 600, 1199, 18600, 19199],
  [3, 1200, 1949, 19200, 19949],
  [4, 1950, 2399, 19950, 20399],
  [5, 2400, 2649, 20400, 20649],
  [6, 2650, 2749, 20650, 20749],
  [7, 2750, 3449, 20750, 21449],
  [8, 3450, 3799, 21450, 21799],
  [9, 3800, 4149, 21800, 22149],
  [10, 4150, 4749, 22150, 22749],
  [11, 4750, 4949, 22750, 22949],
  [12, 5010, 5179, 23010, 23179],
  [13, 5180, 5279, 23180, 23279],
  [14, 5280, 5379, 23280, 23379],
  [17, 5730, 5849, 23730, 23849],
  [18, 5850, 5999, 23850, 23999],
  [19, 6000, 6149, 24000, 24149],
  [20, 6150, 6449, 24150, 24449],
  [21, 6450, 6599, 24450, 24599],
  [22, 6600, 7399, 24600, 25399],
  [23, 7500, 7699, 25500, 25699],
  [24, 7700, 8039, 25700, 26039],
  [25, 8040, 8689, 26040, 26689],
  [26, 8690, 9039, 26690, 27039],
  [27, 9040, 9209, 27040, 27209],
  [28, 9210, 9659, 27210, 27659],
  [30, 9770, 9869, 27660, 27759],
  [31, 9870, 9919, 27760, 27809],
  [65, 65536, 66435, 131072, 131971],
  [66, 66436, 67335, 131972, 132671],
  [68, 67536, 67835, 132672, 132971],
  [70, 68336, 68585, 132972, 133121],
  [71, 68586, 68935, 133122, 133471],
  [72, 68936, 68985, 133472, 133521],
  [73, 68986, 69035, 133522, 133571],
  [74, 69036, 69465, 133572, 134001],
  [85, 70366, 70545, 134002, 134181],
  [87, 70546, 70595, 134182, 134231],
  [88, 70596, 70645, 134232, 134281],
];

const tdd: readonly Tdd[] = [
  [33, 36000, 36199],
  [34, 36200, 36349],
  [35, 36350, 36949],
  [36, 36950, 37549],
  [37, 37550, 37749],
  [38, 37750, 38249],
  [39, 38250, 38649],
  [40, 38650, 39649],
  [41, 39650, 41589],
  [42, 41590, 43589],
  [43, 43590, 45589],
  [44, 45590, 46589],
  [45, 46590, 46789],
  [46, 46790, 54539],
  [47, 54540, 55239],
  [48, 55240, 56739],
  [49, 56740, 58239],
  [50, 58240, 59089],
  [51, 59090, 59139],
  [52, 59140, 60139],
  [53, 60140, 60254],
  [54, 60255, 60304],
];

export const bands: readonly Band[] = [
  ...fdd.map(([band, first, last, ulFirst, ulLast]): Band => ({ band, mode: 'FDD', downlink: [first, last], uplink: [ulFirst, ulLast] })),
  ...tdd.map(([band, first, last]): Band => ({ band, mode: 'TDD', downlink: [first, last], uplink: [first, last] })),
];

export const inRange = (earfcn: number, [first, last]: readonly [number, number]): boolean => earfcn >= first && earfcn <= last;

/** The band that a downlink EARFCN lies in, or undefined when it lies in none. */
export const bandOfDownlink = (earfcn: number): Band | undefined => bands.find((band) => inRange(earfcn, band.downlink));

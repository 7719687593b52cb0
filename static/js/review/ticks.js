// Where the axis of time has its ticks, and what they say. They are made here and not by Plotly, whose only axis that
// writes 03:07 is one of dates in the browser's time zone; and not by the server, which is asked after a zoom.
import { clockTenths, clockText } from "./clock.js";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const STEPS_MS = [
  ...[100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND],
  ...[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR],
];
const ROOM_PX = 90; // for one tick, with the space beside its text

/** Ticks from `start` to `end`, in milliseconds, of an axis that is `widthPx` wide: as Plotly's layout has them. */
export function ticks(start, end, widthPx) {
  const most = Math.max(1, Math.floor(widthPx / ROOM_PX));
  const step = STEPS_MS.find((ms) => (end - start) / ms <= most) ?? Math.ceil((end - start) / most / HOUR) * HOUR;
  const tickvals = [];
  for (let ms = Math.ceil(start / step) * step; ms <= end; ms += step) tickvals.push(ms);
  return { tickmode: "array", tickvals, ticktext: tickvals.map(step < SECOND ? clockTenths : clockText) };
}

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** How far the times below a chart may be apart: none is told twice. */
const STEPS = [60, 300, 900, HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S, 2 * DAY_S, 4 * DAY_S, 7 * DAY_S];
const HEIGHT = 160;
/** Room for what stands at an axis: beside it, below it, and from one time to the next. */
const BESIDE = 58;
const BELOW = 26;
const APART = 76;

/** A line of a chart; it takes the colour of `swatch`, as that is shown in the page. */
export interface Line {
  label: string;
  values: readonly (number | null)[];
  /** A value in words. */
  told: (value: number) => string;
  swatch: Element;
  /** Which side its axis stands on; one that has none shares the left one. */
  axis?: 'left' | 'right';
  isDashed?: boolean;
}

export interface Plot {
  resize: (width: number) => void;
  remove: () => void;
}

/** Draws lines over time into an element. `onLook` hears what is under the pointer, in words; null where it is elsewhere. */
export function plot(
  place: HTMLElement,
  { times, lines, locale }: { times: readonly number[]; lines: readonly Line[]; locale: string },
  onLook: (text: string | null) => void,
): Plot {
  const faint = getComputedStyle(place).color;
  const grid = { stroke: getComputedStyle(place).borderTopColor, width: 1 };
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * DAY_S;
  const near = new Intl.DateTimeFormat(locale, isLong ? { day: 'numeric', month: 'short' } : { timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const axisOf = ({ axis, told }: Line): uPlot.Axis => ({
    scale: axis ?? 'left',
    side: axis === 'right' ? 1 : 3,
    size: BESIDE,
    stroke: faint,
    grid: axis === 'right' ? { show: false } : grid,
    ticks: { show: false },
    values: (_plot, values) => values.map(told),
  });
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { left: { range: fromZero }, right: { range: fromZero } },
      series: [
        {},
        ...lines.map(({ axis = 'left', swatch, isDashed = false }) => ({
          scale: axis,
          stroke: getComputedStyle(swatch).color,
          width: 1.5,
          points: { show: false },
          ...(isDashed ? { dash: [4, 4] } : {}),
        })),
      ],
      axes: [
        {
          stroke: faint,
          grid,
          ticks: { show: false },
          size: BELOW,
          space: APART,
          incrs: STEPS,
          values: (_plot, seconds) => seconds.map((time) => near.format(time * 1000)),
        },
        ...lines.filter(({ axis }) => axis !== undefined).map(axisOf),
      ],
      hooks: { setCursor: [({ cursor }) => onLook(lookedAt(cursor.idx ?? null))] },
    },
    [[...times], ...lines.map(({ values }) => [...values])],
    place,
  );

  function lookedAt(index: number | null): string | null {
    const time = index === null ? undefined : times[index];
    if (index === null || time === undefined) return null;
    const values = lines.map(({ label, values, told }) => `${label} ${toldOf(values[index], told)}`);
    return [exact.format(time * 1000), ...values].join(' · ');
  }

  return { resize: (width) => chart.setSize({ width, height: HEIGHT }), remove: () => chart.destroy() };
}

function toldOf(value: number | null | undefined, told: (value: number) => string): string {
  return value === null || value === undefined ? '–' : told(value);
}

/** From zero, so that what looks twice as high is twice as much. */
function fromZero(_plot: uPlot, _least: number, most: number): [number, number] {
  return [0, most > 0 ? most * 1.1 : 1];
}

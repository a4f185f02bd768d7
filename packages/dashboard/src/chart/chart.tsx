import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../model/theme.ts';
import { Problem } from '../ui/problem.tsx';
import { words } from '../words/index.ts';
import type { Line, Plot } from './plot.ts';

/** A line, with the words that stand for it to those who cannot see it. */
export interface ChartLine extends Omit<Line, 'swatch'> {
  summary: string;
}

interface ChartProps {
  label: string;
  /** Seconds. */
  times: readonly number[];
  lines: readonly ChartLine[];
}

/** Whether the system is dark: colours are read when a chart is drawn. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = signal(dark.matches);
dark.addEventListener('change', () => {
  isDark.value = dark.matches;
});

/** Lines over time. The code that draws them is loaded with the first one; their words are there without it. */
export function Chart({ label, times, lines }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const [looked, setLooked] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const look = `${theme.value} ${isDark.value} ${words.value.locale}`;
  useEffect(() => {
    const [canvas, list] = [place.current, legend.current];
    if (canvas === null || list === null) return;
    let drawn: Plot | null = null;
    let isGone = false;
    const watch = new ResizeObserver(() => drawn?.resize(canvas.clientWidth));
    const draw = ({ plot }: typeof import('./plot.ts')): void => {
      if (isGone) return;
      const swatches = [...list.children];
      const shown = lines.flatMap((line, at) =>
        swatches[at] === undefined ? [] : [{ ...line, swatch: swatches[at] }],
      );
      drawn = plot(canvas, { times, lines: shown, locale: words.value.locale }, setLooked);
      watch.observe(canvas);
    };
    import('./plot.ts').then(draw).catch(setError);
    return () => {
      isGone = true;
      watch.disconnect();
      drawn?.remove();
    };
  }, [times, look]);
  if (error !== null) return <Problem error={error} />;
  return (
    <figure class="chart">
      <ul class="chart-legend" ref={legend}>
        {lines.map(({ label: name, summary }) => (
          <li key={name}>
            <span class="number">
              {name} {summary}
            </span>
          </li>
        ))}
      </ul>
      <div class="canvas" role="img" aria-label={label} ref={place} />
      <figcaption class="faint small" aria-hidden="true">
        {looked}
      </figcaption>
    </figure>
  );
}

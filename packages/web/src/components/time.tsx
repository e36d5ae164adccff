import { type ReactNode, useEffect, useState } from 'react';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time by this machine, again and again while `ticking`. */
export function useNow(everyMs: number, ticking = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, ticking]);
  return now;
}

/** `340 ms`, `12.3 s`, `4 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function durationText(ms: number): string {
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${two((ms % MINUTE) / SECOND)} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${two((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

/** How long ago, or until when, roughly: `just now`, `5 min ago`, `in 9 min`. */
export function agoText(time: number, now: number): string {
  const away = Math.abs(now - time);
  if (away < 10 * SECOND) return time > now ? 'in a moment' : 'just now';
  const text =
    away < MINUTE
      ? `${Math.floor(away / SECOND)} s`
      : away < HOUR
        ? `${Math.floor(away / MINUTE)} min`
        : away < DAY
          ? `${Math.floor(away / HOUR)} h`
          : `${Math.floor(away / DAY)} d`;
  return time > now ? `in ${text}` : `${text} ago`;
}

/** A moment, said as how long ago it was; the exact time when pointed at. */
export function Ago({ time }: { readonly time: string }): ReactNode {
  const now = useNow(15 * SECOND);
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()} className="whitespace-nowrap">
      {agoText(Date.parse(time), now)}
    </time>
  );
}

export function Moment({ time }: { readonly time: string }): ReactNode {
  return <time dateTime={time}>{new Date(time).toLocaleString()}</time>;
}

import { en } from "@/i18n/en";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const shortDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
const daysBetween = (from: number, to: number): number => Math.round((startOfDay(to) - startOfDay(from)) / DAY);

/** Age in a list: "now", "4 min", "2 h", "3 d", "17 Nov". */
export function age(at: string, now: number): string {
  const gone = now - Date.parse(at);
  if (gone < 45_000) return en.time.now;
  if (gone < HOUR) return `${String(Math.max(1, Math.round(gone / MINUTE)))} min`;
  if (gone < DAY) return `${String(Math.floor(gone / HOUR))} h`;
  if (gone < 14 * DAY) return `${String(Math.floor(gone / DAY))} d`;
  return dateOf(at, now);
}

function dateOf(at: string, now: number): string {
  const time = new Date(at);
  return time.getFullYear() === new Date(now).getFullYear() ? shortDate.format(time) : longDate.format(time);
}

/** Age in prose: hours today, then "yesterday", a weekday, a date. */
export function dayAge(at: string, now: number): string {
  const days = daysBetween(Date.parse(at), now);
  if (days <= 0 || now - Date.parse(at) < 12 * HOUR) return age(at, now);
  if (days === 1) return en.time.yesterday;
  return days < 7 ? weekday.format(new Date(at)) : dateOf(at, now);
}

/** A moment as one says it: "14:06", "yesterday 17:20", "Thu 14:06", "17 Nov 14:06". */
export function moment(at: string, now: number): string {
  const time = new Date(at);
  const days = daysBetween(now, time.getTime());
  const hour = clock.format(time);
  if (days === 0) return hour;
  if (days === -1) return `${en.time.yesterday} ${hour}`;
  return Math.abs(days) < 7 ? `${weekday.format(time)} ${hour}` : `${dateOf(at, now)} ${hour}`;
}

/** "14:02:10", for the track. */
export const seconds = (at: string): string => clockSeconds.format(new Date(at));

/** "14:02", for things that happened today. */
export const minutes = (at: number): string => clock.format(new Date(at));

/** Everything there is to say about a moment, with the zone; for titles. */
export const absolute = (at: string): string => whole.format(new Date(at));

/** "0.4 s", "38 s", "4 min 10 s", "3 h 2 min", "2 d 4 h". */
export function duration(length: number): string {
  if (length < 9.95) return `${length < 0.05 ? "0.0" : length.toFixed(1).replace(/\.0$/, length < 1 ? ".0" : "")} s`;
  const total = Math.round(length);
  const parts: readonly (readonly [number, string])[] = [[Math.floor(total / 86_400), "d"], [Math.floor(total / 3600) % 24, "h"], [Math.floor(total / 60) % 60, "min"], [total % 60, "s"]];
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${String(count)} ${unit}`).join(" ");
}

/** "in 3 h", "2 h ago"; under two minutes to the second. */
export function distance(at: string, now: number): string {
  const left = (Date.parse(at) - now) / 1000;
  const size = Math.abs(left);
  const words = duration(size < 120 ? Math.round(size) : Math.round(size / 60) * 60);
  return left >= 0 ? en.time.ahead(words) : en.time.ago(words);
}

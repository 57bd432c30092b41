/**
 * ISO 8601 instants, as messages carry them: a calendar date, and a time of day with seconds, fraction and zone each
 * optional. Without a zone it means UTC, unlike Date.parse.
 */

// What Date.prototype.toISOString writes, on a day that every month has: nearly every message's.
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The shape of an instant; whether the day exists, {@link parseTimestamp} tells. */
export const TIMESTAMP_PATTERN =
  /^(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,18}))?)?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

/** The instant in epoch milliseconds; NaN if the text is no ISO 8601 instant or names a day that does not exist. */
export function parseTimestamp(text: string): number {
  // Of this form Date.parse says the same, in a third of the time.
  if (CANONICAL.test(text)) return Date.parse(text);
  const found = TIMESTAMP_PATTERN.exec(text);
  if (found === null) return Number.NaN;
  const year = Number(found[1]);
  const month = Number(found[2] ?? found[4]);
  const day = Number(found[3] ?? found[5]);
  const hour = Number(found[6] ?? 0);
  const minute = Number(found[7] ?? 0);
  const second = Number(found[8] ?? 0);
  const milliseconds = Math.floor(Number(`0.${found[9] ?? 0}`) * 1000);
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && milliseconds === 0;
  if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 60) return Number.NaN;
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month lacks lands in another month.
  if (date.getUTCMonth() !== month - 1) return Number.NaN;
  return date.getTime() + ((hour * 60 + minute - offsetMinutes(found[10])) * 60 + second) * 1000 + milliseconds;
}

/** Whether the value is an ISO 8601 instant. */
export function isTimestamp(value: unknown): value is string {
  return typeof value === "string" && (CANONICAL.test(value) || !Number.isNaN(parseTimestamp(value)));
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2)) * (zone.length > 3 ? 1 : 0);
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

let lastMs = Number.NaN;
let lastText = "";

/** Writes epoch milliseconds as ISO 8601, UTC, with milliseconds. */
export function formatTimestamp(ms: number): string {
  // Many messages are made within one millisecond, and formatting costs as much as the rest of making one.
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}

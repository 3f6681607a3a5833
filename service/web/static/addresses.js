// Addresses of the pages, and what the address of the page where one asks says; see service/web/addresses.py.

export const MAX_QUESTIONS = 10;
export const MAX_TOP_K = 50;

const PERIOD = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;

/** The reader's address with a range of the source marked. */
export function readerLink(documentId, { start_char: start, end_char: end }, page) {
  const fragment = page === null ? "quote" : `page=${encodeURIComponent(page)}`;
  return `/read/${encodeURIComponent(documentId)}?from=${start}&to=${end}#${fragment}`;
}

export function citeLink({ document_id: id, start_char: start, end_char: end }) {
  return `/cite/${encodeURIComponent(id)}?from=${start}&to=${end}`;
}

/** The first day of a year, a month or a day as an ISO day; null for nothing. Throws on what is no date. */
export function firstDay(period) {
  if (!period) return null;
  const [year, month = "01", day = "01"] = parts(period);
  return `${year}-${month}-${day}`;
}

/** The last day of a year, a month or a day. */
export function lastDay(period) {
  if (!period) return null;
  const [year, month = "12", day] = parts(period);
  return `${year}-${month}-${day ?? String(daysIn(year, month)).padStart(2, "0")}`;
}

function parts(period) {
  const [, year, month, day] = PERIOD.exec(period) ?? [];
  const isMonth = month === undefined || (month >= 1 && month <= 12);
  if (Number(year) && isMonth && (day === undefined || (day >= 1 && day <= daysIn(year, month)))) {
    return [year, month, day];
  }
  throw new Error(`“${period}” is no date: write a year, 1939, or a day, 1939-08-23.`);
}

function daysIn(year, month) {
  const last = new Date(Date.UTC(2000, Number(month), 0));
  last.setUTCFullYear(Number(year), Number(month), 0);
  return last.getUTCDate();
}

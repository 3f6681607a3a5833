// Dates and pages in words, as service/wording/phrases.py has them.

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];

/** "1940-11-14" as "14 November 1940", "1920-12" as "December 1920"; empty for null. */
export function dateWords(isoDate) {
  if (!isoDate) return "";
  const [year, month, day] = isoDate.split("-").map(Number);
  return [day, month && MONTHS[month - 1], year].filter(Boolean).join(" ");
}

/** "p. 404", "pp. 404–405", "about p. 405 ± 1", "p. 12 of the file", or that no page is known. */
export function pageWords({ page, page_end: pageEnd, page_method: method, page_margin: margin }) {
  if (page === null) return pageEnd === null ? "no page known" : `up to p. ${pageEnd}`;
  const pages = pageEnd !== null && pageEnd !== page ? `pp. ${page}–${pageEnd}` : `p. ${page}`;
  if (method !== "estimated") return pages;
  return margin ? `about ${pages} ± ${margin}` : `${pages} of the file`;
}

/** How a page is known; empty where there is none. */
export function methodWords({ page_method: method, page_margin: margin }) {
  if (method === "estimated" && margin) return `estimated, may be ${counted(margin, "page")} off`;
  return {
    printed: "as numbered in the file",
    contents: "from the table of contents",
    estimated: "counted in the file, which shows no page numbers",
  }[method] ?? "";
}

/** A number with its noun: counted(1, "passage"), counted(1503, "passage"). */
export function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

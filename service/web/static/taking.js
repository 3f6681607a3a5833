// What is taken along: kept in this browser, for each collection by itself; buttons that take, and their number.

import { root } from "./asking.js";

const KEY = `dossier taken ${root}`;
/** As service/wording/taken.py has it. */
const MOST = 200;

/** What is taken: `{ item, note, words }` each, in the reader's order; `words` as they were seen last. */
export function readTaken() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.item === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps the list; returns whether the browser did. */
export function keepTaken(entries) {
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    return false;
  }
  showTaken();
  return true;
}

/** Adds what is not there yet; returns what is amiss, "" for nothing. */
export function take(added) {
  const entries = readTaken();
  const known = new Set(entries.map((one) => one.item));
  const all = [...entries, ...added.filter((one) => !known.has(one.item))];
  if (all.length > MOST) return `No more than ${MOST} can be taken along.`;
  return keepTaken(all) ? "" : "The browser keeps nothing for this site.";
}

/** Shows how many there are, and which buttons have taken theirs. */
export function showTaken(place = document) {
  const items = new Set(readTaken().map((one) => one.item));
  const count = document.getElementById("taken-count");
  count.hidden = !items.size;
  count.textContent = ` (${items.size})`;
  for (const button of place.querySelectorAll("[data-take]")) {
    button.setAttribute("aria-pressed", itemsOf(button).every((item) => items.has(item)));
  }
}

function itemsOf(button) {
  return button.dataset.take.split("~");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (!button) return;
  const items = itemsOf(button);
  if (button.getAttribute("aria-pressed") === "true") {
    keepTaken(readTaken().filter((one) => one.note || !items.includes(one.item))); // a note is not lost by a slip
  } else {
    const problem = take(items.map((item) => ({ item, note: "", words: "" })));
    if (problem) button.textContent = problem;
  }
});
window.addEventListener("storage", ({ key }) => key === KEY && showTaken());
window.addEventListener("pageshow", ({ persisted }) => persisted && showTaken());
showTaken();

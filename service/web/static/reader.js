// The reader: goes to the quote, finds a page in another part of a long document, opens citations, shows pages as
// they look; and its bar: the page one is on, the way back to the answer, quotes to copy and to link to.

import { ProblemError, root, send } from "./asking.js";
import { openCitations } from "./citing.js";

const quote = document.getElementById("quote");
const text = document.getElementById("document");

function goToQuote() {
  const isLong = quote.getBoundingClientRect().height > innerHeight / 2;
  quote.scrollIntoView({ block: isLong ? "start" : "center", behavior: "instant" });
  quote.focus({ preventScroll: true });
}

/** A page named in the address but not on show stands in another part: go there. */
function goToPart() {
  const wanted = decodeURIComponent(location.hash).replace(/^#page=/, "");
  if (!location.hash.startsWith("#page=") || document.getElementById(`page=${wanted}`)) return;
  const parts = JSON.parse(text.dataset.pageParts);
  const [, part] = parts.find(([label]) => label === wanted) ?? [];
  if (part && part !== Number(text.dataset.part)) location.replace(`?part=${part}${location.hash}`);
}

// The browser goes to the page that the address names; once it has, the quote is the better place.
if (!quote || location.hash.startsWith("#found-")) goToPart();
else if (document.readyState === "complete") goToQuote();
else window.addEventListener("load", () => requestAnimationFrame(goToQuote));
window.addEventListener("hashchange", goToPart);

/** Shows another page as it looks, without leaving the place in the text. */
async function showSheet(link) {
  const html = await (await send(link.href)).text();
  const shown = new DOMParser().parseFromString(html, "text/html").getElementById("facsimile");
  const facsimile = document.getElementById("facsimile");
  facsimile.replaceChildren(...shown.children);
  facsimile.focus({ preventScroll: true });
  facsimile.scrollTop = 0;
}

/** Puts the server's own line in the place of a picture that does not come. */
async function sayWhy(picture) {
  const line = document.createElement("p");
  line.className = "problem-line";
  try {
    await send(picture.src);
    throw new ProblemError("The picture cannot be shown.");
  } catch (error) {
    line.textContent = error.message;
  }
  picture.closest(".sheet-picture")?.replaceWith(line);
}

const pictures = document.querySelectorAll(".sheet img");
[...pictures].filter((one) => one.complete && !one.naturalWidth).forEach(sayWhy); // before this script had loaded
document.addEventListener("error", ({ target }) => target.matches?.(".sheet img") && sayWhy(target), true);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a.to-quote, a.to-sheet");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.matches(".to-sheet")) showSheet(link).catch(() => location.assign(link.href));
  else if (link.matches(".cite")) openCitations(link.href);
  else goToQuote();
});

const bar = document.querySelector(".reading-bar");
const barStatus = document.getElementById("bar-status");
const pageField = document.getElementById("go-to");
const breaks = [...document.querySelectorAll(".page-break[id]")];

/** Offers the answer that one came from, also after one has found words or gone to a page here. */
function offerWayBack() {
  const from = document.referrer && new URL(document.referrer);
  if (from?.origin !== location.origin) return;
  const isNext = from.pathname === `${root}/` && from.searchParams.has("q");
  if (isNext) sessionStorage.setItem(location.pathname, from.href);
  else if (from.pathname !== location.pathname) return;
  const answer = sessionStorage.getItem(location.pathname);
  if (!answer) return;
  const link = bar.querySelector(".back");
  Object.assign(link, { href: answer, hidden: false });
  link.addEventListener("click", (event) => {
    if (!isNext || event.ctrlKey || event.metaKey || event.shiftKey || history.length < 2) return;
    event.preventDefault();
    history.back(); // to where one was on that page
  });
}

/** Says in the field of pages which one is read: the last that has begun above the middle of the window. */
function tellPage() {
  const here = breaks.findLast((one) => one.getBoundingClientRect().top < innerHeight / 2) ?? breaks[0];
  if (here) pageField.placeholder = here.id.replace(/^page=/, "");
}

/** The characters of the part before a place in a paragraph; before its end, where that comes first. */
function charsBefore(paragraph, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  if (range.comparePoint(node, offset) <= 0) range.setEnd(node, offset);
  const before = range.cloneContents();
  for (const one of before.querySelectorAll(".page-break")) one.remove();
  return Number(paragraph.dataset.at) + [...before.textContent].length;
}

function offerSelection() {
  const selection = getSelection();
  const link = bar.querySelector(".select-quote");
  link.hidden = true;
  if (selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const paragraphs = [...text.querySelectorAll(".text p[data-at]")].filter((one) => range.intersectsNode(one));
  if (!paragraphs.length) return;
  const start = charsBefore(paragraphs[0], range.startContainer, range.startOffset);
  const end = charsBefore(paragraphs.at(-1), range.endContainer, range.endOffset);
  if (start >= end) return;
  Object.assign(link, { href: `?part=${text.dataset.part}&select=${start}-${end}`, hidden: false });
}

/** Copies the marked words with where they stand. */
async function copyQuote() {
  const words = new Map();
  for (const one of text.querySelectorAll("mark")) {
    const paragraph = one.closest("p, h1");
    words.set(paragraph, (words.get(paragraph) ?? "") + one.textContent);
  }
  try {
    const address = new URL(document.querySelector("a.cite").href);
    address.searchParams.set("format", "plain");
    const citation = (await (await send(address)).text()).trim();
    await navigator.clipboard.writeText(`“${[...words.values()].join("\n\n")}”\n\n${citation}\n${location.href}\n`);
    barStatus.textContent = "Copied, with where it stands.";
  } catch (error) {
    barStatus.textContent = error instanceof ProblemError ? error.message : "The browser did not allow copying.";
  }
}

offerWayBack();
if (pageField) {
  tellPage();
  window.addEventListener("scroll", () => requestAnimationFrame(tellPage), { passive: true });
}
document.addEventListener("selectionchange", offerSelection);
document.getElementById("copy-quote")?.addEventListener("click", copyQuote);

// The reader: goes to the quote, finds a page in another part of a long document, opens citations, shows pages as
// they look.

import { ProblemError, send } from "./asking.js";
import { openCitations } from "./citing.js";

const quote = document.getElementById("quote");
const text = document.getElementById("document");

function goToQuote() {
  quote.scrollIntoView({ block: "center", behavior: "instant" });
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
if (!quote) goToPart();
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

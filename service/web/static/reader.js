// The reader: goes to the quote, finds a page in another part of a long document, opens citations.

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
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a.to-quote");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  if (link.matches(".cite")) openCitations(link.href);
  else goToQuote();
});

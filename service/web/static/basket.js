// The page of what is taken along: the browser's own list, or one that came as a link.

import { root, send } from "./asking.js";
import { keepTaken, readTaken, take } from "./taking.js";

const place = document.getElementById("basket");
const status = document.getElementById("status");
const isShared = place.dataset.isShared === "true";
/** Of the words of an entry so much is kept, to look for where its paper has changed. */
const KEPT_CHARS = 300;

function addressOf(entries) {
  return `${root}/basket?items=${entries.map((one) => one.item).join("~")}`;
}

/** Shows the browser's list as the server finds it in the documents. */
async function showOwn() {
  const entries = readTaken();
  if (entries.length) status.textContent = "Held to the documents…";
  try {
    const html = await (await send(addressOf(entries))).text();
    const shown = new DOMParser().parseFromString(html, "text/html").getElementById("basket");
    place.replaceChildren(...shown.childNodes);
    status.textContent = "";
  } catch (error) {
    status.textContent = error.message;
    return;
  }
  for (const element of place.querySelectorAll("[data-own]")) element.hidden = false;
  const kept = new Map(entries.map((one) => [one.item, one]));
  for (const line of place.querySelectorAll("li[data-item]")) fill(line, kept.get(line.dataset.item));
  keepShown();
}

function fill(line, entry) {
  line.querySelector("textarea").value = entry?.note ?? "";
  const gone = line.querySelector("[data-kept]");
  if (!gone || !entry?.words) return;
  const search = document.createElement("a");
  search.href = `${root}/?${new URLSearchParams({ q: `"${entry.words.replaceAll('"', " ")}"`, mode: "search" })}`;
  search.textContent = "Look for them";
  gone.append(`It was: “${entry.words}” `, search);
}

/** Keeps the list as the page shows it. */
function keepShown() {
  const before = new Map(readTaken().map((one) => [one.item, one]));
  const lines = [...place.querySelectorAll("li[data-item]")];
  const entries = lines.map((line) => ({
    item: line.dataset.item,
    note: line.querySelector("textarea").value,
    words: line.querySelector(".words")?.textContent.slice(0, KEPT_CHARS) ?? before.get(line.dataset.item)?.words ?? "",
  }));
  if (!keepTaken(entries)) status.textContent = "The browser keeps nothing for this site.";
  if (!entries.length) return;
  place.querySelector("[name=items]").value = entries.map((one) => one.item).join("~");
  document.getElementById("share").href = addressOf(entries);
}

function move(button) {
  const line = button.closest("li");
  const other = button.dataset.move === "1" ? line.nextElementSibling : line.previousElementSibling;
  if (!other) return;
  if (button.dataset.move === "1") other.after(line);
  else other.before(line);
  keepShown();
  button.focus();
  status.textContent = `It is number ${[...line.parentElement.children].indexOf(line) + 1} now.`;
}

async function act(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.move) move(button);
  else if (button.matches("[data-remove]")) {
    button.closest("li").remove();
    keepShown();
    await showOwn();
    document.getElementById("main").focus();
  } else if (button.id === "empty" && window.confirm("Remove all, with the notes?")) {
    keepTaken([]);
    await showOwn();
  } else if (button.id === "copy-link") {
    const copied = navigator.clipboard?.writeText(document.getElementById("share").href);
    await copied?.then(() => { status.textContent = "Copied."; }, () => { status.textContent = "The browser did not allow copying."; });
  } else if (button.id === "keep") {
    const lines = [...place.querySelectorAll("li[data-item]")];
    const problem = take(lines.map((line) => ({ item: line.dataset.item, note: line.querySelector("textarea").value, words: "" })));
    status.textContent = problem || "They are in your own list now.";
  }
}

place.addEventListener("click", act);
if (isShared) {
  document.getElementById("keep")?.removeAttribute("hidden");
} else {
  place.addEventListener("input", keepShown);
  showOwn();
}

// Citations in a dialog, or on their own page, with buttons that copy them.

import { send } from "./asking.js";

const place = document.getElementById("citing");
const status = place?.querySelector("[data-status]");
const DOWNLOADED = ["bibtex", "csl", "ris"];

/** Opens the dialog with the citations of an address such as /cite/ID?from=1&to=2. */
export async function openCitations(address) {
  for (const form of place.querySelectorAll("[data-form]")) form.textContent = "…";
  status.textContent = "";
  place.classList.remove("has-problem");
  place.showModal();
  try {
    const response = await send(withFormat(address, "all"));
    const citations = await response.json();
    for (const form of place.querySelectorAll("[data-form]")) {
      form.textContent = citations[form.dataset.form].trim();
    }
    offerDownloads(address);
  } catch (error) {
    status.textContent = error.message;
    place.classList.add("has-problem");
  }
}

function offerDownloads(address) {
  for (const link of place.querySelectorAll("[data-download]")) {
    link.hidden = !DOWNLOADED.includes(link.dataset.download);
    link.href = withFormat(address, link.dataset.download);
  }
}

function withFormat(address, format) {
  const url = new URL(address, location.href);
  url.searchParams.set("format", format);
  return url.href;
}

async function copy(form) {
  const { textContent } = place.querySelector(`[data-form=${form}]`);
  try {
    await navigator.clipboard.writeText(textContent);
    status.textContent = "Copied.";
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(place.querySelector(`[data-form=${form}]`));
    status.textContent = "The browser did not allow copying: the citation is selected, copy it with Ctrl-C.";
  }
}

place?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.dataset.copy);
});
if (place?.dataset.here) offerDownloads(place.dataset.here);

// The library: uploads and what goes on of them, what sources are called, deletions after a question, and back.

import { UNREACHABLE, problemLine, root, send } from "./asking.js";

const POLLED_EVERY_MS = 400;
/** What the browser keeps of a deleted source, to bring it back: more would fill its memory. Chosen by hand. */
const KEPT_BYTES = 100_000_000;
const DESCRIBED = ["title", "authors", "publisher", "place", "year", "rights"];
const uploads = document.getElementById("uploads");
const status = document.getElementById("status");
const dialog = document.getElementById("deleting");
const describing = document.getElementById("describing");
const undo = document.getElementById("undo");
let queue = Promise.resolve();

function start() {
  const drop = document.getElementById("drop");
  if (!drop) return; // who may only ask
  queue = followUnfinished();
  for (const input of drop.querySelectorAll("input")) {
    const addChosen = () => {
      for (const file of input.files) enqueue(file, file.webkitRelativePath);
      input.value = "";
    };
    input.addEventListener("change", addChosen);
    addChosen(); // what was chosen before this script had loaded
  }
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", name === "dragover");
      if (name === "drop") [...event.dataTransfer.items].forEach(addDropped);
    });
  }
  document.getElementById("contents").addEventListener("click", (event) => {
    const button = event.target.closest("[data-delete], [data-describe]");
    if (button?.dataset.delete) askToDelete(button);
    else if (button) describe(button.dataset.describe);
  });
  describing.querySelector("[data-cancel]").addEventListener("click", () => describing.close());
}

/** Adds what was dropped; what it is can be asked only as long as the event lasts. */
function addDropped(item) {
  const entry = item.webkitGetAsEntry();
  if (entry?.isDirectory) addFolder(entry);
  else if (item.kind === "file") enqueue(item.getAsFile());
}

/** Adds the files of a dropped folder and of the folders in it. */
async function addFolder(folder) {
  const reader = folder.createReader();
  let some;
  do {
    // as many at a time as the browser likes, none at the end
    some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    for (const entry of some) {
      if (entry.isDirectory) addFolder(entry);
      else entry.file((file) => enqueue(file, entry.fullPath), ({ message }) => newRow(entry.name).end(message, true));
    }
  } while (some.length);
}

/** Uploads files one after the other: a hundred of them do not share one line. Hidden ones in folders are left out. */
function enqueue(file, pathInFolder) {
  if (/\/\./.test(pathInFolder)) return;
  const name = (pathInFolder || file.name).replace(/^\//, "");
  const row = newRow(name);
  queue = queue.then(() => add(file, name, row));
}

/** Shows what still goes on of earlier uploads, which outlive this page and the server. */
async function followUnfinished() {
  const response = await fetch(`${root}/v1/jobs?limit=1000`).catch(() => null);
  const { jobs } = response?.ok ? await response.json() : { jobs: [] };
  for (const job of jobs.reverse()) if (!job.finished_at) follow(job, job.source_name, newRow(job.source_name));
}

async function add(file, path, row) {
  try {
    await follow(await upload(file, path, (share) => row.show(`uploading, ${Math.floor(share * 100)} %`, share)), path, row);
  } catch (error) {
    row.end(error.message, true);
  }
}

async function follow(job, path, row) {
  try {
    row.mayCancel(job.url);
    const done = await finished(job, row);
    if (done.status === "cancelled") return row.end("cancelled");
    const name = path.endsWith(done.source_name) ? "added" : `added as ${done.source_name}`;
    row.end(`${name}: ${counted(done.change.documents, "document")}, ${counted(done.change.passages, "passage")}`);
    await refresh();
  } catch (error) {
    row.end(error.message, true);
  }
}

/** Sends a file; fetch tells nothing of how far a request is, so this is the older way. */
function upload(file, path, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, path);
    request.open("POST", `${root}/v1/sources`);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("error", () => reject(new Error(UNREACHABLE)));
    request.addEventListener("load", () => {
      if (request.status === 202) resolve(request.response);
      else reject(new Error(request.response?.detail ?? `The server answered with status ${request.status}.`));
    });
    request.send(body);
  });
}

async function finished(job, row) {
  for (;;) {
    if (job.status === "failed") throw new Error(job.problem?.detail ?? "It could not be indexed.");
    if (job.finished_at) return job;
    const { passages_done: done, passages_total: total, pages_done: read, pages_total: pages } = job.progress;
    if (job.is_cancelling) row.show("being cancelled", null);
    else if (job.status === "queued") row.show("waiting", null);
    else if (total === null && pages) row.show(`${read} of ${counted(pages, "page")} read by OCR`, read / pages);
    else if (total === null) row.show("reading", null);
    else row.show(`${done.toLocaleString("en")} of ${counted(total, "passage")}`, total ? done / total : 1);
    await new Promise((resolve) => setTimeout(resolve, POLLED_EVERY_MS));
    job = await (await send(job.url)).json();
  }
}

function newRow(name) {
  const element = document.getElementById("upload-template").content.firstElementChild.cloneNode(true);
  const bar = element.querySelector("progress");
  const state = element.querySelector("[data-state]");
  const cancel = element.querySelector("[data-cancel]");
  element.querySelector("[data-name]").textContent = name;
  bar.setAttribute("aria-label", `Progress of ${name}`);
  state.textContent = "waiting";
  uploads.append(element);
  return {
    show(words, share) {
      state.textContent = words;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
    },
    mayCancel(address) {
      cancel.hidden = false;
      cancel.setAttribute("aria-label", `Cancel ${name}`);
      cancel.addEventListener("click", () => {
        cancel.hidden = true;
        fetch(address, { method: "DELETE" }).catch(() => {}); // what became of it is told as ever
      });
    },
    end(words, isProblem = false) {
      bar.remove();
      cancel.remove();
      const said = words.replace(`${name}: `, ""); // the name stands before it
      state.textContent = said;
      element.classList.add(isProblem ? "is-problem" : "is-done");
      status.textContent = `${name}: ${said}`;
    },
  };
}

/** Shows the lists as they are now, without leaving the page. */
async function refresh() {
  const html = await (await send(location.href)).text();
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("contents");
  document.getElementById("contents").replaceChildren(...fresh.children);
}

function askToDelete(button) {
  const { delete: id, name, documents } = button.dataset;
  const problem = dialog.querySelector("[data-problem]");
  dialog.querySelector("[data-name]").textContent = name;
  dialog.querySelector("[data-count]").textContent = counted(Number(documents), "document");
  problem.hidden = true;
  dialog.returnValue = "";
  dialog.showModal();
  dialog.querySelector("form").onsubmit = async (event) => {
    if (event.submitter.value !== "delete") return;
    event.preventDefault();
    const address = `${root}/v1/sources/${encodeURIComponent(id)}`;
    const kept = await keptOf(address).catch(() => null);
    const response = await fetch(address, { method: "DELETE" }).catch(() => null);
    if (response?.ok) {
      dialog.close();
      await refresh();
      status.textContent = `${name} is deleted.`;
      offerUndo(name, kept);
    } else {
      problem.textContent = response ? await problemLine(response) : UNREACHABLE;
      problem.hidden = false;
    }
  };
}

/** Returns a source and its file, as long as both are there; null where the file is not kept, or is too large. */
async function keptOf(address) {
  const source = await (await send(address)).json();
  if (!source.original_url || source.size_bytes > KEPT_BYTES) return null;
  return { source, file: await (await send(source.original_url)).blob() };
}

/** Offers to bring back what was deleted last, as long as the page is open. */
function offerUndo(name, kept) {
  const button = undo.querySelector("button");
  undo.hidden = false;
  undo.querySelector("span").textContent = `${name} is deleted.`;
  button.hidden = !kept;
  (kept ? button : document.getElementById("main")).focus();
  button.onclick = async () => {
    undo.hidden = true;
    document.getElementById("main").focus();
    for (const path of [kept.source.name, ...kept.source.copies]) {
      const row = newRow(path);
      await add(kept.file, path, row);
    }
    // where adding it failed, its row says why
    await describeAgain(kept.source).catch(({ message }) => { status.textContent = message; });
  };
}

/** Lets what was said of a source be said of it again, where its file does not say so itself. */
async function describeAgain(before) {
  const address = `${root}/v1/sources/${encodeURIComponent(before.id)}`;
  const now = await (await send(address)).json();
  const lost = DESCRIBED.filter((field) => JSON.stringify(now[field]) !== JSON.stringify(before[field]));
  if (!lost.length) return;
  await say(address, Object.fromEntries(lost.map((field) => [field, before[field]])));
  await refresh();
}

/** Lets something be said of a source, and waits until it is. */
async function say(address, description) {
  const headers = { "Content-Type": "application/json" };
  const response = await send(address, { method: "PATCH", headers, body: JSON.stringify(description) });
  await finished(await response.json(), { show: () => {} });
}

/** Shows what is known of a source as a publication, and sends what is changed. */
async function describe(id) {
  const address = `${root}/v1/sources/${encodeURIComponent(id)}`;
  const form = describing.querySelector("form");
  const problem = describing.querySelector("[data-problem]");
  const fields = [...form.elements].filter((field) => field.name);
  const known = await (await send(address)).json();
  describing.querySelector("[data-name]").textContent = known.name;
  for (const field of fields) {
    const value = known[field.name];
    field.value = Array.isArray(value) ? value.join("\n") : (value ?? "");
    field.dataset.known = field.value;
  }
  problem.hidden = true;
  describing.showModal();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const changed = fields.filter((field) => field.value.trim() !== field.dataset.known);
    try {
      if (changed.length) {
        await say(address, Object.fromEntries(changed.map((field) => [field.name, valueOf(field)])));
      }
      describing.close();
      await refresh();
      status.textContent = `${known.name} is described.`;
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
}

function valueOf(field) {
  if (field.name !== "authors") return field.value.trim();
  return field.value.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** A number with its noun: counted(1, "passage"), counted(1503, "passage"). */
function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

start();

"use strict";

const at = (id) => document.getElementById(id);
const FIELDS = ["question", "id", "kind", "answer", "note"];
let entries = [];
let problems = {};
let revision = "";
let chosen = -1;
let changed = false;

function tell(words) {
  at("state").textContent = words;
}

function touch() {
  changed = true;
  at("save").disabled = false;
  tell("Not saved yet");
}

async function ask(path, sent) {
  const options = sent && {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(sent),
  };
  const response = await fetch(path, options || {});
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

function made(tag, text, parent) {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
}

function list() {
  at("list").replaceChildren();
  entries.forEach((entry, number) => {
    const button = made("button", entry.question || "(no question yet)", made("li", "", at("list")));
    if (number === chosen) button.setAttribute("aria-current", "true");
    if (problems[number]) made("small", "to mend", button);
    button.addEventListener("click", () => choose(number));
  });
}

function choose(number) {
  chosen = number;
  const entry = entries[number];
  at("form").hidden = !entry;
  list();
  if (!entry) return;
  for (const name of FIELDS) at(name).value = entry[name] || "";
  at("answerable").checked = entry.answerable !== false;
  evidence();
  at("problems").replaceChildren();
  for (const one of problems[number] || []) made("li", one, at("problems"));
}

function evidence() {
  const pieces = entries[chosen].evidence || [];
  at("evidence").replaceChildren();
  pieces.forEach((piece, number) => {
    const item = made("li", "", at("evidence"));
    made("p", piece.quote, item);
    made("small", [piece.document, piece.date, piece.file].filter(Boolean).join(", "), item);
    const show = made("button", "Show", item);
    show.type = "button";
    show.addEventListener("click", () => shown(piece));
    const drop = made("button", "Remove", item);
    drop.type = "button";
    drop.addEventListener("click", () => {
      pieces.splice(number, 1);
      touch();
      evidence();
    });
  });
}

async function shown(piece) {
  try {
    const { places } = await ask("/gold/places", { quote: piece.quote });
    const place = places.find((one) => one.file === piece.file) || places[0];
    if (place) at("reader").src = place.link;
    else tell("These words stand in no document of the index");
  } catch (error) {
    tell(error.message);
  }
}

async function take() {
  const reader = at("reader").contentWindow;
  const words = reader.getSelection().toString().trim();
  if (!words) return tell("Mark some words in the document first");
  try {
    const { places } = await ask("/gold/places", { quote: words });
    const here = places.find((one) => one.link.split("?")[0] === reader.location.pathname) || places[0];
    if (!here) return tell("These words do not stand together in a document: mark fewer");
    const { link, ...piece } = here;
    const entry = entries[chosen];
    entry.evidence = [...(entry.evidence || []), piece];
    entry.answerable = true;
    at("answerable").checked = true;
    touch();
    evidence();
    at("reader").src = link;
  } catch (error) {
    tell(error.message);
  }
}

async function save() {
  at("save").disabled = true;
  try {
    ({ revision, problems } = await ask("/gold/entries", { revision, entries }));
    changed = false;
    const broken = Object.keys(problems).length;
    tell(broken ? `Saved; ${broken} to mend` : "Saved");
    choose(chosen);
  } catch (error) {
    at("save").disabled = false;
    tell(error.message);
  }
}

function add() {
  const ids = new Set(entries.map((entry) => entry.id));
  let number = entries.length + 1;
  while (ids.has(`q-${String(number).padStart(3, "0")}`)) number += 1;
  const id = `q-${String(number).padStart(3, "0")}`;
  entries.push({ id, question: "", kind: "factoid", answer: "", answerable: true, evidence: [] });
  touch();
  choose(entries.length - 1);
  at("question").focus();
}

function remove() {
  if (!window.confirm("Delete this question?")) return;
  entries.splice(chosen, 1);
  problems = {};
  touch();
  choose(Math.min(chosen, entries.length - 1));
}

for (const name of FIELDS) {
  at(name).addEventListener("input", () => {
    if (at(name).value || name in entries[chosen]) entries[chosen][name] = at(name).value;
    touch();
    if (name === "question") list();
  });
}
at("answerable").addEventListener("change", () => {
  entries[chosen].answerable = at("answerable").checked;
  touch();
});
at("form").addEventListener("submit", (event) => event.preventDefault());
at("take").addEventListener("click", take);
at("save").addEventListener("click", save);
at("add").addEventListener("click", add);
at("remove").addEventListener("click", remove);
window.addEventListener("beforeunload", (event) => changed && event.preventDefault());

ask("/gold/entries").then((found) => {
  ({ entries, revision, problems } = found);
  at("file").textContent = found.file;
  tell(`${entries.length} questions`);
  choose(entries.length ? 0 : -1);
}, (error) => tell(error.message));

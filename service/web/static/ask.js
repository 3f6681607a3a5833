// The page where one asks: questions are sent as they are asked, and the turns shown that the server makes.
// Without this script the same form asks by loading the page anew.

import { askTurn } from "./asking.js";
import { brush } from "./brush.js";
import { openCitations } from "./citing.js";
import { showTaken } from "./taking.js";
import { addressOf, offerName, readFilters, showFilters } from "./filters.js";

const form = document.getElementById("ask");
const box = document.getElementById("question");
const list = document.getElementById("turns");
const status = document.getElementById("status");

/** The questions of the conversation; each but the last has its turn on the page. */
let questions = [];
/** How each question is to be taken: "ask", "search", or "" as its form says. */
let modes = [];
let topK = null;
let running = null;
let shown = location.search;

function start() {
  questions = [...list.querySelectorAll(".question")].map((element) => element.textContent);
  modes = [...list.querySelectorAll(".turn")].map((turn) => turn.dataset.mode);
  topK = Number(new URLSearchParams(location.search).get("k")) || null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  document.addEventListener("click", followInPlace);
  window.addEventListener("popstate", () => {
    if (location.search !== shown) location.reload();
  });
  brush(document.querySelector(".filters .histogram svg"), refilter);
  for (const choice of document.querySelectorAll(".filters input[type=checkbox]")) {
    choice.addEventListener("change", refilter);
  }
  for (const choice of form.querySelectorAll(".switch input")) {
    choice.addEventListener("change", () => {
      if (!questions.length) showAddress(emptyAddress(), false);
      else document.getElementById("anew").href = emptyAddress();
    });
  }
  document.getElementById("to-filters").addEventListener("click", () => {
    document.getElementById("filters").open = true;
  });
  document.getElementById("clear")?.addEventListener("click", clearFilters);
}

function submit() {
  const question = box.value.trim();
  if (question) {
    topK = null;
    box.value = "";
    run([...questions, question], [...modes, chosenMode()]);
  } else {
    offerName();
    refilter();
    if (!questions.length) box.focus();
  }
}

/** Asks the last question again under the filters as they are now. */
function refilter() {
  offerName();
  showFilters();
  if (questions.length) run(questions, modes);
  else showAddress(emptyAddress(), false);
}

function chosenMode() {
  return form.querySelector(".switch input:checked").value;
}

/** The address where nothing is asked yet: it remembers the filters, and that one searches. */
function emptyAddress() {
  return addressOf([], chosenMode() === "search" ? ["search"] : [], readFilters(), null);
}

function clearFilters(event) {
  event.preventDefault();
  for (const field of document.querySelectorAll(".filters input")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  refilter();
}

/** Shows `wanted` as the conversation: what stands already stays, the last question is asked in its mode. */
async function run(wanted, wantedModes) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const isFollowUp = wanted.length > questions.length;
  if (!isFollowUp) list.lastElementChild?.remove();
  questions = wanted.slice(-form.dataset.maxQuestions);
  modes = wantedModes.slice(-form.dataset.maxQuestions);
  while (list.children.length >= questions.length) list.firstElementChild.remove();
  for (const earlier of list.children) settle(earlier);
  const answers = [...list.children].map((earlier) => earlier.dataset.answer);
  showConversation(isFollowUp);
  let turn = show(waitingTurn(questions.at(-1)));
  status.textContent = "Looking through the documents…";
  try {
    for await (const html of askTurn(addressOf(questions, modes, readFilters(), topK), answers, controller.signal)) {
      turn = show(html, turn);
    }
    status.textContent = turn.dataset.status;
  } catch (error) {
    if (error.name === "AbortError") return;
    tellProblem(turn, error.message);
  }
  if (turn.querySelector(".problem-line")) offerRetry(turn);
}

function waitingTurn(question) {
  const turn = document.getElementById("turn-template").content.firstElementChild.cloneNode(true);
  turn.querySelector(".question").textContent = question;
  return turn;
}

/** Puts a turn, an element or the server's HTML, at the end of the conversation or in the place of `before`. */
function show(turn, before) {
  const isFirst = !before?.querySelector(".passage");
  if (typeof turn === "string") {
    turn = new DOMParser().parseFromString(turn, "text/html").querySelector(".turn");
  }
  if (before?.querySelector(".passages")?.open) turn.querySelector(".passages")?.setAttribute("open", "");
  if (before) before.replaceWith(turn);
  else list.append(turn);
  showTaken(turn);
  if (isFirst) (turn.previousElementSibling ? turn : document.body).scrollIntoView({ block: "start" });
  return turn;
}

function tellProblem(turn, message) {
  const line = document.createElement("p");
  line.className = "problem-line";
  line.textContent = message;
  turn.classList.remove("is-waiting");
  turn.querySelector(".answer")?.replaceWith(line);
  status.textContent = message;
}

function showConversation(isNewEntry) {
  document.body.classList.add("has-turns");
  const [asking, searching] = document.getElementById("question-label").children;
  asking.textContent = "Ask a follow-up";
  searching.textContent = "Search again";
  showAddress(addressOf(questions, modes, readFilters(), topK), isNewEntry);
  document.title = `${questions.at(-1)} – Dossier`;
  const anew = document.getElementById("anew");
  anew.hidden = false;
  anew.href = emptyAddress();
}

function showAddress(address, isNewEntry) {
  if (isNewEntry) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  shown = location.search;
}

function settle(turn) {
  turn.classList.add("is-earlier");
  const passages = turn.querySelector(".passages");
  if (passages) passages.open = false;
  turn.querySelector(".more")?.remove();
}

function offerRetry(element) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Ask again";
  button.addEventListener("click", refilter);
  element.append(button);
  button.focus({ preventScroll: true });
}

/** "Show more passages" and "Cite" act in place; with a modifier key they stay plain links. */
function followInPlace(event) {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.matches(".more a")) {
    event.preventDefault();
    topK = Number(new URL(link.href).searchParams.get("k"));
    refilter();
  } else if (link.matches("a.cite")) {
    event.preventDefault();
    openCitations(link.href);
  }
}

if (form) start();

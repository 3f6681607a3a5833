// The page where one asks: questions are sent as they are asked, answers shown as they arrive.
// Without this script the same form asks by loading the page anew.

import { MAX_QUESTIONS, MAX_TOP_K } from "./addresses.js";
import { ask, ProblemError } from "./asking.js";
import { brush } from "./brush.js";
import { openCitations } from "./citing.js";
import { addressOf, offerName, readFilters, requestFilters, showFilters } from "./filters.js";
import { newTurn } from "./turns.js";
import { counted } from "./wording.js";

const form = document.getElementById("ask");
const box = document.getElementById("question");
const list = document.getElementById("turns");
const status = document.getElementById("status");

/** The conversation: questions with their answers, "" for one that is not there (yet). */
let turns = [];
let topK = null;
let running = null;
let shown = location.search;

function start() {
  turns = [...list.querySelectorAll(".turn")].map((element) => ({
    question: element.querySelector("[data-slot=question]").textContent,
    answer: spokenAnswer(element),
  }));
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
  document.getElementById("to-filters").addEventListener("click", () => {
    document.getElementById("filters").open = true;
  });
  document.getElementById("clear")?.addEventListener("click", clearFilters);
}

/** What was answered, with references as the API writes them: it is sent back with follow-ups. */
function spokenAnswer(turn) {
  const text = turn.querySelector("[data-slot=answer-text]");
  if (!text) return "";
  return [...text.childNodes]
    .map((node) => (node.nodeType === Node.TEXT_NODE ? node.textContent : `[${node.textContent}]`))
    .join("").replace(/\s+/g, " ").trim();
}

function submit() {
  const question = box.value.trim();
  if (question) {
    topK = null;
    box.value = "";
    run([...turns, { question, answer: "" }]);
  } else {
    offerName();
    refilter();
    if (!turns.length) box.focus();
  }
}

/** Asks the last question again under the filters as they are now. */
function refilter() {
  offerName();
  showFilters();
  if (turns.length) run([...turns.slice(0, -1), { question: turns.at(-1).question, answer: "" }]);
  else showAddress(addressOf([], readFilters(), null), false);
}

function clearFilters(event) {
  event.preventDefault();
  for (const field of document.querySelectorAll(".filters input")) {
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
  }
  refilter();
}

/** Shows `wanted` as the conversation: what stands already stays, the last question is asked. */
async function run(wanted) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const isFollowUp = wanted.length > turns.length;
  if (!isFollowUp) list.lastElementChild?.remove();
  turns = wanted;
  const { question } = turns.at(-1);
  const turn = newTurn(turns.length, question);
  for (const earlier of list.querySelectorAll(".turn")) settle(earlier);
  list.append(turn.element);
  showConversation(isFollowUp);
  turn.element.scrollIntoView({ block: "start" });
  status.textContent = "Looking through the documents…";
  try {
    const request = { question, history: historyBefore(), filters: requestFilters(readFilters()) };
    if (topK) request.top_k = topK;
    await ask(request, {
      passages(passages) {
        turn.passages(passages);
        turn.element.scrollIntoView({ block: "start" });
      },
      delta: turn.delta,
      answer(response) {
        turns.at(-1).answer = response.answer.text;
        turn.answer(response, moreLink(response.passages.length));
        status.textContent = `${response.answer.text} ${counted(response.passages.length, "passage")}.`;
      },
    }, controller.signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    turn.problem(error.message);
    offerRetry(turn.element);
    status.textContent = error.message;
    if (!(error instanceof ProblemError) && !error.message.includes("is no date")) throw error;
  }
}

function historyBefore() {
  return turns.slice(0, -1).slice(-MAX_QUESTIONS).flatMap(({ question, answer }) => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
}

function moreLink(shown) {
  if (!shown || shown < (topK ?? 1) || shown >= MAX_TOP_K) return null;
  return addressOf(turns, readFilters(), Math.min(shown + 10, MAX_TOP_K));
}

function showConversation(isNewEntry) {
  document.body.classList.add("has-turns");
  document.getElementById("question-label").textContent = "Ask a follow-up";
  showAddress(addressOf(turns, readFilters(), topK), isNewEntry);
  document.title = `${turns.at(-1).question} – Dossier`;
  const anew = document.getElementById("anew");
  anew.hidden = false;
  anew.href = addressOf([], readFilters(), null);
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
  if (link.matches("[data-slot=more]")) {
    event.preventDefault();
    topK = Number(new URL(link.href).searchParams.get("k"));
    refilter();
  } else if (link.matches("a.cite")) {
    event.preventDefault();
    openCitations(link.href);
  }
}

if (form) start();

// Fills the templates of turns and passages; what they look like stands in templates/turn.html.
// Text only ever becomes text nodes, whatever the documents hold.

import { citeLink, readerLink } from "./addresses.js";
import { counted, dateWords, methodWords, pageWords } from "./wording.js";

const REFERENCE = /\s*\[(\d{1,3})\]/g;

/** A turn on its way: an element, and functions that put what comes into it. */
export function newTurn(number, question) {
  const element = document.getElementById("turn-template").content.firstElementChild.cloneNode(true);
  const slot = slots(element);
  element.id = `t${number}`;
  element.classList.remove("is-earlier");
  slot("question").id = `t${number}-q`;
  slot("question").textContent = question;
  element.setAttribute("aria-labelledby", `t${number}-q`);
  for (const name of ["understood", "problem", "notice", "confidence", "passages"]) slot(name).hidden = true;
  slot("passages").open = true;
  slot("answer-text").textContent = "";
  element.classList.add("is-waiting");
  return {
    element,
    question,
    passages(passages) {
      putPassages(slot, number, passages, []);
      slot("passages-title").textContent = counted(passages.length, "passage");
    },
    delta(text) {
      slot("answer-text").append(text);
    },
    answer(response, moreLink) {
      element.classList.remove("is-waiting");
      putAnswer(slot, number, response, moreLink);
    },
    problem(line) {
      element.classList.remove("is-waiting");
      slot("answer").hidden = true;
      slot("problem").hidden = false;
      slot("problem").textContent = line;
    },
  };
}

function putAnswer(slot, number, response, moreLink) {
  const { answer, passages } = response;
  slot("answer").classList.toggle("is-none", !response.answerable);
  slot("answer-text").replaceChildren(...answerNodes(response));
  if (response.standalone_question !== response.question) {
    slot("understood").hidden = false;
    slot("understood").textContent = `Understood as: ${response.standalone_question}`;
  }
  slot("notice").hidden = !answer.notice;
  slot("notice").textContent = answer.notice ?? "";
  if (response.answerable) {
    const origin = answer.kind === "generated"
      ? "Written by a language model from the passages below" : "In the documents’ own words";
    slot("confidence").hidden = false;
    slot("confidence").textContent = `${origin} · confidence ${Math.round(response.confidence * 100)}%`;
  }
  putPassages(slot, number, passages, answer.quotes);
  const count = counted(passages.length, "passage");
  slot("passages-title").textContent = response.answerable ? count : `The nearest ${count}`;
  const more = slot("more");
  if (moreLink) more.href = moreLink;
  else more.parentElement.remove();
}

/** The answer cut at its references, each a link to the very words it stands for. */
function answerNodes({ answer, passages }) {
  const citations = new Map(passages.map(({ citation }) => [citation.number, citation]));
  const waiting = new Map();
  for (const quote of answer.quotes) {
    waiting.set(quote.citation, [...(waiting.get(quote.citation) ?? []), quote]);
  }
  const nodes = [];
  let position = 0;
  for (const match of answer.text.matchAll(REFERENCE)) {
    const citation = citations.get(Number(match[1]));
    if (!citation) continue;
    const place = waiting.get(citation.number)?.shift() ?? citation;
    const link = document.createElement("a");
    link.className = "reference";
    link.href = readerLink(citation.document_id, place, citation.page);
    link.textContent = match[1];
    const facts = [citation.title, dateWords(citation.date), pageWords(citation)];
    link.setAttribute("aria-label", `${match[1]}: ${facts.filter(Boolean).join(", ")}`);
    nodes.push(`${answer.text.slice(position, match.index).trim()} `, link, " ");
    position = match.index + match[0].length;
  }
  nodes.push(answer.text.slice(position).trim());
  return nodes;
}

function putPassages(slot, number, passages, quotes) {
  slot("passages").hidden = passages.length === 0;
  slot("list").replaceChildren(...passages.map((passage) => passageItem(passage, number, quotes)));
}

function passageItem(passage, turnNumber, quotes) {
  const { citation } = passage;
  const element = document.getElementById("passage-template").content.firstElementChild.cloneNode(true);
  const slot = slots(element);
  element.id = `t${turnNumber}-p${citation.number}`;
  const link = readerLink(citation.document_id, citation, citation.page);
  put(slot, "number", String(citation.number));
  put(slot, "title", citation.title).href = link;
  const date = put(slot, "date", dateWords(citation.date));
  if (date) date.dateTime = citation.date;
  put(slot, "kind", citation.kind);
  put(slot, "page", pageWords(citation));
  put(slot, "method", methodWords(citation));
  put(slot, "archive", citation.archive_reference);
  put(slot, "source", citation.source);
  const read = slot("read");
  read.href = link;
  read.setAttribute("aria-label", `Read passage ${citation.number} in its document`);
  const cite = slot("cite");
  cite.href = citeLink(citation);
  cite.setAttribute("aria-label", `Cite passage ${citation.number}`);
  put(slot, "why", why(passage));
  const quoted = quotes.filter((quote) => quote.citation === citation.number).map((quote) => quote.text);
  slot("words").replaceChildren(...markedNodes(passage.text, passage.highlights, quoted));
  putAlso(slot, citation.also_in);
  return element;
}

function putAlso(slot, others) {
  const links = others.flatMap((other, place) => {
    const link = document.createElement("a");
    link.href = other.url;
    link.textContent = other.page === null ? other.source : `${other.source}, p. ${other.page}`;
    return place ? [", ", link] : [link];
  });
  if (links.length) slot("also").replaceChildren("Also in ", ...links);
  else slot("also").remove();
}

/** The passage cut wherever a word that bears on the question or a quote begins or ends. */
function markedNodes(text, words, quoted) {
  // The server counts characters, JavaScript halves of some: cut by characters.
  const characters = Array.from(text);
  const quotes = quoted.filter((quote) => quote && text.includes(quote)).map((quote) => {
    const start = Array.from(text.slice(0, text.indexOf(quote))).length;
    return [start, start + Array.from(quote).length];
  });
  const cuts = [...new Set([0, characters.length, ...words.flat(), ...quotes.flat()])].sort((a, b) => a - b);
  const covers = (spans, place) => spans.some(([start, end]) => start <= place && place < end);
  return cuts.slice(0, -1).flatMap((start, place) => {
    const run = characters.slice(start, cuts[place + 1]).join("");
    const nodes = covers(words, start) ? [wrapped("mark", "", [run])] : withGaps(run);
    return covers(quotes, start) ? [wrapped("span", "quoted", nodes)] : nodes;
  });
}

/** A run of text with a gap, less than an empty line, between its paragraphs. */
function withGaps(text) {
  return text.split("\n\n").flatMap((part, place) => (place ? [wrapped("span", "gap", []), part] : [part]));
}

function wrapped(tag, className, nodes) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...nodes);
  return element;
}

function why({ text, highlights, scores }) {
  const characters = Array.from(text);
  const found = [...new Set(highlights.map(([start, end]) => characters.slice(start, end).join("").toLowerCase()))];
  const words = found.length
    ? `Shares the words ${found.join(", ")} with the question` : "Shares no word with the question";
  const parts = [["nearness in meaning", scores.dense], ["weight of shared words", scores.lexical]]
    .filter(([, score]) => score !== null).map(([name, score]) => `${name} ${score.toFixed(2)}`);
  return parts.length ? `${words}; ${parts.join(", ")}.` : `${words}.`;
}

/** Puts text into a slot, or removes the slot where there is none to put. */
function put(slot, name, text) {
  const element = slot(name);
  if (!text) {
    element.remove();
    return null;
  }
  element.textContent = text;
  return element;
}

function slots(element) {
  const found = new Map([...element.querySelectorAll("[data-slot]")].map((one) => [one.dataset.slot, one]));
  return (name) => found.get(name);
}

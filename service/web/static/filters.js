// The filters: read from the form, put into the address of the page.

import { root } from "./asking.js";

const panel = document.getElementById("filters");

/** The filters as they stand in the form; the dates as they were written. */
export function readFilters() {
  const values = (name) => [...panel.querySelectorAll(`[name=${name}]`)]
    .filter((field) => field.type !== "checkbox" || field.checked)
    .map((field) => field.value.trim()).filter(Boolean);
  return {
    from: values("from")[0] ?? "",
    to: values("to")[0] ?? "",
    kind: values("kind"),
    participant: values("participant"),
    source: values("source"),
    document: values("document"),
  };
}

/** The address that asks these questions, each in its mode, under these filters. */
export function addressOf(questions, modes, filters, topK) {
  const query = new URLSearchParams();
  for (const question of questions) query.append("q", question);
  if (topK) query.append("k", topK);
  const order = new URLSearchParams(location.search).get("order");
  if (order) query.append("order", order);
  for (const [name, value] of Object.entries(filters)) {
    for (const one of [value].flat()) if (one) query.append(name, one);
  }
  if (modes.some(Boolean)) for (const mode of modes) query.append("mode", mode);
  return query.size ? `${root}/?${query}` : `${root}/`;
}

/** Makes a name that was typed one of the chosen ones. */
export function offerName() {
  const field = panel.querySelector("input[list]");
  const name = field?.value.trim();
  if (!name) return;
  field.value = "";
  const label = document.createElement("label");
  const box = document.createElement("input");
  label.className = "choice";
  Object.assign(box, { type: "checkbox", name: "participant", value: name, checked: true });
  box.setAttribute("form", "ask");
  box.addEventListener("change", () => document.getElementById("ask").requestSubmit());
  label.append(box, ` ${name}`);
  panel.querySelector("#participants .choices").append(label);
}

/** Shows whether filters are on: in the panel's title, the picture, and the link that clears them. */
export function showFilters() {
  const filters = readFilters();
  const isOn = Object.values(filters).some((value) => value.length);
  panel.querySelector("summary").textContent = isOn ? "Filters (on)" : "Filters";
  panel.querySelector("#clear").hidden = !isOn;
  const [first, last] = [Number(filters.from.slice(0, 4)) || 0, Number(filters.to.slice(0, 4)) || 9999];
  for (const bar of panel.querySelectorAll(".bar")) {
    bar.classList.toggle("is-chosen", Number(bar.dataset.last) >= first && Number(bar.dataset.first) <= last);
  }
}

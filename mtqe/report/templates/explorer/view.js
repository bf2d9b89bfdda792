// The rows in view, and what people do.

// ---- the rows in view: heights are guessed until a row has been drawn and measured

let heights = new Float64Array(0);
let tops = new Float64Array(1);
let drawn = new Map(); // elements by place
let guess = 220;

const settle = () => {
  for (let i = 0; i < rows.length; i++) tops[i + 1] = tops[i] + (heights[i] || guess);
  canvas.style.height = `${tops[rows.length]}px`;
};

const placeAt = (y) => {
  let [low, high] = [0, rows.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle;
  }
  return low;
};

// Draws what stands in view when the row at `place` begins `offset` above the top edge, and keeps it there.
const draw = (place = placeAt(view.scrollTop), offset = view.scrollTop - tops[place]) => {
  const from = Math.max(0, place - 2);
  let to = place;
  while (to < rows.length && tops[to] < tops[place] + offset + view.clientHeight + guess) to++;
  const fresh = new Map();
  for (let i = from; i < to; i++) fresh.set(i, drawn.get(i) ?? drawnRow(i));
  if (fresh.size !== drawn.size || [...fresh.keys()].some((i) => !drawn.has(i))) replaceRows(fresh);
  drawn = fresh;
  remeasure();
  const y = tops[place] + offset;
  if (to < rows.length && tops[to] < y + view.clientHeight) return draw(place, offset); // they were lower than guessed
  list.style.transform = `translateY(${tops[from]}px)`;
  if (Math.abs(view.scrollTop - y) >= 1) view.scrollTop = y;
};

const drawnRow = (i) => {
  const element = rowElement(rows[i]);
  element.setAttribute("aria-posinset", i + 1);
  element.setAttribute("aria-setsize", rows.length);
  if (rows[i] === current) element.setAttribute("aria-current", "true");
  return element;
};

// Elements that stay keep their place in the document, and with it the focus.
const replaceRows = (fresh) => {
  for (const [i, element] of drawn) if (!fresh.has(i)) element.remove();
  let next = list.firstElementChild;
  for (const element of fresh.values()) {
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
};

const remeasure = () => {
  for (const [i, element] of drawn) heights[i] = element.offsetHeight;
  settle();
};

const redraw = () => { // everything anew: other rows, other systems, another width
  const top = current === null ? 0 : Math.max(0, rows.indexOf(current));
  const focused = list.contains(document.activeElement);
  list.replaceChildren();
  drawn = new Map();
  heights = new Float64Array(rows.length);
  tops = new Float64Array(rows.length + 1);
  settle();
  if (rows.length) {
    draw(top, 0);
    guess = list.offsetHeight / drawn.size;
    draw(top, 0);
  }
  if (focused) (drawn.get(top) ?? view).focus({ preventScroll: true });
};

// ---- what people do

const update = () => {
  rows = select();
  if (current !== null && !rows.includes(current)) current = null;
  showFilters();
  const [shown, all] = [rows.length, data.ids.length].map((n) => n.toLocaleString("en-US"));
  status.textContent = shown === all ? `${all} segments` : `${shown} of ${all} segments`;
  redraw();
};

const showFilters = () => {
  const folded = root.querySelector(".filters");
  const set = [...folded.querySelectorAll("[name]")].filter((field) => field.value !== field.dataset.default).length;
  folded.firstElementChild.textContent = set ? `Filters (${set})` : "Filters";
  folded.open ||= set > 0;
};

const choose = (row) => {
  current = row;
  for (const [i, element] of drawn) {
    if (rows[i] === row) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
  }
  remember();
};

const move = (step) => {
  if (!rows.length) return;
  const at = current === null ? placeAt(view.scrollTop) - (step > 0 ? 1 : 0) : rows.indexOf(current);
  const next = Math.min(rows.length - 1, Math.max(0, at + step));
  choose(rows[next]);
  if (tops[next] < view.scrollTop || tops[next + 1] > view.scrollTop + view.clientHeight) draw(next, 0);
  drawn.get(next).focus({ preventScroll: true });
};

const turn = (letter, step) => {
  const options = [...fields[letter].options];
  fields[letter].selectedIndex = (fields[letter].selectedIndex + step + options.length) % options.length;
  changed();
};

const changed = () => {
  update();
  remember();
};

const copy = async () => {
  clearTimeout(timer);
  history.replaceState(null, "", fragment(current));
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = "The link is copied.";
  } catch {
    status.textContent = "The link is in the address bar.";
  }
};

const reset = () => {
  for (const field of Object.values(fields)) if (field !== fields.set) field.value = field.dataset.default;
  current = null;
  changed();
};

const help = () => { root.querySelector(".keys").open = !root.querySelector(".keys").open; };

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => fields.text.focus(),
  "?": help,
  "[": () => turn("a", -1),
  "]": () => turn("a", 1),
  "{": () => turn("b", -1),
  "}": () => turn("b", 1),
};

const pressed = (event) => {
  if (event.key === "Escape" && event.target === fields.text) view.focus();
  const typing = event.target.matches("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in ACTIONS)) return;
  event.preventDefault();
  ACTIONS[event.key]();
};

// ---- a test set is shown

const pick = (name, hidden) => { fields[name].closest("label").hidden = hidden; };

const show = async (name) => {
  fields.set.value = name;
  if (!unpacked.has(name)) unpacked.set(name, await unpack(packed.get(name)));
  if (data === unpacked.get(name)) return;
  data = unpacked.get(name);
  current = null;
  const names = data.systems.map((system) => [system, system]);
  offer(fields.a, names);
  offer(fields.b, [["", "none"], ...names]);
  offer(fields.metric, data.metrics.map(([metric, label]) => [metric, label]));
  offer(fields.domain, [["", "all"], ...once(data.domains).map((domain) => [domain, domain])]);
  offer(fields.bucket, [["", "all"], ...data.buckets.map(([bucket]) => [bucket, bucket])]);
  offerErrors();
  setDefault(fields.a, data.systems[0]);
  setDefault(fields.b, data.systems[1] ?? "");
  setDefault(fields.metric, data.primary === null ? "" : data.metrics[data.primary][0]);
  pick("b", data.systems.length < 2);
  pick("metric", data.metrics.length < 2);
  pick("domain", fields.domain.options.length < 3);
  pick("bucket", !data.buckets.length);
  pick("document", data.documents.length < 2);
  pick("error", fields.error.options.length < 2);
};

const once = (values) => [...new Set(values)].filter(Boolean);

const offerErrors = () => {
  const shown = [...root.querySelectorAll("[data-style]")];
  const names = new Map(shown.map((mark) => [mark.dataset.style, mark.textContent]));
  const styles = once(data.kinds.map(([style]) => style)).map((style) => [style, names.get(style) ?? style]);
  const errors = data.kinds.filter((kind) => kind[5]);
  const [types, states] = [3, 4].map((k) => once(errors.map((kind) => kind[k])).sort());
  const both = once(errors.map((kind) => `${kind[3]}, ${kind[4]}`)).sort();
  const any = data.kinds.length ? [["any", "any mark"]] : [];
  offer(fields.error, [["", "all segments"], ...any, ...styles, ...[...types, ...states, ...both].map((x) => [x, x])]);
};

const suggestDocuments = () => {
  const wanted = fields.document.value.toLowerCase();
  const found = data.documents.filter((name) => name.toLowerCase().includes(wanted)).slice(0, 50);
  fields.document.list.replaceChildren(...found.map((name) => new Option(visible(name), name)));
};

const start = async () => {
  root.hidden = false;
  offer(fields.set, [...packed.keys()].map((name) => [name, name]));
  pick("set", packed.size < 2);
  for (const field of Object.values(fields)) field.dataset.default = field.value;
  try {
    await show(fields.set.value);
  } catch (error) { // without DecompressionStream, or with one that lacks deflate-raw
    root.replaceChildren(`This browser cannot unpack the segments, a newer one can: ${error.message}.`);
    return;
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", async (event) => {
    if (event.target === fields.document) suggestDocuments();
    if (event.target === fields.set) await show(fields.set.value);
    changed();
  });
  fields.document.addEventListener("focus", suggestDocuments);
  root.querySelector("[data-action=copy]").addEventListener("click", copy);
  root.querySelector("[data-action=reset]").addEventListener("click", reset);
  view.addEventListener("scroll", () => { if (rows.length) draw(); }, { passive: true });
  root.addEventListener("keydown", pressed);
  addEventListener("hashchange", restore);
  document.addEventListener("click", ({ target }) => { // a link to where the address already is changes no hash
    if (target.closest?.("a[href^='#segments?']")?.hash === location.hash) restore();
  });
  await restore();
  if (!rows.length && !location.hash.startsWith("#segments?")) update();
  let width = view.clientWidth;
  new ResizeObserver(() => {
    if (view.clientWidth !== width) { width = view.clientWidth; redraw(); }
  }).observe(view);
  root.dataset.ready = "";
};
start();

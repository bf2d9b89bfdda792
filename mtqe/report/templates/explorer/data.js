// The test sets, and the state of the explorer.

const root = document.getElementById("explorer");
const form = root.querySelector("form");
const fields = Object.fromEntries([...form.elements].filter((field) => field.name).map((field) => [field.name, field]));
const view = root.querySelector(".view");
const canvas = view.firstElementChild;
const list = canvas.firstElementChild;
const status = root.querySelector(".status");
const packed = new Map([...document.querySelectorAll("script.packed")].map((script) => [script.dataset.set, script]));
const unpacked = new Map();
let data; // the test set that is shown
let rows = []; // its segments that pass the filters, in the order that is shown
let current = null; // the segment that the keys move

// ---- the data

const unpack = async (script) => {
  const text = await inflate(fromBase85(script.textContent));
  script.remove();
  const end = text.indexOf("\n");
  const head = JSON.parse(text.slice(0, end));
  const first = new Uint32Array(head.ids.length + 1); // the first text of each row
  head.stored.forEach((count, row) => { first[row + 1] = first[row] + count; });
  const starts = new Uint32Array(first.at(-1) + 1); // where each text starts
  starts[0] = end + 1;
  for (let k = 1; k < starts.length; k++) starts[k] = text.indexOf("\0", starts[k - 1]) + 1;
  const words = new Array(0xD800);
  [...head.letters].forEach((letter, k) => { words[letter.charCodeAt(0)] = head.words[k]; });
  return { ...head, text, first, starts, words, marksOf: [] };
};

// The marks of a system by row; `spans` has start and length in output, reference and source.
const marksOf = (s) => data.marksOf[s] ??= grouped(data.marks[s]);
const grouped = ([steps, kinds, confidences, notes, references, ...spans]) => {
  const groups = new Map();
  let row = 0;
  steps.forEach((step, i) => {
    row += step;
    const [kind, confidence, note, reference] = [kinds[i], confidences[i], notes[i], references[i]];
    const mark = { kind, confidence, note, reference, spans: spans.map((column) => column[i]) };
    if (groups.has(row)) groups.get(row).push(mark);
    else groups.set(row, [mark]);
  });
  return groups;
};

const sideOfReference = (k) => (data.source ? 1 : 0) + k;
const sideOfSystem = (system) => sideOfReference(data.references) + system;
const place = (side, row) => {
  const k = data.columns[side][row];
  return k === null ? null : data.first[row] + k;
};
const textOf = (side, row) => {
  const k = place(side, row);
  return k === null ? null : spelled(data.starts[k], data.starts[k + 1] - 1);
};
const spelled = (start, end) => {
  let text = "";
  for (let k = start; k < end; k++) text += data.words[data.text.charCodeAt(k)] ?? data.text[k];
  return text;
};
const firstReference = (row) => {
  for (let k = 0; k < data.references; k++) {
    const text = textOf(sideOfReference(k), row);
    if (text !== null) return text;
  }
  return null;
};

// ---- the state

const system = (letter) => data.systems.indexOf(fields[letter].value);
const chosenSystems = () => [...new Set([system("a"), system("b")])].filter((s) => s >= 0);
const metric = () => data.metrics.findIndex(([name]) => name === fields.metric.value);

const fragment = (row) => {
  const state = new URLSearchParams();
  for (const field of Object.values(fields)) {
    if (field.value !== field.dataset.default) state.set(field.name, field.value);
  }
  if (row !== null) state.set("row", data.ids[row]);
  return `#segments?${state}`;
};

let timer;
const remember = () => { // browsers count how often an address changes, so that it follows only after a while
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState(null, "", fragment(current)), 250);
};

const restore = async () => {
  if (!location.hash.startsWith("#segments?")) return;
  clearTimeout(timer);
  const state = new URLSearchParams(location.hash.slice("#segments?".length));
  await show(packed.has(state.get("set")) ? state.get("set") : fields.set.dataset.default);
  for (const field of Object.values(fields)) if (field !== fields.set) fill(field, state.get(field.name));
  if (!state.has("b") && fields.b.value === fields.a.value) fields.b.value = fields.a.dataset.default;
  const row = data.ids.indexOf(state.get("row"));
  current = row >= 0 ? row : null;
  update();
  document.getElementById("segments").scrollIntoView();
  view.focus({ preventScroll: true });
};

const fill = (field, value) => {
  const known = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value);
  field.value = value !== null && known ? value : field.dataset.default;
};

const setDefault = (field, value) => {
  field.dataset.default = value;
  field.value = value;
};

const offer = (field, options) =>
  field.replaceChildren(...options.map(([value, label]) => new Option(visible(label), value)));

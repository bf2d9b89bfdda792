// Which segments are shown, and in which order.

// Each makes a test of a row, or nothing where its fields are empty.
const FILTERS = () => [inDomain, inBucket, inDocument, marked, named, inRange, inLength, containing];

const inDomain = () => fields.domain.value && ((row) => data.domains[data.of[row]] === fields.domain.value);

const inBucket = () => {
  const inside = data.buckets.find(([name]) => name === fields.bucket.value)?.[1];
  return inside && ((row) => inside[row] === "1");
};

const inDocument = () => {
  const wanted = fields.document.value;
  if (!wanted) return null;
  const exact = data.documents.includes(wanted);
  const part = wanted.toLowerCase();
  const passes = data.documents.map((name) => exact ? name === wanted : name.toLowerCase().includes(part));
  return (row) => passes[data.of[row]];
};

const marked = () => {
  const wanted = fields.error.value;
  if (!wanted) return null;
  const passes = data.kinds.map(([style, , , type, state, error]) => wanted === "any" || wanted === style
    || (error && [type, state, `${type}, ${state}`].includes(wanted)));
  return (row) => chosenSystems().some((s) => marksOf(s).get(row)?.some((mark) => passes[mark.kind]));
};

const named = () => {
  const name = fields.name.value;
  if (!name) return null;
  const references = [...Array(data.references).keys()].map(sideOfReference);
  return (row) => references.some((side) => textOf(side, row)?.includes(name))
    || chosenSystems().some((s) => marksOf(s).get(row)?.some((mark) =>
      placed(mark, s, row).some(({ side, start, end }) => textOf(side, row)?.slice(start, end).includes(name))));
};

const inRange = () => {
  if (metric() < 0) return null;
  const scale = 10 ** data.metrics[metric()][2];
  const bound = ({ value }, otherwise) =>
    value.trim() === "" || Number.isNaN(+value) ? otherwise : Math.round(value * scale);
  const [least, most] = [bound(fields.low, -Infinity), bound(fields.high, Infinity)];
  if (least === -Infinity && most === Infinity) return null;
  const values = data.scores[system("a")][metric()];
  return (row) => values[row] !== null && values[row] >= least && values[row] <= most;
};

const inLength = () => {
  const range = /^(\d+)-(\d+)$/.exec(fields.length.value);
  if (!range) return null;
  return (row) => {
    const text = firstReference(row) ?? (data.source ? textOf(0, row) : null) ?? "";
    const length = [...text].length;
    return length >= +range[1] && length <= +range[2];
  };
};

const soughtText = () => folded(fields.text.value.replaceAll("\0", ""));

const containing = () => {
  const wanted = soughtText();
  if (!wanted) return null;
  const found = rowsWith(wanted);
  return (row) => found[row];
};

const rowsWith = (wanted) => {
  const { text, ends } = haystack();
  const found = new Uint8Array(ends.length);
  let row = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, ends[row])) {
    while (ends[row] <= at) row++;
    found[row] = 1;
  }
  return found;
};

// All texts that are shown, folded, and where each row ends in them.
const haystack = () => {
  const sides = [...Array(sideOfSystem(0)).keys(), ...chosenSystems().map(sideOfSystem)];
  const key = sides.join();
  if (data.haystack?.key === key) return data.haystack;
  const parts = data.ids.map((_, row) => folded(sides.map((side) => textOf(side, row)).join("\0") + "\0"));
  let end = 0;
  return data.haystack = { key, text: parts.join(""), ends: parts.map((part) => end += part.length) };
};

// Higher is better in what these return; no score is NaN.
const goodness = (s, m) => {
  const sign = data.metrics[m][3] ? 1 : -1;
  return Float64Array.from(data.scores[s][m], (value) => value === null ? NaN : sign * value);
};
const lead = (m) => {
  const [a, b] = [goodness(system("a"), m), system("b") < 0 ? null : goodness(system("b"), m)];
  return b ? a.map((value, row) => value - b[row]) : a;
};

const standardised = (values) => {
  let [n, sum, squares] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    n++;
    sum += value;
    squares += value * value;
  }
  const deviation = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2)) || 1;
  return values.map((value) => (value - sum / n) / deviation);
};

// How far the metrics are apart: the range of standardised leads of A over B, or of scores of A alone.
const disagreement = () => {
  const columns = data.metrics.map((_, m) => standardised(lead(m)));
  return Float64Array.from(data.ids, (_, row) => {
    let [n, least, most] = [0, Infinity, -Infinity];
    for (const { [row]: value } of columns) {
      if (Number.isNaN(value)) continue;
      n++;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return n > 1 ? most - least : NaN;
  });
};

const entityErrors = () => {
  const counts = new Float64Array(data.ids.length);
  for (const s of chosenSystems()) {
    for (const [row, marks] of marksOf(s)) for (const { kind } of marks) if (data.kinds[kind][5]) counts[row]++;
  }
  return counts;
};

const KEYS = { // what comes first has the greatest value
  "a-b": () => lead(metric()),
  "b-a": () => lead(metric()).map((value) => -value),
  worst: () => goodness(system("a"), metric()).map((value) => -value),
  disagreement,
  entities: entityErrors,
};

const select = () => {
  const passes = FILTERS().map((filter) => filter()).filter(Boolean);
  const found = [];
  for (let row = 0; row < data.ids.length; row++) if (passes.every((pass) => pass(row))) found.push(row);
  const values = metric() < 0 ? null : KEYS[fields.sort.value]?.();
  const key = values?.map((value) => Number.isNaN(value) ? -Infinity : value);
  return key ? found.sort((i, j) => key[j] - key[i] || i - j) : found;
};

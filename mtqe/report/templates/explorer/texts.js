// The segment explorer, in the order of mtqe/report/sections/segments.py: `texts`, `data`, `select`, `rows`, `view`.
// Its form holds its state, the address repeats it (mtqe/report/links.py has the keys); mtqe/report/explorer.py says
// what the packed data are. Texts reach the page through textContent alone.

// What it does with texts and numbers, without the page.

// ---- what mtqe/report/explorer.py has packed

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_`{|}~";

const fromBase85 = (text) => {
  const values = new Uint8Array(128);
  [...DIGITS].forEach((digit, value) => { values[digit.charCodeAt(0)] = value; });
  const padded = text + "~".repeat((5 - text.length % 5) % 5);
  const bytes = new DataView(new ArrayBuffer(padded.length / 5 * 4));
  for (let i = 0; i < padded.length; i += 5) {
    let word = 0;
    for (let k = i; k < i + 5; k++) word = word * 85 + values[padded.charCodeAt(k)];
    bytes.setUint32(i / 5 * 4, word);
  }
  return new Uint8Array(bytes.buffer, 0, bytes.byteLength - (padded.length - text.length));
};

const inflate = async (bytes) => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await new Response(stream).arrayBuffer());
};

// ---- characters

// For a search in any case; the text stays as long as it is.
const folded = (text) => text.replaceAll("İ", "i").toLowerCase();

// As in mtqe/report/marks.py: what cannot be seen, or reorders its neighbours, is spelled out.
const FORMATS = "\\u061C\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF";
const HIDDEN = new RegExp(`(?![\\t\\n])[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}${FORMATS}]`, "gu");
const visible = (text) => text.replace(HIDDEN, (character) => {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7F ? "␡" : `⟦U+${code.toString(16).toUpperCase().padStart(4, "0")}⟧`;
});

// Offsets of code points as offsets of UTF-16.
const converter = (text) => {
  if (!/[\uD800-\uDFFF]/.test(text)) return (offset) => offset;
  const starts = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xFFFF ? 2 : 1) starts.push(at);
  return (offset) => starts[offset] ?? text.length;
};

// ---- passages and differences

const edgesOf = (passages) => [...new Set(passages.flatMap(({ start, end }) => [start, end]))].sort((x, y) => x - y);

const WORDS = /[\p{L}\p{M}\p{N}]+(?:['’]\p{L}+)*|[^\p{L}\p{M}\p{N}\s]/gu;
const SCRIPTS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]; // written without spaces
const UNSPACED = new RegExp(`[${SCRIPTS.map((name) => `\\p{Script=${name}}`).join("")}]`, "u");
const LONGEST = 4e6; // cells of the table of a diff
const words = (text) => {
  const unspaced = UNSPACED.test(text);
  return [...text.matchAll(WORDS)].flatMap(({ 0: word, index: start }) =>
    unspaced && UNSPACED.test(word) ? letters(word, start) : [{ word, start, end: start + word.length }]);
};
const letters = (word, index) => [...word].map((letter) => {
  const start = index;
  index += letter.length;
  return { word: letter, start, end: index };
});

// The passages that only the one and only the other text has; null where they are too long to tell.
const difference = (one, other) => {
  const [x, y] = [words(one), words(other)];
  let [start, m, n] = [0, x.length, y.length];
  while (start < m && start < n && x[start].word === y[start].word) start++;
  while (m > start && n > start && x[m - 1].word === y[n - 1].word) { m--; n--; }
  if ((m - start + 1) * (n - start + 1) > LONGEST) return null;
  const [left, right] = unshared(x.slice(start, m), y.slice(start, n));
  return [passages(left, one), passages(right, other)];
};

// Words outside of a longest common subsequence.
const unshared = (x, y) => {
  const width = y.length + 1;
  const table = new Uint16Array((x.length + 1) * width);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = y.length - 1; j >= 0; j--) {
      table[i * width + j] = x[i].word === y[j].word ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const [left, right] = [[], []];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    const [withoutX, withoutY] = [table[(i + 1) * width + j], table[i * width + j + 1]];
    if (i < x.length && j < y.length && x[i].word === y[j].word) { i++; j++; }
    else if (j < y.length && (i === x.length || withoutX < withoutY)) right.push(y[j++]);
    else left.push(x[i++]);
  }
  return [left, right];
};

// Neighbouring words, with nothing but space between them, as one passage.
const passages = (found, text) => {
  const joined = [];
  for (const { start, end } of found) {
    const last = joined.at(-1);
    if (last && !text.slice(last.end, start).trim()) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
};

// What A lacks and what B lacks as passages that do not overlap.
const overlaid = (parts) => {
  const edges = edgesOf(parts);
  return edges.slice(1).flatMap((end, i) => {
    const over = parts.filter((part) => part.start <= edges[i] && end <= part.end);
    const title = over.map((part) => part.title).join(", ");
    return over.length ? [{ start: edges[i], end, title, who: over.map((part) => part.who).join("") }] : [];
  });
};

// ---- numbers, as in mtqe/report/view.py

const formats = new Map();
const number = (value, decimals, signed = false) => {
  if (value === null) return "–";
  const key = `${decimals}${signed}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const sign = { signDisplay: signed ? "exceptZero" : "negative" };
    formats.set(key, new Intl.NumberFormat("en-US", { ...digits, ...sign }));
  }
  return formats.get(key).format(value / 10 ** decimals).replace("-", "−");
};

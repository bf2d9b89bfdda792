// A segment as an element: its texts with marks and differences, and its scores.

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// The passages that a mark of a system covers, on each side where there is one.
const placed = ({ reference, spans }, s, row) => [sideOfSystem(s), sideOfReference(reference), 0].flatMap((side, k) => {
  const [start, length] = [spans[2 * k], spans[2 * k + 1]];
  const text = start < 0 || (k === 2 && !data.source) ? null : textOf(side, row);
  if (text === null) return [];
  const at = converter(text);
  return [{ side, start: at(start), end: at(start + length) }];
});

// The marks of the chosen systems on one side of a row.
const marksOn = (side, row, systems) => systems.flatMap((s) => (marksOf(s).get(row) ?? []).flatMap((mark, n) => {
  const [style, symbol, label] = data.kinds[mark.kind];
  const sure = `confidence ${(mark.confidence / 100).toFixed(2)}`;
  const facts = [label, data.notes[mark.note], sure].filter(Boolean).join("; ");
  const title = systems.length > 1 && side < sideOfSystem(0) ? `${letterOf(s)}: ${facts}` : facts;
  return placed(mark, s, row).filter((passage) => passage.side === side)
    .map((passage) => ({ ...passage, style, symbol, title, name: `x${row}-${s}-${n}` }));
}));
const letterOf = (s) => s === system("a") ? "A" : "B";

// The passages that the search has found.
const hits = (text) => {
  const [found, wanted] = [[], soughtText()];
  if (!wanted) return found;
  const all = folded(text);
  for (let start = all.indexOf(wanted); start >= 0; start = all.indexOf(wanted, found.at(-1).end)) {
    found.push({ start, end: start + wanted.length });
  }
  return found;
};

// A text in runs: what marks cover is a mark, what only this side has (`parts`) is a difference.
const content = (text, marks, parts, language) => {
  const [lang, dir] = language;
  const sought = hits(text);
  const edges = edgesOf([{ start: 0, end: text.length }, ...marks, ...parts, ...sought]);
  const element = make("bdi", { className: "text", lang, dir });
  edges.forEach((low, i) => {
    const points = marks.filter((m) => m.start === m.end && m.start === low);
    element.append(...points.map((m) => markElement("", [m], `‸${m.symbol}`)));
    if (i + 1 === edges.length) return;
    const high = edges[i + 1];
    const covers = ({ start, end }) => start <= low && high <= end;
    const over = marks.filter(covers);
    const part = parts.find(covers);
    const shown = visible(text.slice(low, high));
    const symbols = [...new Set(over.filter((m) => m.end === high).map((m) => m.symbol))].join("");
    const plain = sought.some(covers) ? make("span", { className: "hit" }, shown) : shown;
    const run = over.length ? markElement(plain, over, symbols) : plain;
    element.append(part ? differenceElement(run, part) : run);
  });
  return element;
};

const differenceElement = (run, { title, who }) => {
  const element = make("span", { className: "difference", title }, run);
  if (who) element.dataset.who = who;
  return element;
};

const markElement = (shown, marks, symbols) => {
  const element = make("span", {
    className: `mark ${[...new Set(marks.map((m) => m.style))].join(" ")}`,
    title: visible(marks.map((m) => m.title).join("\n")),
    tabIndex: 0,
  }, shown);
  element.dataset.mark = marks.map((m) => m.name).join(" ");
  element.dataset.symbol = symbols;
  return element;
};

// Of each side of a row the passages to show as different, and what could not be compared.
const differences = (row, a, b) => {
  const found = new Map();
  const add = (side, parts, title, who = "") =>
    found.set(side, [...(found.get(side) ?? []), ...parts.map((part) => ({ ...part, title, who }))]);
  const compare = (one, other, [inOne, inOther], who = "") => {
    const [x, y] = [textOf(one, row), textOf(other, row)];
    const parts = x === null || y === null ? [[], []] : difference(x, y);
    if (!parts) { found.tooLong = true; return; }
    add(one, parts[0], inOne);
    add(other, parts[1], inOther, who);
  };
  if (fields.diff.value === "pair" && b >= 0) compare(sideOfSystem(a), sideOfSystem(b), ["not in B", "not in A"]);
  if (fields.diff.value === "reference" && data.references) {
    for (const s of chosenSystems()) {
      const letter = letterOf(s);
      compare(sideOfSystem(s), sideOfReference(0), ["not in the reference", `not in ${letter}`], b >= 0 ? letter : "");
    }
    if (b >= 0) found.set(sideOfReference(0), overlaid(found.get(sideOfReference(0)) ?? []));
  }
  return found;
};

// ---- a row

const isolated = (text) => make("bdi", {}, visible(text));

const cell = (label, side, row, parts, systems) => {
  const text = textOf(side, row);
  const language = data.languages[data.source && side === 0 ? 0 : 1];
  const missing = side < sideOfSystem(0) ? "none" : "not in the output";
  const body = text === null ? make("span", { className: "gap" }, missing)
    : content(text, marksOn(side, row, systems), parts ?? [], language);
  return make("div", { className: "side" }, make("small", {}, ...label), body);
};

const scoreTable = (row, a, b) => {
  const heads = ["", "A", ...(b >= 0 ? ["B", "A − B"] : [])];
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((text) =>
    make("th", { scope: "col", className: text ? "num" : "" }, text || make("span", { className: "sr" }, "metric"))))));
  table.append(make("tbody", {}, ...data.metrics.map(([, label, decimals, higher], m) => {
    const [x, y] = [a, b].map((s) => s < 0 ? null : data.scores[s][m][row]);
    const delta = x === null || y === null ? null : x - y;
    const values = [number(x, decimals), ...(b >= 0 ? [number(y, decimals), number(delta, decimals, true)] : [])];
    return make("tr", {}, make("th", { scope: "row" }, isolated(`${label}\u00a0${higher ? "↑" : "↓"}`)),
      ...values.map((text) => make("td", { className: "num" }, text)));
  })));
  return table;
};

const about = (row) => {
  const [document, domain] = [data.documents[data.of[row]], data.domains[data.of[row]]];
  const facts = [data.ids[row], ...(data.documents.length > 1 ? [document] : []), ...(domain ? [domain] : [])];
  return make("p", {}, make("a", { href: fragment(row), className: "to" }, `${row + 1}`),
    make("small", {}, ...facts.flatMap((fact, i) => i ? [" · ", isolated(fact)] : [" ", isolated(fact)])));
};

const notes = (row, a, b, tooLong) => {
  const texts = [a, b].filter((s) => s >= 0).flatMap((s) => {
    const joined = data.joined[s].find(([first]) => first === row);
    return joined ? [`${letterOf(s)} has rows ${joined[1] + 1} to ${joined[2] + 1} as one text with one score.`] : [];
  });
  return [...texts, ...(tooLong ? ["Too long to compare word by word."] : [])]
    .map((text) => make("p", { className: "meaning" }, text));
};

// The systems that are not chosen, drawn when they are asked for.
const others = (row) => {
  const shown = [...data.systems.keys()].filter((s) => !chosenSystems().includes(s));
  if (!shown.length) return [];
  const body = make("div", { className: "sides" });
  const title = `${shown.length} other system${shown.length > 1 ? "s" : ""}`;
  const element = make("details", {}, make("summary", {}, title), body);
  element.addEventListener("toggle", () => {
    if (!body.childElementCount) body.append(...shown.map((s) => other(row, s)));
    draw();
  });
  return [element];
};

const other = (row, s) => {
  const [output, own] = [textOf(sideOfSystem(s), row), textOf(sideOfSystem(system("a")), row)];
  const parts = output === null || own === null ? null : difference(output, own);
  const [, , decimals] = data.metrics[metric()] ?? [];
  const score = metric() < 0 ? "" : ` ${number(data.scores[s][metric()][row], decimals)}`;
  const titled = (parts?.[0] ?? []).map((part) => ({ ...part, title: "not in A" }));
  return cell([isolated(data.systems[s]), score], sideOfSystem(s), row, titled, [s]);
};

const rowElement = (row) => {
  const [a, b] = [system("a"), system("b")];
  const systems = chosenSystems();
  const parts = differences(row, a, b);
  const given = data.source ? [cell(["Source"], 0, row, [], systems)] : [];
  for (let k = 0; k < data.references; k++) {
    const side = sideOfReference(k);
    const label = data.references > 1 ? `Reference ${k + 1}` : "Reference";
    if (k === 0 || textOf(side, row) !== null) given.push(cell([label], side, row, parts.get(side), systems));
  }
  const outputs = systems.map((s) =>
    cell([`${letterOf(s)} `, isolated(data.systems[s])], sideOfSystem(s), row, parts.get(sideOfSystem(s)), [s]));
  const element = make("div", { className: "row", role: "listitem", tabIndex: -1 },
    make("div", { className: "about" }, about(row), scoreTable(row, a, b)),
    make("div", { className: "texts" }, make("div", { className: "sides" }, ...given),
      make("div", { className: "sides" }, ...outputs), ...notes(row, a, b, parts.tooLong), ...others(row)));
  element.addEventListener("focusin", () => { if (current !== row) choose(row); });
  return element;
};

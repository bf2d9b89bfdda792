"use strict";
// Findings are decided on form by form; see mtqe/report/decisions.py for the data.
(() => {
  const root = document.getElementById("decide");
  if (!root) return;
  const data = JSON.parse(document.getElementById("decisions-data").textContent);
  const form = root.querySelector("form");
  const fields = form.elements;
  const status = root.querySelector(".status");
  const body = root.querySelector("tbody");
  // what the table calls each decision
  const WORDS = { right: "error", wrong: "wrong", variant: "variant" };
  const PLACES = 3;

  // ---- what was decided: [decision, note] by finding

  const slot = `mtqe decisions ${data.key}`;
  let kept = true;
  const read = () => {
    try {
      return new Map(JSON.parse(localStorage.getItem(slot)) ?? []);
    } catch { // no storage for this page, or not what this script wrote
      return new Map();
    }
  };
  const decided = read();
  const keep = () => {
    try {
      localStorage.setItem(slot, JSON.stringify([...decided]));
      kept = true;
    } catch {
      kept = false;
    }
  };

  const nameOf = (system, item) => `${data.systems.indexOf(system)} ${system.items.indexOf(item)}`;
  const of = (system, item) => decided.get(nameOf(system, item)) ?? ["", ""];
  const isDecided = (system, item) => of(system, item)[0] in WORDS;
  const chosen = () => data.systems[fields.system.value];
  const within = (systems) => systems.flatMap((system) => system.items.map((item) => [system, item]));

  const tell = (more = "") => {
    const count = (systems) => within(systems).filter(([system, item]) => isDecided(system, item)).length;
    const here = `${count([chosen()])} of ${chosen().items.length} decided`;
    const all = data.systems.length > 1 ? `, ${count(data.systems)} of ${within(data.systems).length} in all` : "";
    const lost = kept ? "" : " This browser keeps nothing for this page: download before you close it.";
    status.textContent = `${here}${all}. ${more}${lost}`.trim();
  };

  // ---- the table

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
  };
  const bdi = (className, ...children) => {
    const [lang, dir] = chosen().language;
    return element("bdi", { className, lang, dir }, ...children);
  };

  const forms = (item) => {
    if (!item.found || !item.expected) return [bdi(item.found ? "found" : "expected", item.found || item.expected)];
    const arrow = element("span", { textContent: " → " });
    arrow.setAttribute("aria-hidden", "true");
    const said = element("span", { className: "sr", textContent: " reference: " });
    return [bdi("found", item.found), arrow, said, bdi("expected", item.expected)];
  };

  const place = ({ quote: [before, inside, after], row, link }) => {
    const quote = bdi("", before, element("b", { className: "passage", textContent: inside || "‸" }), after);
    const where = link ? element("a", { href: link, textContent: `row ${row}` }) : `row ${row}`;
    return element("li", {}, element("q", {}, quote), " ", element("small", {}, where));
  };

  const choice = (system, item) => {
    const select = element("select", {}, ...["", ...Object.keys(WORDS)].map((word) => new Option(word || "–", word)));
    select.value = of(system, item)[0];
    select.setAttribute("aria-label", `Decision on ${item.found || item.expected}`);
    select.addEventListener("input", () => decide(system, item, [select.value, of(system, item)[1]]));
    return select;
  };

  const note = (system, item) => {
    const input = element("input", { value: of(system, item)[1], size: 18 });
    input.setAttribute("aria-label", `Note on ${item.found || item.expected}`);
    input.addEventListener("input", () => decide(system, item, [of(system, item)[0], input.value]));
    return input;
  };

  const decide = (system, item, [decision, text]) => {
    if (decision || text) decided.set(nameOf(system, item), [decision, text]);
    else decided.delete(nameOf(system, item));
    keep();
    tell();
  };

  const row = (system, item) => {
    const times = item.places.length > 1 ? ` · ${item.places.length}×` : "";
    const kind = element("small", { textContent: item.label + (item.group === "hint" ? " · hint" : "") + times });
    const head = element("th", { scope: "row" }, ...forms(item), kind);
    const places = item.places.slice(0, PLACES).map(place);
    if (item.places.length > PLACES) places.push(element("li", { textContent: `and ${item.places.length - PLACES} more` }));
    const cells = [element("ul", {}, ...places), choice(system, item), note(system, item)];
    return element("tr", { className: item.group || "error" }, head, ...cells.map((cell) => element("td", {}, cell)));
  };

  const show = () => {
    const system = chosen();
    const wanted = { all: () => true, open: (item) => !isDecided(system, item), decided: (item) => isDecided(system, item) };
    body.replaceChildren(...system.items.filter(wanted[fields.show.value]).map((item) => row(system, item)));
    tell();
  };

  const choose = () => {
    const names = chosen().files.map(([name], k) => new Option(name, k));
    fields.file.replaceChildren(...names);
    fields.file.closest("label").hidden = names.length < 2;
    root.querySelector("[data-action=text]").disabled = !names.length;
    show();
  };

  // ---- downloads

  const download = (name, type, text) => {
    const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // as mtqe.text.as_cell has it: no spreadsheet takes a note for a formula
  const guarded = (text) => (/^'*[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text);
  const cell = (text) => (/[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const table = () => {
    const rows = within(data.systems).flatMap(([system, item]) => {
      const [decision, text] = of(system, item);
      return item.places.map(({ cells }) => [...cells, WORDS[decision] ?? "", guarded(text)]);
    });
    const lines = [data.columns, ...rows].map((cells) => `${cells.map(cell).join("\t")}\n`);
    download("decisions.tsv", "text/tab-separated-values", lines.join(""));
    tell();
  };

  // From the end of each line, so that what stands before stays where it is; of two that overlap the later begins first.
  const corrections = (system, file) => {
    const right = system.items.filter((item) => of(system, item)[0] === "right");
    const put = right.flatMap((item) => item.places.map(({ at }) => ({ at, put: item.put })));
    const able = put.filter(({ at, put: form }) => at && form);
    const here = able.filter(({ at }) => at[0] === file).sort((a, b) => b.at[2] - a.at[2] || b.at[3] - a.at[3]);
    return { here, unable: put.length - able.length };
  };

  const text = () => {
    const system = chosen();
    const file = Number(fields.file.value);
    const [name, lines] = system.files[file];
    const { here, unable } = corrections(system, file);
    const corrected = [...lines];
    const free = lines.map(() => Infinity);
    let done = 0;
    for (const { at: [, line, start, end], put } of here) {
      if (end > free[line]) continue;
      const characters = [...corrected[line]];
      characters.splice(start, end - start, put);
      corrected[line] = characters.join("");
      free[line] = start;
      done += 1;
    }
    const left = unable + here.length - done;
    const stem = name.split(/[\\/]/).pop().replace(/\.[^.]*$/, "");
    download(`${stem}.corrected.txt`, "text/plain", corrected.map((line) => `${line}\n`).join(""));
    const told = left ? ` ${left} could not be: no place or no form, or it overlaps another.` : "";
    tell(`${done} ${done === 1 ? "correction was" : "corrections were"} put in.${told}`);
  };

  const clear = () => {
    if (!decided.size || !confirm("Forget all decisions on this report?")) return;
    decided.clear();
    keep();
    show();
  };

  // ---- the start

  fields.system.replaceChildren(...data.systems.map(({ set, name }, k) => {
    const sets = new Set(data.systems.map((system) => system.set));
    return new Option(sets.size > 1 ? `${set}: ${name}` : name, k);
  }));
  fields.system.closest("label").hidden = data.systems.length < 2;
  form.addEventListener("submit", (event) => event.preventDefault());
  fields.system.addEventListener("input", choose);
  fields.show.addEventListener("input", show);
  for (const [action, run] of Object.entries({ table, text, clear })) {
    root.querySelector(`[data-action=${action}]`).addEventListener("click", run);
  }
  root.hidden = false;
  choose();
})();

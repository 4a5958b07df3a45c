// Draws the tables of mtqg_geo/ui/shared/table.py. A table comes in parts, each a message of its own;
// it is drawn when all parts of one state are there. Every text is set as text, never as HTML.

const FIRST = 100; // so many rows are drawn at once; the others on request
const tables = new Map(); // by key: its parts, where it stands, what the reader did with it
let calls = 0;

export default async function ({ data, parentElement, setTriggerValue }) {
  const call = ++calls;
  const start = 1 + data[0];
  const key = new TextDecoder().decode(data.subarray(1, start));
  const packed = new Blob([data.slice(start)]).stream();
  const opened = packed.pipeThrough(new DecompressionStream("deflate"));
  const part = JSON.parse(await new Response(opened).text());
  if (!tables.has(key)) tables.set(key, { key, parts: {}, latest: {} });
  const table = tables.get(key);
  if (table.latest[part.part] > call) return; // a small message overtook a large one
  table.latest[part.part] = call;
  table.parts[part.part] = part;
  if (part.part === "main") {
    table.choose = (chosen) => setTriggerValue("chosen", chosen);
    table.askForAll = () => setTriggerValue("whole", true);
    if (table.home !== parentElement) build(table, parentElement);
  }
  if (part.part !== "look") table.isNew = true;
  // All messages of a run arrive in one go: drawn once.
  table.due ??= requestAnimationFrame(() => {
    table.due = null;
    draw(table);
  });
  return () => {
    if (part.part === "main" && table.home === parentElement) table.home = null;
  };
}

/** Write a number as `number` in words.py does: it comes rounded, and has the decimals it needs. */
export function written(value, decimals, lang) {
  if (value === null) return "–";
  const own = (String(value).split(".")[1] ?? "").length;
  const digits = Math.max(decimals, own);
  return value.toLocaleString(lang === "en" ? "en-US" : "vi-VN", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** Write a text as it is searched: words without accents, in small letters, a space before each. */
export function plain(text) {
  const letters = text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  return letters.replace(/[^\p{L}\p{N}]+/gu, " ").replace(/^ ?/, " ").trimEnd();
}

function make(kind, attributes = {}, ...children) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Build what stays when the rows change: search, the frame that scrolls, the button for more. */
function build(table, home) {
  table.home = home;
  table.reader = { words: "", sort: null, limit: FIRST, unfolded: false };
  table.isNew = true;
  const search = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const said = make("span", { role: "status" });
  const head = make("thead");
  const body = make("tbody");
  const frame = make("div", { class: "frame" }, make("table", {}, head, body));
  const more = make("button", { type: "button", class: "more" });
  Object.assign(table, { search, said, head, body, frame, more });
  home.replaceChildren(make("div", { class: "own-table" }, make("div", { class: "tools" }, search, said), frame, more));
  search.addEventListener("input", () => {
    table.reader.words = search.value;
    table.reader.limit = FIRST;
    if (search.value.trim()) needAll(table);
    fill(table);
  });
  more.addEventListener("click", () => showMore(table));
  head.addEventListener("click", (event) => sortBy(table, event.target.closest("th")?.dataset.column));
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    const isText = String(getSelection()) !== ""; // somebody marks a name to copy it
    if (row?.dataset.key && !event.target.closest("a") && !isText) choose(table, row);
  });
  body.addEventListener("keydown", (event) => onKey(table, event));
}

function draw(table) {
  const { main, look } = table.parts;
  if (!table.home || !main || !look) return;
  const needed = Object.entries(main.needs);
  if (!needed.every(([name, is]) => table.parts[name]?.is === is)) return; // more is on its way
  if (table.isNew) {
    const all = [main, ...needed.map(([name]) => table.parts[name])].flatMap((part) => part.columns);
    const columns = main.names.map((name) => all.find((column) => column.name === name));
    for (const column of columns) column.phone = main.phone.includes(column.name);
    const length = columns[0]?.values.length ?? 0;
    table.unseen = columns.find((column) => column.kind === "key");
    table.rowKeys = table.unseen?.values;
    table.columns = columns.filter((column) => column.kind !== "key");
    table.order = main.order ?? [...Array(length).keys()];
    table.texts = null;
    table.isPart = main.count > length; // the other rows come when they are asked for
    table.isAsked = false;
    table.frame.setAttribute("aria-busy", false);
    if (!table.columns.some((column) => column.name === table.reader.sort?.name)) table.reader.sort = null;
    const { search } = table;
    search.placeholder = main.words.search;
    search.setAttribute("aria-label", `${main.words.search}: ${main.label}`);
    search.hidden = main.count < 12;
    if (table.reader.sort || table.reader.words.trim()) needAll(table);
  }
  const grid = table.frame.firstElementChild;
  grid.setAttribute("aria-label", main.label);
  if (look.choose) grid.setAttribute("role", "grid");
  table.frame.style.maxHeight = look.height ? `${look.height}px` : "";
  const moved = table.selected !== look.selected;
  table.selected = look.selected;
  if (table.isNew || (moved && !mark(table))) fill(table);
  if (moved) bringIntoView(table);
  table.isNew = false;
}

/** Ask for the rows that were not sent; what the reader wanted of them is done when they are there. */
function needAll(table) {
  if (!table.isPart || table.isAsked) return;
  table.isAsked = true;
  table.frame.setAttribute("aria-busy", true);
  table.askForAll();
}

/** Return the places of the rows to show, in their order, and how many are left out. */
function wanted(table) {
  const { main } = table.parts;
  const { words, sort, limit } = table.reader;
  let rows = table.order;
  let folded = 0;
  const asked = plain(words).split(/(?= )/).filter(Boolean); // each is how a word begins
  if (asked.length) {
    table.texts ??= searched(table);
    rows = rows.filter((row) => asked.every((word) => table.texts[row].includes(word)));
  } else if (main.folded && !isUnfolded(table)) {
    folded = rows.length - main.folded[0];
    rows = rows.slice(0, main.folded[0]);
  }
  if (sort) rows = sorted(rows, table.columns.find((column) => column.name === sort.name), sort.down);
  let count = limit;
  const at = table.selected === null || !table.rowKeys ? -1 : rows.findIndex((row) => table.rowKeys[row] === table.selected);
  if (at >= count) count = at + 1;
  const found = table.isPart && !asked.length ? main.count : rows.length;
  return { rows: rows.slice(0, count), found, folded };
}

/** Whether the rows behind the fold are shown: on request, or because one of them is selected. */
function isUnfolded(table) {
  const place = table.rowKeys?.indexOf(table.selected) ?? -1;
  const shown = table.parts.main.folded[0];
  return table.reader.unfolded || (place >= 0 && table.order.indexOf(place) >= shown);
}

function searched(table) {
  const kinds = [table.unseen, ...table.columns].filter((column) => column && column.kind !== "number");
  return table.order.map((_, row) => {
    const texts = kinds.flatMap((column) => [column.values[row], column.notes?.[row], column.instead?.[row]]);
    return plain(texts.filter(Boolean).join(" "));
  });
}

const byWords = new Intl.Collator("vi", { numeric: true }).compare;

function sorted(rows, column, down) {
  const compare = column.kind === "number" ? (one, other) => one - other : byWords;
  return [...rows].sort((one, other) => {
    const [a, b] = [column.values[one], column.values[other]];
    if (a === null || b === null) return (a === null) - (b === null); // what is missing stays last
    return down ? compare(b, a) : compare(a, b);
  });
}

/** Fill in headings and rows; the keyboard and the eye stay where they were. */
function fill(table) {
  const { main, look } = table.parts;
  const { sort } = table.reader;
  const held = [table.head, table.body].map((part) => part.contains(document.activeElement) && document.activeElement);
  const heading = held[0] && held[0].closest("th").dataset.column;
  const heldRow = held[1] && held[1].closest("tr").dataset.key;
  table.head.replaceChildren(
    make("tr", {}, ...table.columns.map((column) => headingOf(column, sort, main.words))),
  );
  const { rows, found, folded } = wanted(table);
  const largest = table.columns.map((column) =>
    column.bar === 0 ? Math.max(...column.values.map((value) => value ?? 0)) : column.bar,
  );
  table.body.replaceChildren(...rows.map((row) => rowOf(table, row, largest)));
  if (!rows.length && !table.isPart) {
    const cell = make("td", { colspan: table.columns.length }, main.words.none);
    table.body.append(make("tr", {}, cell));
  }
  table.said.textContent = table.reader.words.trim() && rows.length && !table.isPart
    ? phrase(main, main.words.found, found, main.count)
    : "";
  const left = found - rows.length;
  table.more.hidden = !left && !folded;
  table.more.textContent = left ? phrase(main, main.words.more, Math.min(left, FIRST)) : folded ? main.folded[1] : "";
  if (look.choose) mark(table);
  if (heading) table.head.querySelector(`[data-column="${CSS.escape(heading)}"] button`)?.focus();
  if (heldRow) rowWith(table, heldRow)?.focus();
}

function phrase(main, words, n, of = 0) {
  return words.replace("{n}", written(n, 0, main.lang)).replace("{of}", written(of, 0, main.lang));
}

function headingOf(column, sort, words) {
  const isSorted = sort?.name === column.name;
  const hint = column.hint ? `${column.hint} · ${words.sort}` : words.sort;
  const heading = column.kind === "open"
    ? make("span", { class: "unseen" }, column.heading)
    : make("button", { type: "button", title: hint }, column.heading);
  return make("th", {
    scope: "col",
    class: classOf(column),
    "data-column": column.name,
    "aria-sort": isSorted && (sort.down ? "descending" : "ascending"),
  }, heading);
}

function classOf(column) {
  return [column.kind ?? "text", column.bar != null && "barred", column.colours && "marked", column.phone && "phone"].filter(Boolean).join(" ");
}

function rowOf(table, row, largest) {
  const cells = table.columns.map((column, at) => {
    const cell = make(at ? "td" : "th", { class: classOf(column), scope: !at && "row" });
    fillCell(cell, column, row, largest[at], table.parts.main.lang);
    return cell;
  });
  return make("tr", { "data-key": table.rowKeys?.[row] }, ...cells);
}

function fillCell(cell, column, row, largest, lang) {
  const value = column.values[row];
  const isNumber = column.kind === "number";
  const text = column.instead?.[row] ?? (isNumber ? written(value, column.decimals ?? 0, lang) : value ?? "–");
  if (column.kind === "source") {
    for (const word of text.split(/(\s+)/)) cell.append(named(word));
  } else if (column.kind === "open") {
    const link = column.link + encodeURIComponent(value ?? "");
    if (value !== null) cell.append(make("a", { href: link, class: "opens-map" }, column.heading));
  } else {
    cell.append(isNumber ? make("span", {}, text) : text);
  }
  if (column.colours?.[value]) {
    const mark = make("b", { "aria-hidden": "true" });
    mark.style.background = column.colours[value];
    cell.prepend(mark);
  }
  if (largest > 0 && value !== null) { // where nothing is known no bar says 0
    const bar = make("i", { "aria-hidden": "true" });
    bar.style.setProperty("--full", `${Math.min(100, Math.max(0, (100 * (value ?? 0)) / largest))}%`);
    cell.prepend(bar);
  }
  if (column.notes?.[row]) cell.append(" ", make("small", {}, column.notes[row]));
}

/** Return a word of a source: an address becomes a link named by its host. */
function named(word) {
  const host = /^https?:\/\/(?:www\.)?([^/?#]+?)\.?(?:[/?#]|$)/.exec(word);
  return host ? make("a", { href: word, target: "_blank", rel: "noopener noreferrer" }, host[1]) : word;
}

function sortBy(table, name) {
  const column = table.columns.find((each) => each.name === name);
  if (!column || column.kind === "open") return;
  const { sort } = table.reader;
  const first = column.kind === "number"; // numbers begin with the largest, words with A
  needAll(table);
  if (sort?.name !== name) table.reader.sort = { name, down: first };
  else table.reader.sort = sort.down === first ? { name, down: !first } : null; // then as it was
  fill(table);
}

function showMore(table) {
  const before = table.body.childElementCount;
  if (before < wanted(table).found) {
    table.reader.limit = before + FIRST;
    needAll(table);
  } else table.reader.unfolded = true;
  fill(table);
  table.body.children[before]?.focus();
}

function rowWith(table, key) {
  return table.body.querySelector(`tr[data-key="${CSS.escape(key)}"]`);
}

/** Mark the selected row, and the one row the Tab key comes to; false if the row is not drawn. */
function mark(table) {
  const rows = [...table.body.children].filter((row) => row.dataset.key);
  const chosen = rows.find((row) => row.dataset.key === table.selected);
  for (const row of rows) {
    row.setAttribute("aria-selected", row === chosen);
    row.tabIndex = -1;
  }
  const first = chosen ?? rows[0];
  if (first) first.tabIndex = 0;
  return Boolean(chosen) || table.selected === null;
}

function bringIntoView(table) {
  const row = table.selected && rowWith(table, table.selected);
  if (!row) return;
  const { frame, head } = table; // only the frame scrolls, never the page
  const top = row.offsetTop - head.offsetHeight;
  const isAbove = top < frame.scrollTop;
  const isBelow = row.offsetTop + row.offsetHeight > frame.scrollTop + frame.clientHeight;
  if (!isAbove && !isBelow) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  frame.scrollTo({ top: top - frame.clientHeight / 3, behavior });
}

function choose(table, row) {
  if (!table.parts.look.choose) return;
  table.selected = row.dataset.key; // marked at once; the server says the same
  mark(table);
  row.focus({ preventScroll: true });
  table.choose(row.dataset.key);
}

function onKey(table, event) {
  const row = event.target.closest("tr");
  if (event.target.closest("a, button") || !row?.dataset.key) return;
  const to = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: table.body.firstElementChild,
    End: table.body.lastElementChild,
  }[event.key];
  if (event.key === "Enter" || event.key === " ") choose(table, row);
  else if (to) {
    row.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  } else return;
  event.preventDefault();
}

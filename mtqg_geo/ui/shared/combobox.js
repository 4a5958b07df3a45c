// A combobox (ARIA 1.2): a field to type in, and below it a list in groups. As a heading it shows
// what is chosen and lists everything when opened; as a search it is empty and lists what matches.

const MOST_FOUND = 60; // entries of a search: who wants more types more
const MARGIN_PX = 16; // between the list and the edge of the screen
const JUMP = 8; // entries of Page Up and Page Down
const REDRAWN_MS = 5_000; // in which a list that was taken out of the page is there again
let boxes = 0;
const interrupted = new Map(); // by key: lists that were open when they were taken out of the page
const newest = new Map(); // by key: the list that was put into the page last

export default function ({ data, parentElement, setTriggerValue }) {
  const isNew = !parentElement.combobox;
  const box = (parentElement.combobox ??= new Combobox(parentElement, data.key));
  box.take(data, (value) => setTriggerValue("chosen", value));
  if (isNew) {
    newest.set(data.key, box);
    box.resume();
  }
  return () => box.leave();
}

/** As written, in one Unicode form and lower case: `An Lạc` stays apart from `An Lác`. */
export const lowered = (text) => text.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ");

/** In plain letters: `Đại Sơn` is found by `dai son`. */
export const plain = (text) =>
  lowered(text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d"));

const spaced = (text) => ` ${text.replace(/[^\p{L}\p{N}]+/gu, " ")} `;
const begins = (text, part) => spaced(text).includes(` ${part}`);

/** How well an option answers what was typed, smaller is better; null where a word is missing. */
export function rank([, label, detail, words = ""], typed) {
  const written = lowered(`${label} | ${words}`), sought = plain(typed);
  const name = plain(label), others = plain(words), beside = plain(detail ?? "");
  const classes = sought.split(" ").map((part) => {
    if (spaced(name).includes(` ${part} `)) return 0; // `son` is Đại Sơn before Song Mai
    if (begins(name, part)) return 1;
    if (begins(others, part)) return 2;
    if (name.includes(part)) return 3;
    return others.includes(part) ? 4 : begins(beside, part) ? 5 : Infinity;
  });
  const worst = Math.max(...classes);
  if (worst === Infinity) return null;
  const exact = name === sought ? 0 : others.split(" | ").indexOf(sought); // the first word is its own
  // Who types no accents means any; who types one means that.
  const isAsWritten = lowered(typed) === sought || lowered(typed).split(" ").every((part) => begins(written, part));
  const isInOrder = begins(`${name} | ${others}`, sought);
  return (exact === 0 ? 0 : exact > 0 ? 50 : 100) + (isAsWritten ? 0 : 20) + 2 * worst + (isInOrder ? 0 : 1);
}

/** The groups with the options that match, best first; everything while nothing is typed. */
export function found(groups, typed) {
  if (!plain(typed)) return groups;
  const ranked = groups.map(([heading, options]) => {
    const matches = options.map((option) => [rank(option, typed), option]);
    const kept = matches.filter(([rank]) => rank !== null).sort(([one], [other]) => one - other);
    return [heading, kept];
  });
  let left = MOST_FOUND;
  return ranked
    .filter(([, kept]) => kept.length)
    .sort(([, [[one]]], [, [[other]]]) => one - other)
    .map(([heading, kept]) => [heading, kept.splice(0, left).map(([, option]) => (left--, option))])
    .filter(([, options]) => options.length);
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter(Boolean));
  return element;
}

class Combobox {
  constructor(parent, key) {
    const id = `combobox-${(boxes += 1)}`;
    this.place = parent.closest(`.st-key-${key}`);
    this.title = make("h2", {});
    this.input = make("input", {
      id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${id}-list`,
    });
    this.list = make("div", { id: `${id}-list`, role: "listbox" });
    this.said = make("p", { role: "status" });
    this.popup = make("div", { class: "popup", hidden: "" }, this.list, this.said);
    this.box = make("div", { class: "combobox" }, this.title, this.input, this.popup);
    parent.append(this.box);
    this.awaited = [];
    this.isTyped = false;
    this.input.addEventListener("input", () => { this.isTyped = true; this.open(); });
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("click", () => this.click());
    // Some browsers say so of a field that is being taken out of the page: nobody left it.
    this.input.addEventListener("blur", () => {
      if (!this.isSwitching) queueMicrotask(() => this.input.isConnected && this.close());
    });
    this.popup.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
    this.list.addEventListener("scroll", () => { this.top = this.list.scrollTop; });
    this.list.addEventListener("click", (event) => {
      const entry = event.target.closest("[role=option]");
      if (entry) this.choose(entry);
    });
    this.watch = new MutationObserver(() => this.follow());
    this.watch.observe(this.place, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-chosen"] });
  }

  /** Take what the server gave: again whenever the options or their words change. */
  take(data, send) {
    Object.assign(this, { data, send });
    this.isHeading = data.look === "heading";
    this.box.classList.toggle("heading", this.isHeading);
    this.title.hidden = !this.isHeading;
    for (const field of [this.input, this.list]) field.setAttribute("aria-label", data.label);
    this.input.placeholder = this.isHeading ? "" : data.label;
    // A finger opens the list to look at it; a second tap brings the keyboard.
    const isByFinger = this.isHeading && matchMedia("(pointer: coarse)").matches;
    if (isByFinger && this.popup.hidden) this.input.inputMode = "none";
    this.groups = data.source ? (this.source === data.source && this.groups) || null : data.groups;
    this.source = data.source;
    this.follow(true);
    if (!this.popup.hidden) this.open(this.pointedAt());
  }

  /** Be taken out of the page; an answer of the server may put the same list somewhere else. */
  leave() {
    this.watch.disconnect();
    const { key } = this.data, after = newest.get(key);
    if (after === this) newest.delete(key);
    if (this.popup.hidden) return;
    const { value, inputMode, selectionStart, selectionEnd } = this.input, { isTyped } = this;
    interrupted.set(key, {
      value, inputMode, isTyped, range: [selectionStart, selectionEnd], at: this.pointedAt(), since: performance.now(),
    });
    // What a busy server sends in two parts has both lists in the page for a while.
    if (after && after !== this) after.resume();
  }

  /** Go on where this list was interrupted: with what was typed, the place in it, and open. */
  resume() {
    const { key } = this.data, was = interrupted.get(key);
    interrupted.delete(key);
    const isLate = !was || performance.now() - was.since > REDRAWN_MS;
    if (isLate || document.activeElement !== document.body) return;
    Object.assign(this.input, { value: was.value, inputMode: was.inputMode });
    this.isTyped = was.isTyped;
    this.input.focus({ preventScroll: true });
    this.open(was.at);
    this.input.setSelectionRange(...was.range);
  }

  /** What Enter would choose, and how far the list is scrolled. */
  pointedAt() {
    return { value: this.active?.dataset.value, top: this.top };
  }

  /** Show what the server says is chosen, unless an answer to a later choice is still to come. */
  follow(isAnew = false) {
    if (!this.isHeading) return;
    const told = this.place.querySelector("[data-chosen]")?.dataset.chosen ?? "";
    if (told === this.told && !isAnew) return;
    this.told = told;
    const answered = this.awaited.lastIndexOf(told);
    this.awaited = answered < 0 ? [] : this.awaited.slice(answered + 1);
    if (!this.awaited.length) this.show(told);
  }

  show(value) {
    this.value = value;
    const options = (this.groups || []).flatMap(([, options]) => options);
    this.title.textContent = options.find(([each]) => each === value)?.[1] ?? value;
    if (this.popup.hidden) this.input.value = this.title.textContent;
  }

  click() {
    if (this.popup.hidden) this.open();
    else if (this.input.inputMode === "none") {
      this.isSwitching = true;
      this.input.inputMode = "search";
      this.input.blur();
      this.input.focus();
      this.isSwitching = false;
    }
  }

  async open(before) {
    const typed = this.isTyped ? this.input.value : "";
    if (!this.isHeading && !plain(typed)) return this.close();
    if (this.popup.hidden && !this.isTyped) this.input.select(); // typing begins a new text
    this.popup.hidden = false;
    this.box.classList.add("is-open");
    const end = this.box.getBoundingClientRect().left + this.popup.offsetWidth;
    this.popup.style.left = `${Math.min(0, innerWidth - MARGIN_PX - end)}px`;
    this.input.setAttribute("aria-expanded", "true");
    if (!this.groups) await this.fetch();
    if (this.popup.hidden || (this.isTyped && typed !== this.input.value)) return; // typed on
    this.draw(this.groups ? found(this.groups, typed) : [], before);
  }

  async fetch() {
    this.said.textContent = this.data.words.wait;
    try {
      const source = this.data.source, answer = await fetch(source);
      if (!answer.ok) throw new Error(answer.status);
      const groups = await answer.json();
      if (source === this.data.source) this.groups = groups;
    } catch {
      this.groups = null; // asked for again with the next letter
    }
  }

  /** Write the entries; `before` is what was pointed at in those they take the place of. */
  draw(groups, before) {
    this.entries = [];
    const parts = groups.map(([heading, options], number) => {
      const name = `${this.list.id}-${number}`;
      const entries = options.map(([value, label, detail]) => this.entry(value, label, detail));
      const title = make("div", { id: name, class: "group", role: "presentation" }, heading);
      return make("div", { role: "group", "aria-labelledby": name }, title, ...entries);
    });
    this.list.replaceChildren(...parts);
    const { words } = this.data, count = this.entries.length;
    this.said.textContent = !this.groups ? words.failed : count ? `${words.found}: ${count}` : words.none;
    this.said.classList.toggle("only-spoken", count > 0);
    const wanted = before?.value ?? (this.isTyped ? undefined : this.value);
    this.point(this.entries.findIndex((entry) => entry.dataset.value === wanted));
    if (before) this.list.scrollTop = before.top ?? 0;
  }

  entry(value, label, detail) {
    const entry = make(
      "div",
      { id: `${this.list.id}-of-${this.entries.length}`, role: "option", "data-value": value,
        "aria-selected": String(this.isHeading && value === this.value) },
      make("span", { class: "label" }, label), detail && make("span", { class: "detail" }, detail),
    );
    this.entries.push(entry);
    return entry;
  }

  /** Make an entry the one that Enter chooses. */
  point(number) {
    this.active?.classList.remove("is-active");
    this.at = Math.min(Math.max(number, 0), this.entries.length - 1);
    this.active = this.entries[this.at];
    if (!this.active) return this.input.removeAttribute("aria-activedescendant");
    this.active.classList.add("is-active");
    this.input.setAttribute("aria-activedescendant", this.active.id);
    const isFirst = this.at === 0; // its group's heading is above it
    if (isFirst) this.list.scrollTop = 0;
    else this.active.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    const isOpen = !this.popup.hidden && this.entries;
    const move = {
      ArrowDown: 1, ArrowUp: -1, PageDown: JUMP, PageUp: -JUMP, Home: -Infinity, End: Infinity,
    }[event.key];
    if (move && isOpen) this.point(Number.isFinite(move) ? this.at + move : move < 0 ? 0 : this.entries.length);
    else if (move && Math.abs(move) === 1) this.open();
    else if (event.key === "Enter" && isOpen && this.active) this.choose(this.active);
    else if (event.key === "Enter" && !isOpen) this.open();
    else if (event.key === "Escape" && !this.popup.hidden) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has keys of its own
  }

  /** Say at once what was chosen, and tell the server. */
  choose(entry) {
    const { value } = entry.dataset;
    if (this.isHeading && value !== this.value) {
      this.awaited.push(value);
      this.show(value);
      this.send(value);
    } else if (!this.isHeading) this.send(value);
    this.close();
  }

  close() {
    if (this.popup.hidden && !this.isTyped) return;
    this.isTyped = false;
    this.popup.hidden = true;
    this.box.classList.remove("is-open");
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren();
    this.said.textContent = "";
    this.entries = this.active = null;
    this.input.value = this.isHeading ? this.title.textContent : "";
  }
}

// A combobox (ARIA 1.2): a field to type in, and below it a list in groups. As a heading it shows
// what is chosen and lists everything when opened; as a search it is empty and lists what matches.

const MOST_FOUND = 60; // entries of a search: who wants more types more
const MARGIN_PX = 16; // between the list and the edge of the screen
const JUMP = 8; // entries of Page Up and Page Down
let boxes = 0;

export default function ({ data, parentElement, setTriggerValue }) {
  const box = (parentElement.combobox ??= new Combobox(parentElement, data.key));
  box.take(data, (value) => setTriggerValue("chosen", value));
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
    this.input.addEventListener("blur", () => this.isSwitching || this.close());
    this.popup.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
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
    if (this.isHeading && matchMedia("(pointer: coarse)").matches) this.input.inputMode = "none";
    this.groups = data.source ? (this.source === data.source && this.groups) || null : data.groups;
    this.source = data.source;
    this.follow(true);
  }

  leave() {
    this.watch.disconnect();
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

  async open() {
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
    this.draw(this.groups ? found(this.groups, typed) : []);
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

  draw(groups) {
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
    const chosen = this.entries.findIndex((entry) => entry.dataset.value === this.value);
    this.point(this.isTyped ? 0 : Math.max(chosen, 0));
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

/* Files that take a while: a press on their button asks the server, and a line at the foot of the
 * window says how many come before, how far it is, and gives the file when it is there.
 *
 * There is one tray for a window: it outlives the menu whose button was pressed.
 */
const TRIES = 30; // seconds without an answer before it is given up
const READ_MS = 4000; // for which "done" stays

export default function ({ data }) {
  const tray = (window.filesTray ??= new Tray());
  tray.words = data.words;
  Object.assign(tray.files, data.files);
}

class Tray {
  files = {}; // by key of a button the last part of the address of its file
  words = {};

  constructor() {
    this.list = document.createElement("ul");
    this.list.className = "files-tray";
    document.body.append(this.list);
    document.addEventListener("click", (event) => this.clicked(event), true);
    // Who leaves the page waits no longer; who only lost the line keeps the place a while.
    addEventListener("pagehide", () => this.list.querySelectorAll("li:not([data-over]) button").forEach((each) => each.click()));
  }

  clicked(event) {
    const button = event.target.closest?.("button");
    const holder = button?.closest("[class*=st-key-]");
    const key = holder && Object.keys(this.files).find((each) => holder.classList.contains(`st-key-${each}`));
    if (!key || button.disabled) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Streamlit's own way would hold a thread of the server
    const address = new URL(`./files/${this.files[key]}`, document.baseURI);
    if (![...this.list.children].some((line) => line.dataset.of === String(address) && !line.dataset.over)) {
      const name = button.querySelector("strong") ?? button.querySelector("[data-testid=stMarkdownContainer]");
      new Line(this, address, (name ?? button).innerText.trim()).follow();
    }
  }
}

class Line {
  constructor(tray, address, name) {
    this.words = tray.words;
    this.address = address;
    this.asking = new URL(address);
    this.asking.searchParams.set("asker", `${Date.now()}-${Math.random()}`);
    this.row = document.createElement("li");
    this.row.dataset.of = address;
    this.row.innerHTML = "<b></b><span role='status'></span><progress max='1'></progress><button type='button'></button>";
    [this.name, this.said, this.bar, this.button] = this.row.children;
    this.name.textContent = name;
    this.button.textContent = this.words.cancel;
    this.button.onclick = () => this.leave();
    tray.list.append(this.row);
  }

  async follow() {
    for (let silent = 0; this.row.isConnected && silent < TRIES; ) {
      const told = await this.ask("POST").then((answer) => answer.json()).catch(() => null);
      if (!this.row.isConnected) return;
      silent = told ? 0 : silent + 1;
      if (told?.state === "done") return this.take(told.words);
      if (told?.state === "failed") return this.over(told.words);
      this.say(told ? told.words : this.words.lost, told?.share);
      // The server holds an answer until there is news; this is for one that does not.
      await new Promise((wake) => setTimeout(wake, told ? 100 : 1000));
    }
    if (this.row.isConnected) this.over(this.words.unreachable);
  }

  ask(method) {
    return fetch(this.asking, { method, cache: "no-store", keepalive: method === "DELETE" });
  }

  say(words, share) {
    if (this.said.textContent !== words) this.said.textContent = words; // read aloud when it changes
    if (share) this.bar.value = share;
    else this.bar.removeAttribute("value");
  }

  take(words) {
    this.over(words);
    const link = document.createElement("a");
    link.href = this.address;
    link.download = "";
    link.click();
    setTimeout(() => this.row.remove(), READ_MS);
  }

  over(words) {
    this.row.dataset.over = "yes";
    this.say(words);
    this.bar.hidden = true;
    this.button.textContent = this.words.close;
    this.button.onclick = () => this.row.remove();
  }

  leave() {
    this.row.remove();
    this.ask("DELETE").catch(() => {});
  }
}

// The slider of quarters. The server has the say where it stands; only until a move of the reader's
// is answered does it stand where it was moved to. `moves` counts them, so that the answer is known.
const FRAMES = "[data-testid=stCustomComponentV1]";
const QUIET_MS = 120; // an arrow held down passes quarters that nobody wants to see
const LOOK_MS = 1100; // how long a quarter stays while they are played
const MOST_MS = 20000; // for a map that does not come: the play ends

const maps = () =>
  [...document.querySelectorAll(FRAMES)].map((frame) => frame.contentDocument).filter((each) => each?.body);
const painted = () => maps().map((each) => each.body.dataset.painted || "0").join();

class TimeSlider {
  constructor(root) {
    this.root = root.querySelector(".time-slider");
    this.range = this.root.querySelector("input");
    this.button = this.root.querySelector("button");
    this.ticks = this.root.querySelector(".time-ticks");
    this.output = this.root.querySelector("output");
    this.moves = 0;
    this.stop = this.stop.bind(this);
    this.range.addEventListener("input", () => this.move(Number(this.range.value), QUIET_MS));
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    this.ticks.addEventListener("click", ({ target }) => {
      if (target.dataset.at) this.move(Number(target.dataset.at), 0);
    });
  }

  show(data, tell) {
    this.data = data;
    this.tell = tell;
    this.moves = Math.max(this.moves, data.moves);
    this.range.max = String(data.words.length - 1);
    this.range.setAttribute("aria-label", data.label);
    this.root.setAttribute("aria-label", data.label);
    this.ticks.replaceChildren(...data.numerals.map((numeral, at) => {
      const tick = document.createElement("span");
      tick.textContent = numeral;
      tick.dataset.at = String(at);
      return tick;
    }));
    if (data.moves === this.moves) {
      if (this.playing && data.at !== this.at) this.stop(); // moved from elsewhere
      this.stand(data.at);
    }
    this.name();
  }

  stand(at) {
    this.at = at;
    const share = at / Math.max(this.data.words.length - 1, 1);
    this.range.value = String(at);
    this.range.style.setProperty("--share", String(share));
    const words = this.data.words[at];
    this.range.setAttribute("aria-valuetext", words.charAt(0).toUpperCase() + words.slice(1));
    this.output.textContent = `${this.data.label} ${words}`;
    [...this.ticks.children].forEach((tick, place) => tick.classList.toggle("is-at", place === at));
  }

  name() {
    const words = this.playing ? this.data.stop : this.data.play;
    this.button.setAttribute("aria-label", words);
    this.button.title = words;
    this.root.classList.toggle("is-playing", Boolean(this.playing));
  }

  move(at, afterMs) {
    if (at === this.at) return;
    this.stand(at);
    this.moves += 1;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell({ at, moves: this.moves }), afterMs);
  }

  async play() {
    const turn = (this.playing = { heard: [document, ...maps()] });
    for (const each of turn.heard) {
      each.addEventListener("pointerdown", this.stop, true);
      each.addEventListener("keydown", this.stop, true);
    }
    window.addEventListener("popstate", this.stop);
    this.name();
    const last = this.data.words.length - 1;
    let next = this.at === last ? 0 : this.at + 1;
    while (this.playing === turn && next <= last) {
      if (next === this.data.aside) {
        next += 1;
        continue;
      }
      const before = painted();
      this.move(next, 0);
      await this.until(turn, () => this.data.moves === this.moves && painted() !== before);
      await this.until(turn, () => false, LOOK_MS);
      next += 1;
    }
    if (this.playing === turn) this.stop();
  }

  /** Wait until something is so, the play is over or the time is up. */
  async until(turn, isSo, mostMs = MOST_MS) {
    const end = performance.now() + mostMs;
    while (this.playing === turn && !isSo() && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** End the play; whatever else the reader does ends it too, and the button's click is heard as one. */
  stop(event) {
    const isClick = event && this.button.contains(event.target) && ["Enter", " ", undefined].includes(event.key);
    if (!this.playing || isClick) return;
    for (const each of this.playing.heard) {
      each.removeEventListener("pointerdown", this.stop, true);
      each.removeEventListener("keydown", this.stop, true);
    }
    window.removeEventListener("popstate", this.stop);
    this.playing = null;
    this.name();
  }

  leave() {
    clearTimeout(this.telling);
    this.stop();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const slider = (parentElement.timeSlider ??= new TimeSlider(parentElement));
  slider.show(data, (moved) => setTriggerValue("moved", moved));
  return () => slider.leave();
}

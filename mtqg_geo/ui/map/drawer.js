/* What the drawer does by itself: its tabs, Escape, where the focus goes.
 *
 * The server draws it whole (`drawer.py`); a button in it says what it asks for, `data-do="work=site:1"`.
 * Its text changes with every unit, so nothing here holds on to an element of it.
 */
const SHEET = matchMedia("(max-width: 640px)"); // there it lies over the page, and takes the focus

let place, ask, opener, asked;
let opened = null; // what was open when last looked; null before the first look
let tab = ""; // the reader's own choice stays for the next commune

const within = (selector) => place.querySelector(selector);

function choose(name, { focus = false } = {}) {
  const tabs = [...place.querySelectorAll("[role=tab]")];
  const chosen = tabs.find((each) => each.dataset.tab === name) || tabs[0];
  if (!chosen) return;
  for (const each of tabs) {
    const is = each === chosen, part = `drawer-${each.dataset.tab}`;
    each.setAttribute("aria-selected", String(is));
    each.setAttribute("aria-controls", part);
    each.tabIndex = is ? 0 : -1;
    within(`#${part}`).hidden = !is;
  }
  if (focus) chosen.focus();
  // A part that is costly to make comes when it is looked at.
  const late = within(`#drawer-${chosen.dataset.tab}[data-late]`);
  if (late && asked !== late.dataset.late) ask((asked = late.dataset.late));
}

// The drawer has opened, closed or turned to another unit; elements that had the focus are gone.
function look() {
  const drawn = within("[data-open]");
  const now = drawn ? drawn.dataset.open : "";
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (now) choose(tab);
  for (const map of document.querySelectorAll("[data-testid=stCustomComponentV1]")) {
    map.contentDocument?.addEventListener("keydown", pressed); // once, however often it is said
  }
  if (now === opened) return;
  if (now && opened === "") opener = document.activeElement;
  if (now && opened !== null && (isLost || SHEET.matches)) within("h2").focus({ preventScroll: true });
  // The sheet covers the lower part of the screen: what was tapped comes to the upper one.
  if (now && !opened && SHEET.matches) document.querySelector("iframe")?.scrollIntoView({ block: "start" });
  if (!now && opened && isLost) {
    const back = opener && opener.isConnected && opener !== document.body ? opener : document.querySelector("iframe");
    if (back) back.focus({ preventScroll: true });
  }
  opened = now;
}

function clicked(event) {
  const button = event.target.closest("[data-do], [role=tab]");
  if (!button) return;
  if (button.dataset.do) ask(button.dataset.do);
  else choose((tab = button.dataset.tab));
}

// Whether Escape is nobody else's: no field's that is typed in, no list's or menu's that stands open.
function isFree(target) {
  if (place.contains(target)) return true;
  const isOpen = document.querySelector("[data-testid=stPopoverBody], [role=dialog], [role=listbox]:not([hidden] *)");
  return !isOpen && !target.closest("input, textarea, [aria-expanded=true]");
}

function pressed(event) {
  const { target } = event;
  if (event.key === "Escape" && opened && isFree(target)) ask("close=");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !place.contains(target) || !target.matches("[role=tab]")) return;
  const names = [...place.querySelectorAll("[role=tab]")].map((each) => each.dataset.tab);
  tab = names.at((names.indexOf(target.dataset.tab) + step) % names.length);
  choose(tab, { focus: true });
}

export default function ({ parentElement, setTriggerValue }) {
  place = parentElement.closest(".st-key-drawer");
  ask = (what) => setTriggerValue("asked", what);
  const observer = new MutationObserver(look);
  observer.observe(place, { childList: true, subtree: true });
  place.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  look();
  return () => {
    observer.disconnect();
    place.removeEventListener("click", clicked);
    document.removeEventListener("keydown", pressed);
  };
}

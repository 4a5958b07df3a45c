/* Menus of a row that open where a mouse rests on their name, and close when it has left them.
 *
 * A click on the name of a menu that opened so leaves it open: whoever points also clicks. Keyboard
 * and fingers open menus as before.
 */
const REST_MS = 150;
const LEFT_MS = 600;

export default function ({ parentElement }) {
  const row = parentElement.closest("[data-testid=stHorizontalBlock]");
  const nameAt = (event) => event.target.closest?.("[data-testid=stPopoverButton]");
  const isOpen = (name) => name.getAttribute("aria-expanded") === "true";
  let timer;
  let opened = null; // the menu that pointing has opened

  const toggle = (name) => {
    name.click();
    opened = isOpen(name) ? null : name;
  };
  const over = (event) => {
    clearTimeout(timer);
    const name = nameAt(event);
    if (event.pointerType !== "mouse" || event.buttons) return;
    if (name && row.contains(name)) {
      if (!isOpen(name)) timer = setTimeout(() => toggle(name), REST_MS);
    } else if (opened && isOpen(opened) && !event.target.closest?.("[data-testid=stPopoverBody]")) {
      timer = setTimeout(() => opened && isOpen(opened) && toggle(opened), LEFT_MS);
    }
  };
  const click = (event) => {
    if (!event.isTrusted) return;
    clearTimeout(timer);
    const name = nameAt(event);
    if (name && name === opened && isOpen(name)) event.stopImmediatePropagation();
    opened = null; // what was clicked, or clicked in, stays as the click left it
  };
  document.addEventListener("pointerover", over, true);
  row.addEventListener("click", click, true);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("pointerover", over, true);
    row.removeEventListener("click", click, true);
  };
}

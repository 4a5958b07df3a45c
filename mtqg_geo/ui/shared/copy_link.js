/* A button that copies a text, or the address of the page, which carries all that is chosen. */
const SHOWN_MS = 2500;

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("[aria-live]");
  let timer;
  const say = (words) => {
    said.textContent = words;
    button.textContent = words || data.label;
    clearTimeout(timer);
    if (words) timer = setTimeout(() => say(""), SHOWN_MS);
  };
  button.textContent = data.label;
  button.onclick = async () => say((await copied(data.text || location.href)) ? data.done : data.failed);
  return () => clearTimeout(timer);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedOldWay(text);
  }
}

/* Over plain http from another machine a browser has no `navigator.clipboard`. */
function copiedOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    before?.focus();
  }
}

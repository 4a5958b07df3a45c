/* Three steps at the foot of the window, shown until this browser has dismissed them. */
const DISMISSED = "mtqg-first-steps";

export default function ({ data, parentElement }) {
  if (isDismissed()) return;
  const strip = document.createElement("div");
  strip.className = "first-steps";
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", data.title);
  const list = document.createElement("ol");
  for (const words of data.steps) {
    const step = document.createElement("li");
    step.textContent = words;
    list.append(step);
  }
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = data.dismiss;
  button.onclick = () => {
    dismiss();
    strip.remove();
  };
  strip.append(list, button);
  parentElement.replaceChildren(strip);
}

/* A browser may refuse to keep anything: the strip then comes again with the next page. */
function isDismissed() {
  try {
    return localStorage.getItem(DISMISSED) !== null;
  } catch {
    return false;
  }
}

function dismiss() {
  try {
    localStorage.setItem(DISMISSED, "1");
  } catch {
    /* see above */
  }
}

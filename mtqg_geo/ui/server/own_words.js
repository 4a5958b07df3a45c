// Streamlit words its own buttons and boxes in English only. Here they get our words, in the language of the page, as they
// appear; also when the server is away. Before this stands TABLE: what Streamlit says, and what we say by language ("{}" in
// it is anything). The first frame, shown until the page is drawn, goes when it is.
(() => {
  "use strict";
  const ATTRIBUTES = ["aria-label", "aria-roledescription", "title", "placeholder", "alt"];
  const OUR_OWN = "[data-testid=stHtml], [data-testid^=stBidiComponent], canvas, style, script, noscript, textarea";
  const DRAWN = ".app-title, [role=dialog], [data-testid=stException], [data-testid=stAlert]";
  let exact, patterns;

  function learn() {
    const lang = document.documentElement.lang;
    exact = new Map();
    patterns = [];
    for (const { streamlit, ...ours } of TABLE) {
      const said = ours[lang] ?? streamlit;
      for (const other of [streamlit, ...Object.values(ours)]) { // after a change of language, our former words
        if (other === said) continue;
        if (other.includes("{}")) patterns.push([pattern(other), said]);
        else exact.set(other, said);
      }
    }
  }

  function pattern(text) {
    const parts = text.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join("(.+)")}$`);
  }

  function ours(text) {
    const trimmed = text.trim();
    const found = exact.get(trimmed);
    if (found !== undefined) return text.replace(trimmed, () => found);
    if (!trimmed || trimmed.length > 250) return text;
    for (const [form, said] of patterns) {
      const parts = form.exec(trimmed);
      if (parts) return parts.slice(1).reduce((all, part) => all.replace("{}", () => part), said);
    }
    return text;
  }

  function wordText(node) {
    const said = ours(node.data);
    if (said !== node.data) node.data = said;
  }

  function wordAttribute(element, name) {
    const text = element.getAttribute(name);
    const said = text && ours(text);
    if (said !== text) element.setAttribute(name, said);
  }

  function isOurs(node) {
    return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(OUR_OWN);
  }

  // Our own tables and texts, which are long, are passed over as a whole.
  const reader = (node) =>
    node.nodeType === Node.ELEMENT_NODE && node.matches(OUR_OWN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;

  function word(root) {
    if (isOurs(root)) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, reader);
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) wordText(node);
      else if (node.nodeType === Node.ELEMENT_NODE) for (const name of ATTRIBUTES) wordAttribute(node, name);
    }
  }

  function seen(changes) {
    for (const { type, target, attributeName, addedNodes } of changes) {
      if (type === "childList") addedNodes.forEach(word);
      else if (target === document.documentElement) {
        learn();
        word(document.body);
      } else if (!isOurs(target)) {
        if (type === "characterData") wordText(target);
        else wordAttribute(target, attributeName);
      }
    }
    const first = document.getElementById("first-frame");
    if (first && document.querySelector(DRAWN)) first.remove();
  }

  // One after the other: what Streamlit asks for meanwhile finds a connection free.
  function fetchAhead([href, ...others]) {
    if (!href) return;
    const link = Object.assign(document.createElement("link"), { rel: "prefetch", href });
    link.onload = link.onerror = () => fetchAhead(others);
    document.head.append(link);
  }

  if (/\/(map|works)?$/.test(location.pathname)) fetchAhead(AHEAD);
  learn();
  word(document.body);
  new MutationObserver(seen).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "lang"],
  });
})();

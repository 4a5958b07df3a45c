// What a page asks of the browser, written as attributes: no script stands in a page, so that none that got into one runs.
// `data-lang` at the title names the language (Streamlit serves lang="en"), `data-go` an address to go to, once.
(() => {
  "use strict";
  const followed = new WeakSet();

  function follow() {
    const { lang } = document.querySelector(".app-title")?.dataset ?? {};
    if (lang && lang !== document.documentElement.lang) document.documentElement.lang = lang;
    for (const order of document.querySelectorAll("[data-go]")) {
      if (followed.has(order)) continue;
      followed.add(order);
      history.pushState({}, "", order.dataset.go);
      window.dispatchEvent(new PopStateEvent("popstate")); // Streamlit runs the page at that address
    }
  }

  new MutationObserver(follow).observe(document.documentElement, { subtree: true, childList: true });
  follow();
})();

// When the server has been started anew behind an open page, the parts of the page that run by themselves are not known to
// it: clicks would do nothing, without a word. The address holds all that is chosen, so the page is opened again. After a
// mere break of the line the server is the same, and nothing is lost.
(() => {
  "use strict";
  const ask = () => fetch("./instance", { cache: "no-store" }).then((answer) => (answer.ok ? answer.text() : null));
  const met = ask().catch(() => null);
  let isAway = false;

  async function look() {
    const { testConnectionState } = document.querySelector("[data-testid=stApp]")?.dataset ?? {};
    if (testConnectionState === undefined) return;
    if (testConnectionState !== "CONNECTED") {
      isAway = true;
      // Who is signed out, or has lost every right, is shown what they can do, and comes back here.
      const answer = await fetch("./instance", { cache: "no-store" }).catch(() => null);
      if ([401, 403].includes(answer?.status)) location.reload();
    } else if (isAway) {
      isAway = false;
      const [before, now] = [await met, await ask().catch(() => null)];
      if (before && now && before !== now) location.reload();
    }
  }

  new MutationObserver(look).observe(document.documentElement, {
    subtree: true, childList: true, attributeFilter: ["data-test-connection-state"],
  });
})();

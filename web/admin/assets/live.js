// Keeps the numbers of a page fresh: what bears data-live is replaced by what the server
// has of it by now. Nothing needs it: without script the page shows how things stood.
(() => {
	"use strict";
	const every = 5000;
	const from = document.body.dataset.liveFrom;
	const stale = document.getElementById("stale");

	const put = (fresh) => {
		for (const now of fresh.querySelectorAll("[data-live]")) {
			const was = document.querySelector(`[data-live="${CSS.escape(now.dataset.live)}"]`);
			// What somebody is about to press stays under their hand.
			if (!was || was.innerHTML === now.innerHTML || was.contains(document.activeElement)) continue;
			was.replaceChildren(...now.childNodes);
		}
	};

	const renew = async () => {
		let over = false;
		if (!document.hidden) {
			try {
				const answer = await fetch(from, { redirect: "manual" });
				if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
				// Who isn't signed in any more is led elsewhere.
				over = answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404;
				stale.hidden = answer.ok;
			} catch {
				stale.hidden = false;
			}
		}
		if (!over) setTimeout(renew, every);
	};
	setTimeout(renew, every);
})();

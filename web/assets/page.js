// Chooses the visitor's own time zone in the menu. Nothing needs it: without
// script the menu shows where the page's language is most at home.
(() => {
	"use strict";
	const menu = document.querySelector("select[name=timezone][data-guess]");
	if (!menu) return;
	let zone;
	try {
		zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	} catch {
		return;
	}
	if (!zone) return;
	const option = menu.querySelector(`option[value="${CSS.escape(zone)}"], option[data-also~="${CSS.escape(zone)}"]`);
	if (option) option.selected = true;
})();

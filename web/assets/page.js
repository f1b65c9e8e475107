// Puts the visitor's own time zone into the form, and folds away what then
// needn't be looked at. Nothing needs it: without script the form shows the zone
// where the page's language is most at home.
(() => {
	"use strict";
	const field = document.querySelector("[name=timezone][data-guess]");
	if (!field) return;
	let zone;
	try {
		zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	} catch {
		return;
	}
	if (!zone) return;
	if (field.options && ![...field.options].some((option) => option.value === zone)) {
		field.add(new Option(zone, zone));
	}
	field.value = zone;
	const more = document.getElementById("more");
	if (more) more.open = false;
})();

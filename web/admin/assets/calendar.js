// Makes the calendar quicker: a tip is dragged to another date by its title or its handle, by
// mouse and by touch. Everything that it does can be done by the forms as well.
(() => {
	"use strict";
	const table = document.querySelector(".plan");
	if (!table) return;

	let drag = null; // {row, ghost, over, pointer, startX, startY, x, y, moving}
	let dragged = false; // the click that a drag ends with isn't meant
	const edge = 60; // px from the window's edge at which the page begins to scroll
	const slack = 6; // px that a press may wander and still be a click

	for (const row of table.querySelectorAll(".moves")) {
		const handle = document.createElement("span");
		handle.className = "handle";
		handle.setAttribute("aria-hidden", "true");
		row.querySelector(".date").prepend(handle);
	}
	table.classList.add("drags");

	const rowAt = (x, y) => document.elementFromPoint(x, y)?.closest(".plan .moves") ?? null;

	const mark = (row) => {
		if (drag.over === row) return;
		drag.over?.classList.remove("over");
		drag.over = row === drag.row ? null : row;
		drag.over?.classList.add("over");
	};

	const show = () => {
		drag.moving = true;
		drag.ghost = document.createElement("div");
		drag.ghost.className = "ghost";
		drag.ghost.textContent = drag.row.dataset.name || drag.row.querySelector(".what").textContent;
		document.body.append(drag.ghost);
		drag.row.classList.add("dragged");
		scroll();
	};

	const scroll = () => {
		if (!drag?.moving) return;
		if (drag.y < edge) window.scrollBy(0, (drag.y - edge) / 4);
		if (drag.y > window.innerHeight - edge) window.scrollBy(0, (drag.y - window.innerHeight + edge) / 4);
		mark(rowAt(drag.x, drag.y));
		requestAnimationFrame(scroll);
	};

	const end = () => {
		drag?.ghost?.remove();
		drag?.row.classList.remove("dragged");
		drag?.over?.classList.remove("over");
		drag = null;
	};

	table.addEventListener("pointerdown", (event) => {
		const row = event.target.closest(".moves");
		const handle = event.target.closest(".handle");
		const byMouse = event.pointerType === "mouse" && event.button === 0 && event.target.closest(".what");
		dragged = false;
		if (!row || drag || !(handle || byMouse)) return;
		drag = {row, ghost: null, over: null, pointer: event.pointerId, startX: event.clientX, startY: event.clientY, x: event.clientX, y: event.clientY, moving: false};
		if (handle) event.preventDefault();
	});

	window.addEventListener("pointermove", (event) => {
		if (drag?.pointer !== event.pointerId) return;
		[drag.x, drag.y] = [event.clientX, event.clientY];
		if (!drag.moving && Math.hypot(drag.x - drag.startX, drag.y - drag.startY) > slack) show();
		if (!drag.moving) return;
		event.preventDefault();
		document.getSelection()?.removeAllRanges();
		drag.ghost.style.transform = `translate(${drag.x + 12}px, ${drag.y + 12}px)`;
		mark(rowAt(drag.x, drag.y));
	});

	window.addEventListener("pointerup", (event) => {
		if (drag?.pointer !== event.pointerId) return;
		const {row, over, moving} = drag;
		end();
		dragged = moving;
		if (!over) return;
		const form = row.querySelector("form[id]");
		form.elements.with.value = over.id;
		form.requestSubmit();
	});

	window.addEventListener("pointercancel", end);

	window.addEventListener("click", (event) => {
		if (dragged) event.preventDefault();
		dragged = false;
	}, true);

	window.addEventListener("keydown", (event) => {
		if (event.key !== "Escape") return;
		end();
		const open = table.querySelector("details[open]");
		if (!open) return;
		open.open = false;
		open.querySelector("summary").focus();
	});

	// A press beside a panel closes it.
	document.addEventListener("click", (event) => {
		const open = table.querySelector("details[open]");
		if (open && !open.contains(event.target)) open.open = false;
	});

	// Who moves a tip by its arrows stays on them.
	const kept = "dailytip-step";
	table.addEventListener("submit", (event) => {
		const step = event.submitter;
		if (!step?.classList.contains("step")) return;
		const row = step.closest("tr");
		sessionStorage.setItem(kept, step.value < row.id ? "0" : "1");
	});
	const step = sessionStorage.getItem(kept);
	sessionStorage.removeItem(kept);
	window.addEventListener("load", () => {
		// Only now: a browser takes the focus away where an address names a place of a page.
		const target = step && location.hash && document.getElementById(location.hash.slice(1));
		if (!target) return;
		const steps = target.querySelectorAll(".step");
		(steps[Math.min(Number(step), steps.length - 1)] ?? target.querySelector("summary"))?.focus({preventScroll: true});
	});
})();

// Gives a list of what lies wrong on the screen, one sentence each.
(() => {
	const faults = [];
	const width = document.documentElement.clientWidth;
	const slack = 1; // rounding of fractions of a pixel
	const name = (e) => {
		const own = e.tagName.toLowerCase() + (e.className ? '.' + e.className.trim().replace(/\s+/g, '.') : '');
		const text = (e.textContent || e.alt || '').trim().replace(/\s+/g, ' ').slice(0, 40);
		return `<${own}> "${text}"`;
	};
	// A table of data and code may scroll in a frame of their own, which the
	// keyboard reaches: WCAG 1.4.10 makes the same exception.
	const frames = (e) => getComputedStyle(e).overflowX === 'auto' && e.getAttribute('tabindex') === '0' && (e.matches('pre') || e.querySelector(':scope > table') !== null);
	const frame = (e) => { // that e stands in, but isn't
		for (let p = e.parentElement; p; p = p.parentElement) if (frames(p)) return p;
		return null;
	};
	const outside = (r) => r.width > 0 && r.height > 0 && (r.right > width + slack || r.left < -slack);
	const say = (r) => `${Math.round(r.left)} to ${Math.round(r.right)} of ${width}px`;

	for (const e of [document.documentElement, document.body]) {
		if (e.scrollWidth > width) faults.push(`the mail scrolls sideways: ${e.tagName} is ${e.scrollWidth} of ${width}px wide`);
	}
	for (const e of document.body.querySelectorAll('*')) {
		const style = getComputedStyle(e);
		if (style.display === 'none') continue;
		for (const r of e.getClientRects()) {
			if (outside(r) && !frame(e)) { faults.push(`${name(e)} reaches from ${say(r)}`); break; }
		}
		// What spills out of its own box overlaps its neighbour, and what is
		// hidden or scrolls in a box is lost in mail clients that can't scroll.
		if (e.clientWidth > 0 && e.scrollWidth > e.clientWidth + slack && !frames(e)) {
			faults.push(`the content of ${name(e)} is ${e.scrollWidth} of its ${e.clientWidth}px wide (overflow ${style.overflowX})`);
		}
	}
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const range = document.createRange();
	let texts = 0;
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const text = node.textContent.trim();
		if (!text) continue;
		range.selectNodeContents(node);
		const rects = [...range.getClientRects()].filter((r) => r.width > 0 && r.height > 0);
		if (rects.length === 0) continue;
		texts++;
		if (!node.parentElement.closest('[role=article][lang][dir][aria-label]')) faults.push(`the words "${text.slice(0, 40)}" are outside of the article`);
		const off = rects.find(outside);
		if (off && !frame(node.parentElement) && !frames(node.parentElement)) faults.push(`the words "${text.slice(0, 40)}" reach from ${say(off)}`);
		const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
		const reading = node.parentElement.closest('rt'); // half as large by nature
		if (size < 14 && !reading) faults.push(`the words "${text.slice(0, 40)}" are ${size}px small`);
	}
	if (texts < 5) faults.push(`only ${texts} pieces of text can be seen`);
	if (width !== innerWidth) faults.push(`the page is ${width}px wide in a window of ${innerWidth}px`);
	return faults;
})()

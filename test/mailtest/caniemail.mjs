// Reads [{name, html}] from stdin, asks caniemail about each mail and prints
// [{feature, support, client, notes, mails: [name], where}], one entry for each
// feature and client that lacks it ("none") or has it in part ("partial").
//
// caniemail looks at the rules of a style sheet, but not at those inside @media,
// nor at what the query asks for: that is unfolded here, with its own data.
import { readFileSync } from 'node:fs';
import { caniemail, getAllFeatures, parseCss, parseHtml } from 'caniemail';

const clients = [
	'gmail.android', 'gmail.desktop-webmail', 'gmail.ios', 'gmail.mobile-webmail',
	'outlook.windows', 'outlook.outlook-com',
	'apple-mail.ios', 'apple-mail.macos',
	'yahoo.android', 'yahoo.desktop-webmail', 'yahoo.ios',
];
const found = new Map();

function add(feature, support, client, notes, mail, where) {
	const key = `${feature}\n${support}\n${client}`;
	if (!found.has(key)) found.set(key, { feature, support, client, notes, mails: [], where });
	const mails = found.get(key).mails;
	if (!mails.includes(mail)) mails.push(mail);
}

function report({ issues }, mail, html) {
	const lines = html.split('\n');
	for (const kind of [issues.errors, issues.warnings]) {
		for (const [client, list] of kind) {
			for (const { title, support, notes, position } of list) {
				const start = position?.start;
				const where = start ? (lines[start.line - 1] ?? '').slice(start.column - 1, start.column + 119) : 'style sheet';
				add(title, support, client, notes, mail, where);
			}
		}
	}
}

// Which of caniemail's features a media query asks for.
const queries = [
	[/prefers-color-scheme/, '@media (prefers-color-scheme)'],
	[/prefers-reduced-motion/, '@media (prefers-reduced-motion)'],
	[/device-pixel-ratio/, '@media (-webkit-device-pixel-ratio)'],
	[/orientation/, '@media (orientation)'],
	[/hover/, '@media (hover), @media (any-hover)'],
];

const all = getAllFeatures(clients);

function media(rule, mail) {
	for (const [query, title] of queries) {
		if (!query.test(rule.media)) continue;
		for (const kind of [all.supported, all.unsupported]) {
			for (const [client, list] of kind) {
				const feature = list.find((f) => f.title === title);
				if (feature && feature.support !== 'full') add(title, feature.support, client, feature.notes, mail, `@media ${rule.media}`);
			}
		}
	}
}

for (const { name, html } of JSON.parse(readFileSync(0, 'utf8'))) {
	report(caniemail({ clients, html }), name, html);
	for (const sheet of parseHtml(html).stylesheets) {
		for (const error of sheet.stylesheet?.parsingErrors ?? []) add(`CSS that doesn't parse: ${error.message}`, 'none', 'every client', [], name, 'style sheet');
		for (const rule of sheet.stylesheet?.rules ?? []) {
			if (rule.type !== 'media') continue;
			media(rule, name);
			const inner = rule.rules.map((r) => `${r.selectors.join(',')}{${r.declarations.map((d) => `${d.property}:${d.value}`).join(';')}}`).join('\n');
			report(caniemail({ clients, css: inner }), name, '');
		}
	}
}
console.log(JSON.stringify([...found.values()]));

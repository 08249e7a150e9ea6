/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of stats_html is whole without this.  It adds: a filter over all
 * tables, sorting by a click on a column's head, folding, and the first ten
 * rows of each table instead of all.  No text becomes markup here.
 */
(function () {
	'use strict';
	const root = document.documentElement;
	const kinds = [...document.querySelectorAll('.kind')];
	const texts = new WeakMap();	/* what a row is found by, once asked */

	function make(name, text, attributes) {
		const e = document.createElement(name);

		if (text)
			e.textContent = text;
		for (const a in attributes)
			e.setAttribute(a, attributes[a]);
		return e;
	}

	/* ---- sorting ---- */

	/* Figures by value, times and names as text; a dash is less than all. */
	function key(row, column) {
		const text = row.cells[column].textContent.trim();
		const number = text.replace(/[, %\u00a0]/g, '');

		if (text === '–')
			return '';
		return /^-?[0-9.]+$/.test(number) && !/^\d+\.\d+\./.test(number) ?
		    Number(number) : text.toLowerCase();
	}

	function compare(a, b) {
		if (typeof a === typeof b)
			return a < b ? -1 : a > b ? 1 : 0;
		return a === '' ? -1 : b === '' ? 1 :
		    typeof a === 'number' ? -1 : 1;
	}

	function sort(table, column) {
		const heads = [...table.tHead.rows[0].cells];
		const head = heads[column];
		/* Figures: the most first.  Names: from the beginning. */
		const first = head.classList.contains('n') ?
		    'descending' : 'ascending';
		const other = first === 'ascending' ? 'descending' : 'ascending';
		const order = head.getAttribute('aria-sort') === first ?
		    other : first;
		const groups = table.classList.contains('groups');
		const parent = groups ? table : table.tBodies[0];
		const rows = groups ? [...table.tBodies] :
		    [...table.tBodies[0].rows];
		const sign = order === 'ascending' ? 1 : -1;
		const keyed = rows.map((row, i) =>
		    [key(groups ? row.rows[0] : row, column), i, row]);

		keyed.sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1]);
		for (const k of keyed)
			parent.appendChild(k[2]);
		for (const h of heads)
			h.removeAttribute('aria-sort');
		head.setAttribute('aria-sort', order);
	}

	function sortable(table) {
		if (table.dataset.sort)
			return;
		table.dataset.sort = '1';
		[...table.tHead.rows[0].cells].forEach((head, column) => {
			const button = make('button', head.textContent,
			    { type: 'button' });

			button.addEventListener('click',
			    () => sort(table, column));
			/* Heads repeated on paper lose their buttons. */
			head.replaceChildren(button, make('span',
			    head.textContent, { 'class': 'paper' }));
		});
	}

	/* ---- the keyboard ---- */

	/* A table stops the Tab key only where it has to be pushed aside. */
	function reachable(entries) {
		for (const { target: e } of entries)
			if (e.scrollWidth > e.clientWidth)
				e.setAttribute('tabindex', '0');
			else
				e.removeAttribute('tabindex');
	}

	/* ---- the first ten ---- */

	function shorten(kind) {
		const table = kind.querySelector('.groups');
		const n = table.tBodies.length;

		if (n <= 10)
			return;
		const button = make('button', '', { type: 'button' });
		const tell = () => {
			const ten = table.classList.contains('ten');

			button.textContent = ten ? 'Show all ' + n :
			    'Show the first 10';
			button.setAttribute('aria-expanded', String(!ten));
		};

		button.addEventListener('click', () => {
			table.classList.toggle('ten');
			tell();
		});
		tell();
		const p = make('p', '', { 'class': 'all-rows' });

		p.appendChild(button);
		kind.appendChild(p);
	}

	/* ---- the filter ---- */

	function textOf(row) {
		let text = texts.get(row);

		if (text === undefined) {
			text = row.textContent;
			for (const e of row.querySelectorAll('[title]'))
				text += '\n' + e.title;
			text = text.toLowerCase();
			texts.set(row, text);
		}
		return text;
	}

	/* Columns of the groups' tables. */
	const BLOCKED = 3, GOOD = 4;

	function wanted(group, words, blocked, good) {
		const cells = group.rows[0].cells;

		return !(blocked && cells[BLOCKED].textContent === '0') &&
		    !(good && cells[GOOD].textContent === '0') &&
		    words.every(w => textOf(group).includes(w));
	}

	/* Of a group that is named itself all machines stay. */
	function filterMachines(group, words) {
		const own = textOf(group.rows[0]);
		const all = words.every(w => own.includes(w));

		for (const row of group.querySelectorAll('.more tbody tr'))
			row.hidden = !all &&
			    !words.every(w => textOf(row).includes(w) ||
				own.includes(w));
	}

	function filter(text, blocked, good) {
		const words = text.toLowerCase().split(/\s+/).filter(w => w);
		const active = words.length > 0 || blocked || good;
		let shown = 0, all = 0;

		for (const kind of kinds) {
			const table = kind.querySelector('.groups');
			let here = 0;

			for (const group of table.tBodies) {
				const show = !active ||
				    wanted(group, words, blocked, good);

				group.hidden = !show;
				here += show;
				all++;
				if (show)
					filterMachines(group, words);
			}
			table.classList.toggle('found', active);
			const button = kind.querySelector('.all-rows');

			if (button)
				button.hidden = active;
			kind.hidden = here === 0;
			shown += here;
		}
		return active ? shown + ' of ' + all + ' groups' : '';
	}

	function check(words) {
		const label = make('label');
		const box = make('input', '', { type: 'checkbox' });

		label.append(box, words);
		return [label, box];
	}

	function foldButton() {
		const button = make('button', 'Fold all', { type: 'button' });

		button.addEventListener('click', () => {
			const open = kinds.some(k => k.open);

			for (const k of kinds)
				k.open = !open;
			button.textContent = open ? 'Unfold all' : 'Fold all';
		});
		return button;
	}

	function tools() {
		const bar = document.getElementById('tools');
		const label = make('label', 'Find');
		const find = make('input', '', { type: 'search',
			placeholder: 'name, address, HELO …',
			spellcheck: 'false', autocomplete: 'off' });
		const [blockedLabel, blocked] = check('blocked now');
		const [goodLabel, good] = check('also good');
		const told = make('output', '', { 'aria-live': 'polite' });
		const run = () => {
			told.textContent = filter(find.value, blocked.checked,
			    good.checked);
		};

		label.append(find);
		find.addEventListener('input', run);
		blocked.addEventListener('change', run);
		good.addEventListener('change', run);
		bar.append(label, blockedLabel, goodLabel, foldButton(), told);
		bar.hidden = false;
	}

	/* A link to a folded part opens it. */
	function openTarget() {
		const id = decodeURIComponent(location.hash.slice(1));
		const e = id ? document.getElementById(id) : null;

		if (e && e.tagName === 'DETAILS')
			e.open = true;
	}

	root.classList.add('js');
	document.querySelectorAll('.groups, .mistakes table, #new table')
	    .forEach(sortable);
	kinds.forEach(shorten);
	if (window.ResizeObserver) {
		const watch = new ResizeObserver(reachable);

		document.querySelectorAll('.sc').forEach(e => watch.observe(e));
	}
	if (kinds.length > 0)
		tools();
	/* The many tables of machines, when they are looked at. */
	document.addEventListener('toggle', event => {
		const group = event.target.closest('.groups > tbody');
		const table = group && group.querySelector('.more table');

		if (table && event.target.open)
			sortable(table);
	}, true);
	window.addEventListener('hashchange', openTarget);
	openTarget();
}());

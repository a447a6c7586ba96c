/**
 * The script of a report page: search, filters and pages for its tables, and the copy buttons. What is searched for stands
 * in the page's address (`#changes.q=example&changes.action=delete`), so that the address can be sent to somebody.
 */
(() => {
  const PAGE_ROWS = 100;
  const PRINTED_ROWS = 1000;
  const TYPING_PAUSE_MS = 120;
  const numeral = (count) => count.toLocaleString('en');
  const readHash = () => new URLSearchParams(location.hash.slice(1));

  /** A table's data, its controls, and `matches`: the rows that are searched for. */
  const readTable = (section) => {
    const { columns, rows } = JSON.parse(section.querySelector('script').textContent);
    const form = section.querySelector('form');
    const search = form.querySelector('input');
    const selects = [...form.querySelectorAll('select')];
    const pager = section.querySelector('.pager');
    const page = pager.querySelector('input');
    const [previous, next] = pager.querySelectorAll('button');
    const fields = [search, ...selects, page];
    return {
      section,
      columns,
      rows,
      matches: rows,
      form,
      search,
      selects,
      pager,
      page,
      previous,
      next,
      fields,
    };
  };

  const labelOf = (cell, { labels }) => labels?.[cell] || cell;

  const columnOf = ({ section, columns }, select) =>
    columns.findIndex(({ key }) => select.name === `${section.id}.${key}`);

  const fillSelect = (table, select) => {
    const index = columnOf(table, select);
    const column = table.columns[index];
    const counts = new Map();
    for (const row of table.rows) counts.set(row[index], (counts.get(row[index]) || 0) + 1);
    for (const code of new Set([...Object.keys(column.labels), ...counts.keys()]))
      if (code !== '' && counts.has(code)) {
        const option = document.createElement('option');
        option.value = code;
        option.textContent = `${labelOf(code, column)} (${numeral(counts.get(code))})`;
        select.append(option);
      }
  };

  /** What is searched in, a text for each row. Made when somebody searches first. */
  const textsOf = (table) => {
    const textOf = (row) =>
      row
        .map((cell, index) => labelOf(cell, table.columns[index]))
        .join('\n')
        .toLowerCase();
    table.texts = table.texts || table.rows.map(textOf);
    return table.texts;
  };

  const matchingRows = (table) => {
    const words = table.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = table.selects.filter(({ value }) => value !== '');
    if (words.length === 0 && chosen.length === 0) return table.rows;
    const wanted = chosen.map((select) => [columnOf(table, select), select.value]);
    const texts = words.length > 0 ? textsOf(table) : [];
    return table.rows.filter(
      (row, index) =>
        wanted.every(([column, value]) => row[column] === value) &&
        words.every((word) => texts[index].includes(word)),
    );
  };

  const rowElement = (columns, row) => {
    const element = document.createElement('tr');
    columns.forEach((column, index) => {
      const cell = element.insertCell();
      cell.className = column.key;
      cell.dataset.label = column.title;
      cell.textContent = labelOf(row[index], column);
    });
    return element;
  };

  const showRows = ({ section, columns }, shown, status) => {
    section.querySelector('tbody').replaceChildren(...shown.map((row) => rowElement(columns, row)));
    section.querySelector('.status').textContent = status;
  };

  const showForPrinting = (table) => {
    const { matches, rows, section } = table;
    const status =
      matches.length > PRINTED_ROWS
        ? `The first ${numeral(PRINTED_ROWS)} of ${numeral(matches.length)} rows; all of them are in ${section.dataset.file}.`
        : `${numeral(matches.length)} of ${numeral(rows.length)} rows`;
    showRows(table, matches.slice(0, PRINTED_ROWS), status);
  };

  const pageStatus = ({ matches, rows }, start, shown) => {
    const range = `${numeral(start + 1)}–${numeral(start + shown)} of ${numeral(matches.length)}`;
    if (matches === rows) return `${range} rows`;
    if (shown === 0) return `No match, out of ${numeral(rows.length)} rows`;
    return `${range} ${matches.length === 1 ? 'match' : 'matches'}, out of ${numeral(rows.length)} rows`;
  };

  const showPager = ({ section, pager, page, previous, next }, number, pages) => {
    page.value = number;
    page.max = pages;
    section.querySelector('.pages').textContent = `of ${numeral(pages)}`;
    previous.disabled = number === 1;
    next.disabled = number === pages;
    pager.hidden = pages === 1;
  };

  const showPage = (table) => {
    const { matches, page } = table;
    const pages = Math.max(1, Math.ceil(matches.length / PAGE_ROWS));
    const number = Math.min(pages, Math.max(1, Math.floor(Number(page.value)) || 1));
    const start = (number - 1) * PAGE_ROWS;
    const shown = matches.slice(start, start + PAGE_ROWS);
    showRows(table, shown, pageStatus(table, start, shown.length));
    showPager(table, number, pages);
  };

  const filter = (table) => {
    table.matches = matchingRows(table);
    showPage(table);
  };

  const writeHash = ({ fields }) => {
    const hash = readHash();
    for (const { name, value, defaultValue = '' } of fields)
      if (value === defaultValue) hash.delete(name);
      else hash.set(name, value);
    // A browser may refuse to change the address many times a second. The table works without it.
    try {
      history.replaceState(null, '', `#${hash}`);
    } catch {}
  };

  const applyHash = (table) => {
    const hash = readHash();
    for (const field of table.fields) {
      field.value = hash.get(field.name) || field.defaultValue || '';
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
    filter(table);
    if (table.fields.some(({ name }) => hash.has(name))) table.section.scrollIntoView();
  };

  const listenToSearch = (table) => {
    const { form, search, page } = table;
    const refilter = () => {
      page.value = 1;
      filter(table);
      writeHash(table);
    };
    let typing;
    search.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(refilter, TYPING_PAUSE_MS);
    });
    form.addEventListener('change', refilter);
    form.addEventListener('reset', () => setTimeout(refilter));
    form.addEventListener('submit', (event) => event.preventDefault());
  };

  const listenToPager = (table) => {
    const { section, page, previous, next } = table;
    const turnTo = (number) => {
      page.value = number;
      showPage(table);
      writeHash(table);
      section.scrollIntoView();
    };
    page.addEventListener('change', () => turnTo(page.value));
    previous.addEventListener('click', () => turnTo(Number(page.value) - 1));
    next.addEventListener('click', () => turnTo(Number(page.value) + 1));
  };

  const setUpTable = (section) => {
    const table = readTable(section);
    if (table.rows.length === 0) return;
    for (const select of table.selects) fillSelect(table, select);
    listenToSearch(table);
    listenToPager(table);
    addEventListener('hashchange', () => applyHash(table));
    addEventListener('beforeprint', () => showForPrinting(table));
    addEventListener('afterprint', () => showPage(table));
    table.form.hidden = false;
    applyHash(table);
  };

  const setUpCopy = (button) => {
    const code = document.getElementById(button.value);
    button.hidden = false;
    button.addEventListener('click', async () => {
      getSelection().selectAllChildren(code);
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Selected: copy it with your keyboard';
      }
    });
  };

  document.querySelectorAll('section.table').forEach(setUpTable);
  document.querySelectorAll('button.copy').forEach(setUpCopy);
})();

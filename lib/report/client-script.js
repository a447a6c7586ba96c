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

  const setUpTable = (section) => {
    const { columns, rows } = JSON.parse(section.querySelector('script').textContent);
    if (rows.length === 0) return;
    const form = section.querySelector('form');
    const search = form.querySelector('input');
    const selects = [...form.querySelectorAll('select')];
    const pager = section.querySelector('.pager');
    const page = pager.querySelector('input');
    const [previous, next] = pager.querySelectorAll('button');
    const fields = [search, ...selects, page];
    const columnOf = (select) => columns.findIndex(({ key }) => select.name === `${section.id}.${key}`);
    const show = (cell, { labels }) => labels?.[cell] || cell;

    const fillSelect = (select) => {
      const index = columnOf(select);
      const counts = new Map();
      for (const row of rows) counts.set(row[index], (counts.get(row[index]) || 0) + 1);
      for (const code of new Set([...Object.keys(columns[index].labels), ...counts.keys()]))
        if (code !== '' && counts.has(code)) {
          const option = document.createElement('option');
          option.value = code;
          option.textContent = `${show(code, columns[index])} (${numeral(counts.get(code))})`;
          select.append(option);
        }
    };

    let texts;
    const matchingRows = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = selects
        .filter(({ value }) => value !== '')
        .map((select) => [columnOf(select), select.value]);
      if (words.length > 0)
        texts =
          texts ||
          rows.map((row) =>
            row
              .map((cell, i) => show(cell, columns[i]))
              .join('\n')
              .toLowerCase(),
          );
      return rows.filter(
        (row, index) =>
          wanted.every(([column, value]) => row[column] === value) &&
          words.every((word) => texts[index].includes(word)),
      );
    };

    const rowElement = (row) => {
      const element = document.createElement('tr');
      columns.forEach((column, index) => {
        const cell = element.insertCell();
        cell.className = column.key;
        cell.dataset.label = column.title;
        cell.textContent = show(row[index], column);
      });
      return element;
    };

    const showRows = (shown) => section.querySelector('tbody').replaceChildren(...shown.map(rowElement));
    const status = section.querySelector('.status');

    let matches = rows;
    const showForPrinting = () => {
      showRows(matches.slice(0, PRINTED_ROWS));
      status.textContent =
        matches.length > PRINTED_ROWS
          ? `The first ${numeral(PRINTED_ROWS)} of ${numeral(matches.length)} rows; all of them are in ${section.dataset.file}.`
          : `${numeral(matches.length)} of ${numeral(rows.length)} rows`;
    };

    const renderPage = () => {
      const pages = Math.max(1, Math.ceil(matches.length / PAGE_ROWS));
      const number = Math.min(pages, Math.max(1, Math.floor(Number(page.value)) || 1));
      const start = (number - 1) * PAGE_ROWS;
      const shown = matches.slice(start, start + PAGE_ROWS);
      showRows(shown);
      const range = `${numeral(start + 1)}–${numeral(start + shown.length)} of ${numeral(matches.length)}`;
      const found = matches.length === 1 ? 'match' : 'matches';
      if (matches === rows) status.textContent = `${range} rows`;
      else if (shown.length === 0) status.textContent = `No match, out of ${numeral(rows.length)} rows`;
      else status.textContent = `${range} ${found}, out of ${numeral(rows.length)} rows`;
      page.value = number;
      page.max = pages;
      section.querySelector('.pages').textContent = `of ${numeral(pages)}`;
      previous.disabled = number === 1;
      next.disabled = number === pages;
      pager.hidden = pages === 1;
    };

    const filter = () => {
      const filtered = search.value.trim() !== '' || selects.some(({ value }) => value !== '');
      matches = filtered ? matchingRows() : rows;
      renderPage();
    };

    const writeHash = () => {
      const hash = readHash();
      for (const { name, value, defaultValue = '' } of fields)
        if (value === defaultValue) hash.delete(name);
        else hash.set(name, value);
      // A browser may refuse to change the address many times a second. The table works without it.
      try {
        history.replaceState(null, '', `#${hash}`);
      } catch {}
    };

    const applyHash = () => {
      const hash = readHash();
      for (const field of fields) {
        field.value = hash.get(field.name) || field.defaultValue || '';
        if (field.selectedIndex === -1) field.selectedIndex = 0;
      }
      filter();
      if (fields.some(({ name }) => hash.has(name))) section.scrollIntoView();
    };

    const refilter = () => {
      page.value = 1;
      filter();
      writeHash();
    };
    const turnTo = (number) => {
      page.value = number;
      renderPage();
      writeHash();
      section.scrollIntoView();
    };

    let typing;
    search.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(refilter, TYPING_PAUSE_MS);
    });
    form.addEventListener('change', refilter);
    form.addEventListener('reset', () => setTimeout(refilter));
    form.addEventListener('submit', (event) => event.preventDefault());
    page.addEventListener('change', () => turnTo(page.value));
    previous.addEventListener('click', () => turnTo(Number(page.value) - 1));
    next.addEventListener('click', () => turnTo(Number(page.value) + 1));
    addEventListener('hashchange', applyHash);
    addEventListener('beforeprint', showForPrinting);
    addEventListener('afterprint', renderPage);
    selects.forEach(fillSelect);
    form.hidden = false;
    applyHash();
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

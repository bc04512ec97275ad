/** The report's looks: system fonts, both colour schemes, phone and paper. */
export const STYLE = `
:root { --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --stop: #b3261e; --stop-bg: #ffebe9; --ask: #7a4b00; --ask-bg: #fff4d6; --note: #0a5c8a; --ok: #116329; --ok-bg: #e6f4ea; --create: #e6f4ea; --update: #fff4d6; --release: #e3edff; --replace: #ffe3e0; --create-line: #1a7f37; --update-line: #8a5a00; --release-line: #1f5fbf; --replace-line: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1419; --ink: #e6edf3; --soft: #9aa7b4; --line: #303b47; --panel: #182029; --stop: #ff9a90; --stop-bg: #3b1512; --ask: #f2c45c; --ask-bg: #35290a; --note: #79c0ff; --ok: #7ee2a0; --ok-bg: #10301c; --create: #10301c; --update: #35290a; --release: #14284b; --replace: #3b1512; --create-line: #57c97d; --update-line: #e0b04a; --release-line: #86b3ff; --replace-line: #ff9a90; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; z-index: 2; }
.verdict { border: 1px solid var(--line); border-left: .5rem solid var(--ok); border-radius: .5rem; padding: .75rem 1rem; background: var(--ok-bg); }
.verdict.ask { border-left-color: var(--ask); background: var(--ask-bg); } .verdict.stop { border-left-color: var(--stop); background: var(--stop-bg); }
.verdict h1 { margin: .1rem 0 .3rem; font-size: 1.3rem; line-height: 1.35; overflow-wrap: anywhere; }
.kind, .stacks, .small, .keys { margin: 0; color: var(--soft); font-size: .85rem; } .verdict .kind, .verdict .stacks { color: var(--ink); }
.stack { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; margin: .1rem 0; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 1rem 0; }
nav input { flex: 1 1 12rem; min-width: 8rem; padding: .45rem .6rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .4rem; }
nav button { padding: .45rem .7rem; font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--soft); border-radius: .4rem; cursor: pointer; }
.keys { flex-basis: 100%; } kbd { border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3rem; background: var(--panel); font: .8rem ui-monospace, monospace; }
:focus-visible { outline: 3px solid var(--note); outline-offset: 2px; }
section { margin: 0 0 .75rem; border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
summary { cursor: pointer; padding: .5rem .75rem; background: var(--panel); } summary h2 { display: inline; font-size: 1.05rem; margin: 0; }
.count { color: var(--soft); font-weight: 400; }
.items { list-style: none; margin: 0; padding: 0; }
.item { padding: .6rem .75rem; border-top: 1px solid var(--line); border-left: .3rem solid transparent; }
.item.stop { border-left-color: var(--stop); } .item.ask { border-left-color: var(--ask); }
.head { margin: 0; font-weight: 600; overflow-wrap: anywhere; } .head code { font-weight: 400; color: var(--soft); }
.sign { display: inline-block; min-width: 1.1em; } .item.stop .sign, .verdict.stop .sign { color: var(--stop); } .item.ask .sign, .verdict.ask .sign { color: var(--ask); } .item.note .sign { color: var(--note); } .item.ok .sign, .verdict.ok .sign { color: var(--ok); }
.word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code { font-family: ui-monospace, monospace; font-size: .88rem; overflow-wrap: anywhere; } dd { font-size: .92rem; overflow-wrap: anywhere; }
dl { margin: .3rem 0 0 1.3rem; } dl div { display: grid; grid-template-columns: minmax(7rem, 16rem) 1fr; gap: .1rem .75rem; padding: .1rem 0; }
dt { color: var(--soft); font-size: .88rem; overflow-wrap: anywhere; } dd { margin: 0; }
.picture { overflow-x: auto; padding: .5rem .75rem; } .picture svg { height: auto; min-width: min(100%, 30rem); display: block; margin: 0 auto; }
.picture text { fill: var(--ink); } .picture g.node.same > path { fill: var(--paper); stroke: var(--soft); } .picture g.cluster > path, .picture g.cluster > polygon { stroke: var(--soft); }
.picture g.edge > path { stroke: var(--soft); } .picture g.edge > polygon { stroke: var(--soft); fill: var(--soft); } .picture g.edge text { fill: var(--soft); }
${['create', 'update', 'release', 'replace', 'delete']
  .map((mark) => {
    const color = mark === 'delete' ? 'replace' : mark;
    return `.picture g.node.${mark} > path { fill: var(--${color}); stroke: var(--${color}-line); } .picture g.cluster.${mark} > path { stroke: var(--${color}-line); } .picture g.edge.${mark} > path { stroke: var(--${color}-line); } .picture g.edge.${mark} > polygon { stroke: var(--${color}-line); fill: var(--${color}-line); } .picture g.edge.${mark} text { fill: var(--${color}-line); } .swatch.${mark} { background: var(--${color}); border-color: var(--${color}-line); }`;
  })
  .join('\n')}
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1rem; list-style: none; margin: .5rem .75rem 0; padding: 0; font-size: .85rem; } .swatch { display: inline-block; width: .9rem; height: .9rem; border: 2px solid; border-radius: .2rem; margin-right: .35rem; vertical-align: -.1rem; }
.small { padding: 0 .75rem .5rem; }
[hidden] { display: none !important; }
@media (max-width: 40rem) { body { padding: .5rem; } dl { margin-left: .3rem; } dl div { grid-template-columns: 1fr; padding: .2rem 0; } .verdict h1 { font-size: 1.1rem; } .keys { display: none; } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #999; --panel: #fff; --stop: #8c1d18; --ask: #5c3900; --note: #004466; --ok: #0b4a1e; --stop-bg: #fff; --ask-bg: #fff; --ok-bg: #fff; --create: #e6f4ea; --update: #fff4d6; --release: #e3edff; --replace: #ffe3e0; --create-line: #1a7f37; --update-line: #8a5a00; --release-line: #1f5fbf; --replace-line: #b3261e; } body { max-width: none; padding: 0; font-size: 10pt; } nav, .skip { display: none; } .item, .verdict { break-inside: avoid; } section { border: 0; } .picture svg { max-width: 100%; min-width: 0; } * { print-color-adjust: exact; } }
`;

/** Search and folding. Without it the page is whole, only longer to read. */
export const SCRIPT = `
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const folds = all('main details');
  const first = folds.map((fold) => fold.open);
  const setAll = (open) => folds.forEach((fold) => { fold.open = open; });
  const texts = new Map(all('.item').map((item) => [item, item.textContent.toLowerCase()]));
  const find = () => {
    const wanted = search.value.trim().toLowerCase();
    let count = 0;
    for (const [item, text] of texts) {
      item.hidden = wanted !== '' && !text.includes(wanted);
      if (!item.hidden) count += 1;
    }
    folds.forEach((fold, index) => {
      const items = all('.item', fold);
      fold.parentElement.hidden = wanted !== '' && items.length > 0 && items.every((item) => item.hidden);
      fold.open = wanted === '' ? first[index] : items.some((item) => !item.hidden) || fold.open;
    });
    found.textContent = wanted === '' ? '' : count + ' found';
  };
  search.addEventListener('input', find);
  document.getElementById('unfold').addEventListener('click', () => setAll(true));
  document.getElementById('fold').addEventListener('click', () => setAll(false));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === 'Escape') { search.value = ''; find(); search.blur(); }
      return;
    }
    const summaries = all('main summary').filter((summary) => !summary.closest('[hidden]'));
    const at = summaries.indexOf(document.activeElement);
    const move = (step) => summaries[Math.max(0, Math.min(summaries.length - 1, at + step))]?.focus();
    if (event.key === '/') { event.preventDefault(); search.focus(); }
    else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(at < 0 ? 1 : -1);
    else if (event.key === 'e') setAll(true);
    else if (event.key === 'c') setAll(false);
  });
  // On a narrow screen the picture is wider than its frame: begin where something changes.
  const frame = document.querySelector('.picture');
  const changed = frame?.querySelector('g.node:not(.same)')?.getBoundingClientRect();
  if (changed) {
    const { left, width } = frame.getBoundingClientRect();
    frame.scrollLeft += changed.left + changed.width / 2 - left - width / 2;
  }
  let before = [];
  addEventListener('beforeprint', () => { before = folds.map((fold) => fold.open); setAll(true); });
  addEventListener('afterprint', () => folds.forEach((fold, index) => { fold.open = before[index] ?? fold.open; }));
})();
`;

/** The style of both report pages. Colours other than grey mark what somebody has to look at. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1d2125; --soft: #59616b; --line: #dfe1e0; --link: #0b5394;
  --good: #1a6b3c; --attention: #8a5300; --bad: #a61b29; --attention-back: #fff8ea; --bad-back: #fdf2f2;
  --attention-line: #e3c27e; --bad-line: #e3a6ab; --code: #f1f2f0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181b; --card: #1e2125; --ink: #e4e6e8; --soft: #a0a8b1; --line: #343a41; --link: #8abcf0;
    --good: #7cc79a; --attention: #e8b765; --bad: #f29aa2; --attention-back: #2a251a; --bad-back: #2c1f21;
    --attention-line: #6b5527; --bad-line: #713a40; --code: #282c31;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 .8rem; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .7rem; font-weight: 650; }
p { margin: 0 0 .7rem; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px;
}
.kicker { color: var(--soft); margin: 0; }
.lead { font-size: 1.2rem; line-height: 1.5; }
.mark { font-weight: 650; }
.mark.good { color: var(--good); } .mark.attention { color: var(--attention); } .mark.bad { color: var(--bad); }
section { margin-top: 2.4rem; }
.notice { padding: 1.2rem 1.4rem; border: 1px solid var(--attention-line); background: var(--attention-back); border-radius: 8px; }
.notice.bad { border-color: var(--bad-line); background: var(--bad-back); }
.notice > :last-child { margin-bottom: 0; }
ul { margin: 0 0 .7rem; padding-left: 1.2rem; } li { margin: .2rem 0; max-width: 46rem; }
.tiles {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); padding: 0; margin: 1.6rem 0 0;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; list-style: none;
}
.tiles li { padding: .9rem 1.1rem; margin: 0 -1px -1px 0; border: solid var(--line); border-width: 0 1px 1px 0; }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: .88rem; line-height: 1.35; display: block; }
.tiles .attention b { color: var(--attention); } .tiles .bad b { color: var(--bad); } .tiles .zero b { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0 3rem; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .88em; }
pre { margin: .2rem 0 .7rem; padding: .8rem 1rem; background: var(--code); border-radius: 6px; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1.5rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .8rem; border-bottom: 1px solid var(--line); line-height: 1.45; }
th { font-weight: 600; color: var(--soft); font-size: .85rem; white-space: nowrap; background: var(--page); }
td { unicode-bidi: isolate; font-variant-numeric: tabular-nums; }
tbody tr:last-child td { border-bottom: 0; }
td.action, td.held, td.result, td.when, td.state { white-space: nowrap; overflow-wrap: normal; }
td.held, td.state.attention { color: var(--attention); font-weight: 600; }
td.email { font-weight: 500; min-width: 13rem; max-width: 30rem; white-space: nowrap; overflow-x: auto; } td.reason { min-width: 9rem; } td.code { min-width: 12rem; }
td.detail, td.access, td.when { color: var(--soft); }
.controls { display: flex; flex-wrap: wrap; gap: .8rem 1rem; align-items: end; margin: 0 0 .8rem; }
.controls[hidden], .pager[hidden], button[hidden] { display: none; }
.controls label { font-size: .85rem; color: var(--soft); display: grid; gap: .2rem; }
.controls .search { flex: 1 1 16rem; }
input, select, button {
  font: inherit; font-size: 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft);
  border-radius: 6px; padding: .4rem .7rem; min-height: 2.5rem; max-width: 100%; min-width: 0;
}
.search input { width: 100%; }
button { cursor: pointer; } button:disabled { color: var(--soft); border-color: var(--line); cursor: default; }
.status { color: var(--soft); font-size: .93rem; margin: 0 0 .5rem; }
.pager { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; margin-top: 1rem; }
.pager input { width: 6rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
@media (max-width: 44rem) {
  main { padding: 1.4rem 1rem 3rem; }
  h1 { font-size: 1.5rem; } .lead { font-size: 1.08rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  .controls label, .controls .search { flex: 1 1 100%; } select { width: 100%; }
  thead { position: absolute; clip-path: inset(50%); display: block; width: 1px; height: 1px; overflow: hidden; }
  table, tbody { display: block; } tbody tr { display: block; padding: .7rem 1rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td { display: block; border: 0; padding: .1rem 0; min-width: 0 !important; max-width: none !important; } td:empty { display: none; }
  td::before { content: attr(data-label) ": "; color: var(--soft); font-weight: 400; }
  td.email { font-size: 1.02rem; white-space: normal; overflow: visible; } td.email::before, td.action::before, td.held::before { content: none; }
}
@media print {
  body { background: none; } main { padding: 0; max-width: none; }
  .controls, .pager, button.copy { display: none; } tr { break-inside: avoid; }
}
`;

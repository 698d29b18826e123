/** The style sheet of reports and of the site, light and dark: system fonts, one column on a telephone, tables that scroll by themselves. */
export const CSS = `
:root { color-scheme: light dark; --ink: #1c2127; --faint: #5f6b7a; --line: #d6dbe1; --ground: #ffffff; --panel: #f5f7f9;
  --band: #dfe5ec; --mark: #eaf5fb; --accent: #0072b2; --good: #00694c; --bad: #a33b00; --notice: #7a5a00; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --faint: #a3adb9; --line: #3a424c; --ground: #15181c;
  --panel: #1f242a; --band: #2c343d; --mark: #17394c; --accent: #6cc0f0; --good: #4cc39a; --bad: #ff9466; --notice: #e0bd4f; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0 auto; max-width: 1320px; padding: 1rem 1.25rem 4rem; color: var(--ink); background: var(--ground);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: .3rem 0; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .3rem; padding-top: .6rem; border-top: 2px solid var(--ink); overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p { margin: .3rem 0 .6rem; max-width: 75ch; }
code { font-size: .92em; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; list-style: none; }
.faint { color: var(--faint); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .notice { color: var(--notice); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .6rem; margin: .8rem 0; padding: 0; }
.cards div { background: var(--panel); border-radius: 6px; padding: .55rem .7rem; }
.cards dt { color: var(--faint); font-size: .8rem; }
.cards dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: .82rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .36rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
tbody tr:last-child > td { border-bottom: 0; }
thead th { background: var(--panel); vertical-align: bottom; }
tfoot td { font-weight: 600; border-top: 2px solid var(--line); border-bottom: 0; }
.number { text-align: right; }
.layers th:first-child, .layers td:first-child { position: sticky; left: 0; background: var(--ground); max-width: 9.5rem;
  overflow: hidden; text-overflow: ellipsis; }
.layers td:nth-child(2), .layers td:nth-child(4) { max-width: 8rem; overflow: hidden; text-overflow: ellipsis; }
.layers thead th:first-child { background: var(--panel); }
.layers tr.host td { color: var(--faint); }
.layers tr:target td, .layers tr.marked td { background: var(--mark); }
th button { all: unset; cursor: pointer; font-weight: 600; text-decoration: underline dotted #aab2bd; text-underline-offset: 3px; }
th button:hover { text-decoration-style: solid; }
th button:focus-visible, summary:focus-visible, canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: ' \\2191'; color: var(--ink); }
th[aria-sort=descending] button::after { content: ' \\2193'; color: var(--ink); }
.tools { display: flex; flex-wrap: wrap; gap: .5rem .8rem; align-items: center; margin: .5rem 0; }
.tools input, .tools select, .tools button { font: inherit; padding: .25rem .5rem; border: 1px solid var(--line);
  border-radius: 4px; background: var(--ground); color: inherit; }
.tools label { min-width: 0; max-width: 100%; }
.tools select { max-width: min(100%, 16rem); }
.tools input { flex: 1 1 12rem; max-width: 24rem; min-width: 0; }
.bar { position: relative; display: block; height: .8rem; min-width: 6rem; background: var(--panel); border-radius: 2px; }
.bar i { position: absolute; inset: 0 auto 0 0; border-radius: 2px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 1.2rem; align-items: start; }
.pair > * { min-width: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 560px), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; min-width: 0; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
figure img { display: block; width: 100%; height: auto; min-width: 540px; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0; padding: .3rem .7rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
details .scroll { margin: .5rem 0; }
.timeline canvas { display: block; width: 100%; height: 216px; touch-action: pan-y; cursor: grab; }
.slice { min-height: 4.6em; margin: .4rem 0; font-size: .88rem; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; font-size: .85rem; padding: 0; list-style: none; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .3rem; vertical-align: -1px; }
.warnings li { margin: .2rem 0; overflow-wrap: anywhere; }
@media (max-width: 520px) {
  body { padding: .6rem .7rem 3rem; }
  .cards { grid-template-columns: repeat(2, 1fr); }
  .layers th:first-child, .layers td:first-child { max-width: 8.5rem; }
  .layers :is(th, td):is(:nth-child(3), :nth-child(4)) { display: none; }
}
@media print {
  .tools, .timeline { display: none; }
  .scroll, figure { overflow: visible; }
  figure img { min-width: 0; }
  table { font-size: 7.2pt; }
  th, td { padding: .16rem .18rem; white-space: normal; overflow-wrap: break-word; }
  td.number { white-space: nowrap; }
  .layers { font-size: 6.6pt; }
  .layers :is(th, td):is(:first-child, :nth-child(2), :nth-child(4)) { position: static; max-width: none; overflow: visible; }
  .layers td:first-child { min-width: 4.5em; overflow-wrap: anywhere; }
  thead { display: table-header-group; }
  tr, figure, .cards div { break-inside: avoid; }
}
@media print and (max-width: 1000px) { .layers :is(th, td):nth-child(4) { display: none; } }
`;

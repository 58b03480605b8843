import { html } from './escape.ts'

/** The page's only style sheet. Colours are variables: light by default and on paper, dark where the reader's screen is. */
export const styleElement = html`<style>
:root{--ground:#fff;--card:#fff;--soft:#f4f6f8;--ink:#17202b;--muted:#566373;--line:#d9dfe6;--accent:#1d4f7c;--bar:#8fa9c2;
--critical:#96112a;--high:#b0450a;--medium:#8a6200;--low:#2a608f;--informational:#5c6876;
--good:#1c6b3c;--bad:#96112a;--doubt:#8a6200;--good-ground:#eef7f1;--bad-ground:#fdf1f2;--doubt-ground:#fdf7e8;--hatch:#b3273f;--shade:#b3273f14;--dots:#8a6200;--haze:#8a620012}
@media screen and (prefers-color-scheme:dark){:root{--ground:#11161c;--card:#171e26;--soft:#1e2731;--ink:#e4e9ef;--muted:#9fadbc;--line:#303c49;--accent:#86b9e6;--bar:#567592;
--critical:#ff8093;--high:#ff9f66;--medium:#e5b94a;--low:#82b8e8;--informational:#a3b0be;
--good:#74cf98;--bad:#ff8093;--doubt:#e5b94a;--good-ground:#14261c;--bad-ground:#2c161a;--doubt-ground:#282112;--hatch:#ff8093;--shade:#ff80931f;--dots:#e5b94a;--haze:#e5b94a14}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
body>header,main,body>footer{max-width:1104px;margin:0 auto;padding:0 32px}
h1,h2,h3,h4{line-height:1.25;margin:0;font-weight:650;letter-spacing:-.005em}
h1{font-size:30px;margin-bottom:16px}
h2{font-size:21px;margin:0 0 8px}
h3{font-size:16px;margin:28px 0 10px}
h4{font-size:16px}
p{margin:0 0 8px}
a{color:var(--accent);text-underline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
.small{font-size:.9em}
.whole,time{display:inline-block;max-width:100%}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
pre{background:var(--soft);border:1px solid var(--line);border-radius:4px;padding:10px 12px;margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.45}
.muted,.cut,.lead,figcaption,caption{color:var(--muted)}
.lead{max-width:76ch}
.cut,figcaption{font-size:13px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:8px;top:8px;background:var(--ground);padding:8px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
header.page{padding-top:36px}
.brand{font-size:13px;font-weight:650;letter-spacing:.12em;text-transform:uppercase;color:var(--accent);margin-bottom:6px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;margin:16px 0 0;padding:10px 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
main>section{padding-top:36px}
.facts,.pair{margin:0}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 32px}
.pair>div{align-content:start}
.facts>div,.pair>div{display:grid;grid-template-columns:96px minmax(0,1fr);gap:12px;padding:3px 0}
.pair>div{grid-template-columns:76px minmax(0,1fr)}
.pair>:nth-child(n+7){grid-column:1/-1}
.facts dt,.pair dt{color:var(--muted)}
.facts dd,.pair dd{margin:0;min-width:0}
.badge{display:inline-flex;align-items:center;gap:5px;font-weight:600;white-space:normal}
.glyph{width:14px;height:14px;flex:none;vertical-align:-2px;overflow:visible}
.stroke{fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round}
.text-critical{color:var(--critical)}.text-high{color:var(--high)}.text-medium{color:var(--medium)}.text-low{color:var(--low)}.text-informational{color:var(--informational)}
.tone-good{color:var(--good)}.tone-bad{color:var(--bad)}.tone-doubt{color:var(--doubt)}
.lv-critical{fill:var(--critical)}.lv-high{fill:var(--high)}.lv-medium{fill:var(--medium)}.lv-low{fill:var(--low)}.lv-informational{fill:var(--ground);stroke:var(--informational);stroke-width:2}
main>.verdict{margin-top:28px;padding:20px 24px;border:1px solid var(--line);border-left-width:6px;border-radius:4px}
.verdict h2{margin-bottom:8px;font-size:22px}
.verdict h2 .badge{display:inline-block}
.verdict h2 .glyph{width:22px;height:22px;margin-right:6px;vertical-align:-3px}
.verdict p{max-width:86ch}
.verdict .sentence{font-size:17px;font-weight:600}
.verdict p:last-child{margin-bottom:0}
.verdict.panel-good{background:var(--good-ground);border-left-color:var(--good)}
.verdict.panel-bad{background:var(--bad-ground);border-left-color:var(--bad)}
.verdict.panel-doubt{background:var(--doubt-ground);border-left-color:var(--doubt)}
.tiles{list-style:none;display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:12px;margin:14px 0;padding:0}
.tiles li{border:1px solid var(--line);border-radius:4px;background:var(--card);padding:10px 14px}
.tiles b{display:block;font-size:26px;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles .badge{font-size:13px}
.tiles .none b,.tiles .none .badge{color:var(--muted);font-weight:400}
.story{list-style:none;margin:12px 0 0;padding:0;border-left:2px solid var(--line)}
.story>li{display:grid;grid-template-columns:214px minmax(0,1fr);gap:16px;padding:9px 0 9px 16px}
.story p{margin:0}
.when{display:flex;flex-direction:column;font-size:14px}
time{font-variant-numeric:tabular-nums}
figure{margin:12px 0 0}
figcaption span{margin-right:8px}
.timeline{display:block;width:100%;height:auto;font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
.timeline.narrow{display:none}
.timeline text{fill:var(--muted)}
.timeline .lane{fill:var(--ink)}
.timeline .times{fill:var(--ink);font-weight:600}
.bars rect{fill:var(--bar)}
.grid{stroke:var(--line)}
.axis{stroke:var(--muted)}
.shade.hatch{fill:var(--shade)}.shade.dots{fill:var(--haze)}
.band.hatch{stroke:var(--hatch)}.band.dots{stroke:var(--dots)}
.hatch-ground{fill:var(--bad-ground)}.hatch-ink{fill:var(--hatch)}
.dots-ground{fill:var(--doubt-ground)}.dots-ink{fill:var(--dots)}
.finding,.action{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:4px;background:var(--card);padding:14px 18px;margin:12px 0}
.edge-critical{border-left-color:var(--critical)}.edge-high{border-left-color:var(--high)}.edge-medium{border-left-color:var(--medium)}.edge-low{border-left-color:var(--low)}.action{border-left-color:var(--accent)}
.finding header,.action header{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;margin-bottom:8px}
.finding h4,.action h3{flex:1 1 260px;margin:0}
.number{color:var(--muted);font-variant-numeric:tabular-nums}
.tag{display:inline-block;border:1px solid var(--line);border-radius:3px;background:var(--soft);padding:0 6px;font-size:12.5px;line-height:1.6}
summary{cursor:pointer;color:var(--accent);padding:4px 0}
ul.codes{list-style:none;margin:0;padding:0}
ul.plain{margin:0 0 8px;padding-left:18px;list-style:disc}
.facts ul.plain{margin:0}
.actions{list-style:none;counter-reset:action;margin:0;padding:0}
.actions>li{counter-increment:action}
.action h3::before{content:counter(action) ". "}
.notice{border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:4px;background:var(--soft);padding:10px 16px}
.columns{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px 40px;align-items:start}
table{width:100%;border-collapse:collapse;margin:14px 0 6px;font-size:13.5px}
caption{text-align:left;font-weight:650;color:var(--ink);padding-bottom:4px;font-size:14.5px}
th{text-align:left;font-weight:600;color:var(--muted);border-bottom:1px solid var(--muted);padding:4px 12px 4px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:5px 12px 5px 0;vertical-align:top}
td code{font-size:.93em}
th:last-child,td:last-child{padding-right:0}
.num+th,.num+td{padding-left:16px}
.problems,.thirds,.top table{table-layout:fixed}
.top .num{width:96px}
.problems th:first-child{width:44%}.problems th:nth-child(2){width:20%}
.thirds th{width:34%}.thirds th:nth-child(2){width:30%}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar,.spark{display:block;width:100%;height:4px;margin-top:3px}
.spark{height:18px}
.bar rect,.spark rect{fill:var(--bar)}
body>footer{margin-top:48px;padding-top:24px;padding-bottom:48px}
body>footer h2{border-top:1px solid var(--line);padding-top:24px}
@media (max-width:760px){
body>header,main,body>footer{padding-left:16px;padding-right:16px}
header.page{padding-top:20px}
h1{font-size:25px}
.columns{grid-template-columns:minmax(0,1fr)}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.facts>div{grid-template-columns:minmax(0,1fr);gap:0}
.facts dt{font-size:13px}
.pair{grid-template-columns:minmax(0,1fr)}
.pair>div{grid-template-columns:66px minmax(0,1fr);gap:8px}
.pair dt{padding-top:1px}
.story>li{grid-template-columns:minmax(0,1fr);gap:2px}
.when{flex-direction:row;flex-wrap:wrap;gap:2px 12px}
main>.verdict{padding:16px}
.finding,.action{padding:12px 14px}
main table,main tbody,main tr,main td{display:block;width:auto}
main caption:not(.unseen){display:block}
main thead{position:absolute;left:-9999px}
main tr{border-bottom:1px solid var(--line);padding:6px 0}
main td{display:grid;grid-template-columns:104px minmax(0,1fr);gap:8px;border:0;padding:2px 0}
main td.num{text-align:left;padding:2px 0;white-space:normal}
main td.num+td{padding-left:0}
main .top td.num{text-align:right}
main td::before{content:attr(data-label);color:var(--muted)}
.top tr{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:12px}
.top td{display:block}
.top td::before{content:none}
.timeline.wide{display:none}
.timeline.narrow{display:block}
}
@media print{
@page{margin:16mm 14mm}
body{font-size:9pt}
h1{font-size:20pt}
h2{font-size:14pt}
.tiles .badge{font-size:8pt}
.tiles li{padding:8px}
.timeline{font-size:15px}
body>header,main,body>footer{max-width:none;padding-left:0;padding-right:0}
nav,.skip,summary{display:none}
details::details-content{content-visibility:visible;display:block;height:auto}
main>section{padding-top:20px}
h2,h3,h4,.lead,caption,.finding header,.action header{break-after:avoid}
tr,.finding>dl,.story>li,.tiles li,figure,.verdict,.facts>div,.pair>div{break-inside:avoid}
thead{display:table-header-group}
.finding,.action,.verdict,.tag,.notice,pre,svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}
pre{font-size:7.5pt}
.finding pre{columns:2;column-gap:16px;border:0;padding:0;background:none}
a{color:inherit;text-decoration:none}
}
</style>`

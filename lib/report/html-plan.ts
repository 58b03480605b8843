import type { ApiCall, ContainmentAction, Mode } from '../action.ts'
import { type HtmlValue, html, jsonText, type Markup, preformatted } from './escape.ts'
import { clip, count, plural } from './format.ts'
import { bullets, code, cutNote, facts, levelBadge, table } from './html-parts.ts'
import type { ReportModel } from './model.ts'

/** What could be done, in order. The plan is a proposal, and the section says so first. */
export const planSection = ({ plan, limits }: ReportModel): Markup => {
  const { actions, refused } = plan
  return html`<section id="plan" aria-labelledby="plan-title"><h2 id="plan-title">Containment plan</h2>
<p class="notice"><strong>Nothing has been done.</strong> ${actions.length > 0 && MODES[plan.mode]} ${actions.length === 0 ? 'No action is proposed.' : `${plural(actions.length, 'action')} proposed, to be taken in this order.`}</p>
${actions.length > 0 && html`<ol class="actions">${actions.slice(0, limits.actions).map(action)}</ol>`}
${cutNote(actions.length - limits.actions, 'actions are in the plan but')}
${refused.length > 0 && refusedTable(plan.refused, limits.actions)}
${actions.length > 0 && html`<p class="cut">An approval binds to this plan by its hash ${code(clip(plan.hash, 80))}</p>`}
</section>`
}

/** What the guard refused, where what was planned is told elsewhere. */
export const refusedSection = ({ plan, limits }: ReportModel): Markup | undefined =>
  plan.refused.length === 0
    ? undefined
    : html`<section aria-label="Refused">${refusedTable(plan.refused, limits.actions)}</section>`

const MODES: Readonly<Record<Mode, string>> = {
  observe: 'This is a plan made in observe mode: no call below was sent to AWS.',
  approve: 'This is a plan that waits for approval: no call below was sent to AWS by making this report.',
  enforce: 'This report only shows the plan: no call below was sent to AWS by making it.',
}

const TIERS: Readonly<Record<number, string>> = {
  0: 'Tier 0: restores what was there',
  1: 'Tier 1: narrow and reversible',
  2: 'Tier 2: wide, needs approval',
}

const UNDO: Readonly<Record<ContainmentAction['reversibility'], string>> = {
  exact: 'Can be undone exactly.',
  partly: 'Can be undone in part.',
  no: 'Cannot be undone.',
}

const action = (
  planned: ContainmentAction,
): Markup => html`<li><article class="action edge-tier-${planned.tier}">
<header><h3>${clip(planned.title, 200)}</h3><span class="tag">${TIERS[planned.tier] ?? 'Tier unknown'}</span> ${levelBadge(planned.level)}</header>
${facts([
  ['Target', target(planned)],
  ['Why', clip(planned.reason, 600)],
  ['Blast radius', clip(planned.blastRadius, 600)],
  [
    'Leaves open',
    planned.limits.length > 0 && bullets(planned.limits.slice(0, 12).map((limit) => clip(limit, 400))),
  ],
  ['Calls', calls(planned.calls, 'No AWS call: a task for people.')],
  ['Undo', html`${UNDO[planned.reversibility] ?? ''} ${clip(planned.undoNote, 600)}`],
  [
    'Check',
    planned.verify.length > 0 && bullets(planned.verify.slice(0, 12).map((check) => clip(check, 400))),
  ],
])}
<details><summary>State recorded before, undo calls and permissions</summary>
${facts([
  ['Recorded before', calls(planned.snapshot, 'Nothing.')],
  ['Undo calls', calls(planned.undo, 'None.')],
  [
    'Permissions',
    planned.permissions.length > 0 &&
      bullets(
        planned.permissions.slice(0, 40).map((name) => code(clip(name, 100))),
        'codes',
      ),
  ],
  [
    'Findings',
    bullets(
      planned.findings.slice(0, 20).map((id) => code(clip(id, 200))),
      'codes',
    ),
  ],
])}</details>
</article></li>\n`

const target = ({ target: { kind, id, name, arn, accountId, region } }: ContainmentAction): Markup =>
  html`${clip(kind, 60)} <b>${clip(name ?? id, 120)}</b>${name !== undefined && name !== id && id !== arn && html` ${code(clip(id, 120))}`}${arn !== undefined && html`<br>${code(clip(arn, 300))}`}<br><span class="muted">account ${clip(accountId, 40)}${region !== undefined && `, ${clip(region, 40)}`}</span>`

const calls = (list: readonly ApiCall[], none: string): HtmlValue =>
  list.length === 0
    ? none
    : html`${list.slice(0, 12).map(call)}${list.length > 12 && html`<span class="muted">and ${count(list.length - 12)} more calls</span>`}`

const call = ({ service, operation, input, region }: ApiCall): Markup =>
  html`<pre tabindex="0"><b>${clip(`${service}:${operation}`, 120)}</b>${region !== undefined && ` (${clip(region, 40)})`}\n${preformatted(jsonText(input, 4_000))}</pre>`

const refusedTable = (refused: ReportModel['plan']['refused'], max: number): Markup =>
  html`<h3>Refused</h3><p>Actions that a playbook asked for and the guard refused.</p>${table({
    caption: 'Refused actions',
    quiet: true,
    widths: 'thirds',
    columns: [{ title: 'Action' }, { title: 'Target' }, { title: 'Reason' }],
    rows: refused
      .slice(0, max)
      .map((item) => [clip(item.title, 200), code(clip(item.target, 300)), clip(item.reason, 400)]),
  })}${cutNote(refused.length - max, 'refused actions are')}`

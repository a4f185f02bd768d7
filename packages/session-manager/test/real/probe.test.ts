import type { Feature } from '@leadmaster/protocol';
import { describe, expect, it } from 'vitest';
import type { PageProbe } from '../../src/engine/page-probe.ts';
import { RunStage } from './run-stage.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

const probe = (stage: RunStage) => stage.run.probe(AbortSignal.timeout(40_000));

/** What is needed and is not as it was. */
const broken = ({ checks }: PageProbe): string[] =>
  checks.filter(({ isNeeded, result }) => isNeeded && /missing|wrong/.test(result)).map(({ name }) => name);

const featuresOf = ({ checks }: PageProbe, names: readonly string[]): Feature[] => [
  ...new Set(checks.filter(({ name }) => names.includes(name)).map(({ feature }) => feature)),
];

describe('the self-test of a page that is READY', () => {
  it.each(['september', 'april'] as const)('finds everything that is needed on the page of %s', async (date) => {
    await using stage = await RunStage.open({ standin: { page: { date } } });
    await stage.link(ANA);
    await stage.world.phone(BETO).send(ANA, 'hola');
    await stage.until('message', ({ message }) => message.text === 'hola');
    const found = await probe(stage);
    expect(found).toMatchObject({ isQuiet: true, build: stage.world.settings.page.version });
    expect(broken(found)).toEqual([]);
    expect(found.checks.filter(({ result }) => result === 'unknown')).toEqual([]);
    expect(Object.keys(found.databases).length).toBeGreaterThan(0);
  });

  it.each([
    ['send', ['text']],
    ['listener', ['inbound']],
    ['WAWebLinkPreviewChatAction', []],
  ] as const)('names what is missing (%s), and the session goes on', async (missing, features) => {
    await using stage = await RunStage.open({ drifts: [`module-missing=${missing}`] });
    await stage.link(ANA);
    const found = await probe(stage);
    expect(found.isQuiet).toBe(true);
    expect(featuresOf(found, broken(found))).toEqual(features);
    expect(found.checks.filter(({ result }) => result === 'missing').length).toBeGreaterThan(0);
    const after = stage.events.length;
    await stage.until('alive', undefined, after);
  });

  it('is not answered in time by a page whose modules still come, and leaves the session unharmed', async () => {
    await using stage = await RunStage.open();
    await stage.link(ANA);
    await expect(stage.run.probe(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    const after = stage.events.length;
    await stage.until('alive', undefined, after);
  });
});

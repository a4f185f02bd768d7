import type { Feature } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import type { PageProbe } from '../../src/engine/page-probe.ts';
import { ACCOUNT, CUSTOMER, RunStage } from './run-stage.ts';

const probe = (stage: RunStage) => stage.run.probe(AbortSignal.timeout(40_000));

/** What is needed and is not as it was. */
const broken = ({ checks }: PageProbe): string[] =>
  checks.filter(({ isNeeded, result }) => isNeeded && /missing|wrong/.test(result)).map(({ name }) => name);

const featuresOf = ({ checks }: PageProbe, names: readonly string[]): Feature[] => [
  ...new Set(checks.filter(({ name }) => names.includes(name)).map(({ feature }) => feature)),
];

describe('the self-test of a page that is READY', () => {
  test.each(['september', 'april'] as const)('finds everything that is needed on the page of %s', async (date) => {
    await using stage = await RunStage.linked([], { page: { date } });
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'hola');
    await stage.next('message', ({ message }) => message.text === 'hola');
    const found = await probe(stage);
    expect(found).toMatchObject({ isQuiet: true, canJournal: true, build: stage.world.settings.page.version });
    expect(broken(found)).toEqual([]);
    expect(found.checks.filter(({ result }) => result === 'unknown')).toEqual([]);
    expect(Object.keys(found.databases).length).toBeGreaterThan(0);
  });

  test.each([
    ['send', ['text']],
    ['listener', ['inbound']],
    ['WAWebLinkPreviewChatAction', []],
  ] as const)('names what is missing (%s), and the session continues', async (missing, features) => {
    await using stage = await RunStage.linked([`module-missing=${missing}`]);
    const found = await probe(stage);
    expect(found.isQuiet).toBe(true);
    expect(featuresOf(found, broken(found))).toEqual(features);
    expect(found.checks.filter(({ result }) => result === 'missing').length).toBeGreaterThan(0);
    await stage.nextNew('alive');
  });

  test('is not answered in time by a page whose modules still come, and leaves the session unharmed', async () => {
    await using stage = await RunStage.linked();
    await expect(stage.run.probe(AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    await stage.nextNew('alive');
  });
});

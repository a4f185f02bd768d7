import { EventEmitter } from 'node:events';
import type { Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { MainDocuments } from '../../../src/engine/wwebjs/documents.ts';
import { Injection } from '../../../src/engine/wwebjs/injection.ts';

/** puppeteer's page as far as navigations go. */
class FakePage extends EventEmitter {
  readonly frame = { url: () => 'https://web.whatsapp.com/' };
  readonly asked: string[] = [];

  mainFrame(): object {
    return this.frame;
  }

  async evaluate(what: string): Promise<string> {
    this.asked.push(what);
    return what;
  }

  leave(): void {
    this.emit('request', { isNavigationRequest: () => true, frame: () => this.frame });
  }

  arrive(): void {
    this.emit('framenavigated', this.frame);
  }

  navigate(): void {
    this.leave();
    this.arrive();
  }
}

function open() {
  const page = new FakePage();
  const documents = new MainDocuments(page as unknown as Page);
  page.navigate();
  return { page, documents };
}

test('counts documents of the main frame alone: no other frame, and no change of the address', () => {
  const { page, documents } = open();
  page.emit('request', { isNavigationRequest: () => true, frame: () => ({}) });
  page.emit('framenavigated', { url: () => 'about:srcdoc' });
  page.arrive();
  expect(documents.current).toBe(1);
  page.navigate();
  expect(documents.current).toBe(2);
});

test('injects once however often it is asked to, and once more for the next document', async () => {
  const { page, documents } = open();
  let running = 0;
  const seen: number[] = [];
  const injection = new Injection(
    documents,
    async () => {
      expect(++running).toBe(1);
      await page.evaluate('something');
      seen.push(documents.current);
      running -= 1;
    },
    1_000,
  );
  await Promise.all([injection.request(), injection.request()]);
  await injection.request();
  expect(seen).toEqual([1]);
  page.navigate();
  await injection.request();
  expect(seen).toEqual([1, 2]);
});

test('drops the injection of a document that is left, and follows with one for the next', async () => {
  const { page, documents } = open();
  const log: string[] = [];
  const injection = new Injection(
    documents,
    async () => {
      const mine = documents.current;
      log.push(`begin ${mine}`);
      await page.evaluate('first');
      if (mine === 1) {
        page.navigate();
        await page.evaluate('too late');
      }
      log.push(`end ${mine}`);
    },
    1_000,
  );
  await injection.request();
  expect(log).toEqual(['begin 1', 'begin 2', 'end 2']);
  expect(page.asked).not.toContain('too late');
});

test('waits for the next document when the present one is torn down before the news of it', async () => {
  const { page, documents } = open();
  const injection = new Injection(
    documents,
    async () => {
      if (documents.current > 1) return;
      page.leave();
      setImmediate(() => page.arrive());
      throw new Error('Execution context was destroyed');
    },
    1_000,
  );
  await injection.request();
  expect(documents.current).toBe(2);
});

test('rejects with what failed in a document that stayed, and does not try it twice', async () => {
  const { documents } = open();
  let tries = 0;
  const injection = new Injection(
    documents,
    async () => {
      tries += 1;
      throw new Error('auth timeout');
    },
    1_000,
  );
  await expect(injection.request()).rejects.toThrow('auth timeout');
  await injection.request();
  expect(tries).toBe(1);
});

test('lets what bound work tells others ask the document that is there', async () => {
  const { page, documents } = open();
  const asked = documents.bind(async () => {
    page.navigate();
    return documents.unbound(() => page.evaluate('mine'));
  });
  expect(await asked).toBe('mine');
});

// Drives Chromium through its own protocol, by pipe, so that nothing but Node is needed. See `browser`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const given = process.argv.slice(2);
const at = given.indexOf('--pictures');
const pictures = at < 0 ? null : given.splice(at, 2)[1];
if (given.length === 0) throw new Error('name a page');
if (pictures) mkdirSync(pictures, { recursive: true });
const axe = readFileSync(process.env.AXE, 'utf8');

const profile = mkdtempSync(join(tmpdir(), 'udpeg-browser-'));
const chromium = spawn(process.env.CHROMIUM, [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--hide-scrollbars',
  '--disable-background-networking', `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const limit = setTimeout(() => { console.error('the browser takes too long'); chromium.kill('SIGKILL'); process.exit(1); }, 120_000 * given.length);

let number = 0;
const waiting = new Map();
const listeners = new Set();
let rest = '';
chromium.stdio[4].on('data', (data) => {
  rest += data;
  for (let end = rest.indexOf('\0'); end >= 0; end = rest.indexOf('\0')) {
    const message = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end + 1);
    const asked = waiting.get(message.id);
    if (!asked) { for (const listener of listeners) listener(message); continue; }
    waiting.delete(message.id);
    if (message.error) asked.reject(new Error(message.error.message)); else asked.resolve(message.result);
  }
});
chromium.on('exit', (code) => {
  for (const asked of waiting.values()) asked.reject(new Error(`the browser ended with ${code}`));
});
const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
  number += 1;
  waiting.set(number, { resolve, reject });
  chromium.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
});

const faults = [];
const fault = (page, what) => { faults.push(`${basename(page)}: ${what}`); };

async function look(page) {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const ask = (method, params) => send(method, params, sessionId);
  const url = pathToFileURL(resolve(page)).href;
  let loaded;
  const isLoaded = new Promise((resolve) => { loaded = resolve; });
  const listener = ({ method, params, sessionId: from }) => {
    if (from !== sessionId) return;
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown') fault(page, `exception: ${params.exceptionDetails.text}`);
    if (method === 'Runtime.consoleAPICalled' && params.type === 'error') fault(page, 'console.error was called');
    if (method === 'Log.entryAdded' && params.entry.level === 'error') fault(page, `console: ${params.entry.text}`);
    if (method === 'Network.requestWillBeSent' && params.request.url !== url) fault(page, `requests ${params.request.url}`);
  };
  listeners.add(listener);
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
  await ask('Page.navigate', { url });
  await isLoaded;

  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const language = await evaluate('document.documentElement.lang');
  const stem = `${basename(page, '.html')}-${language}`;
  const picture = async (name) => {
    if (!pictures) return;
    const { data } = await ask('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    writeFileSync(join(pictures, `${stem}-${name}.png`), Buffer.from(data, 'base64'));
  };
  const charts = await evaluate(`[...document.querySelectorAll('svg')].filter((svg) =>
    svg.getAttribute('role') !== 'img' || !svg.querySelector('title')?.textContent || !svg.querySelector('desc')?.textContent).length`);
  if (charts > 0) fault(page, `${charts} charts have no text`);
  // The protocol may run what the page's own policy forbids.
  await evaluate(axe);
  for (const scheme of ['light', 'dark']) {
    await ask('Emulation.setEmulatedMedia', { media: 'screen', features: [{ name: 'prefers-color-scheme', value: scheme }] });
    for (const width of [390, 1280]) {
      await ask('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
      const wide = await evaluate('document.documentElement.scrollWidth');
      if (wide > width) fault(page, `${wide} pixels wide in a window of ${width}`);
      // The numbers behind charts are looked at too.
      await evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
      const found = await evaluate('axe.run(document).then(({ violations, passes }) => JSON.stringify({ passes: passes.length, violations }))');
      const { passes, violations } = JSON.parse(found);
      if (passes < 20) fault(page, `axe-core found only ${passes} rules to apply`);
      for (const { id, impact, help, nodes } of violations) {
        fault(page, `${scheme}, ${width}: ${impact}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`);
      }
      await evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = false; })`);
      await picture(`${width}-${scheme}`);
    }
  }
  // A4 less its margins, at 96 dots per inch; the dark scheme of a screen must not reach the paper.
  await ask('Emulation.setDeviceMetricsOverride', { width: 665, height: 980, deviceScaleFactor: 1, mobile: false });
  await ask('Emulation.setEmulatedMedia', { media: 'print', features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
  const wide = await evaluate('document.documentElement.scrollWidth');
  if (wide > 665) fault(page, `${wide} pixels wide on paper of 665`);
  const paper = await evaluate('getComputedStyle(document.documentElement).backgroundColor');
  if (paper !== 'rgb(255, 255, 255)') fault(page, `the paper is ${paper}`);
  await picture('a4');
  await ask('Emulation.clearDeviceMetricsOverride');
  const { data } = await ask('Page.printToPDF', { preferCSSPageSize: true });
  if (pictures) writeFileSync(join(pictures, `${stem}-a4.pdf`), Buffer.from(data, 'base64'));
  listeners.delete(listener);
  await send('Target.closeTarget', { targetId });
}

try {
  for (const page of given) await look(page);
} finally {
  clearTimeout(limit);
  chromium.kill();
  await new Promise((resolve) => { chromium.on('exit', resolve); setTimeout(resolve, 5000); });
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
for (const what of faults) console.error(what);
if (faults.length > 0) process.exit(1);
console.log(`${given.length} pages: no console error, no request, nothing that axe-core objects to, none too wide`);

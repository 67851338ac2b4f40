'use strict';

// What the tests of pages ask of a browser.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const {chromium} = require('playwright-core');
const {patience, until} = require('./programs.js');

const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
});

const text = (page, selector) => page.locator(selector).innerText();
const says = (page, selector, pattern) => until(`${selector} says ${pattern}`,
  async () => pattern.test(await text(page, selector)));

// A page that may ask only the hosts for which `isAllowed` is true. In `problems` is then what went
// wrong in it.
async function newPage(browser, isAllowed) {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  const problems = [];
  page.on('console', message => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('pageerror', error => problems.push(error.message));
  for (const kind of ['request', 'websocket']) {
    page.on(kind, it => {
      if (!isAllowed(new URL(it.url()).host)) problems.push(`a request to ${it.url()}`);
    });
  }
  return {page, problems};
}

// Looks right as far as a program can see, wide and narrow, light and dark: fits, and breaks no rule
// of axe's. Leaves screenshots in a folder.
async function isFit(page, screenshots, situation) {
  await page.evaluate(axe);
  for (const width of [1280, 360]) {
    for (const colorScheme of ['light', 'dark']) {
      const where = `${situation}, ${width} px, ${colorScheme}`;
      await page.setViewportSize({width, height: 900});
      await page.emulateMedia({colorScheme});
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
        `${where}: the page is wider than the window`);
      const violations = await page.evaluate(async () => (await window.axe.run(document)).violations.map(
        ({id, nodes}) => `${id}: ${nodes.map(({html, failureSummary}) => `${html} ${failureSummary}`).join('\n')}`));
      assert.deepEqual(violations, [], where);
      await page.screenshot({path: path.join(screenshots, `${situation}-${width}-${colorScheme}.png`), fullPage: true});
    }
  }
  console.log(`${situation}: fits 1280 and 360 px, light and dark, and axe finds nothing`);
}

module.exports = {isFit, launch, newPage, says, text};

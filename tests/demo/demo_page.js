'use strict';

// The demo's page as a test sees it: people, calls, and what can be broken.

const assert = require('node:assert/strict');
const {until} = require('../page/programs.js');

class DemoPage {
  constructor(page) {
    this.page = page;
  }

  pane(name) {
    return this.page.locator(`article.person:has(h3:text-is("${name}"))`);
  }

  // Presses a person's button, or one of the page.
  press(button, name) {
    return (name ? this.pane(name) : this.page).getByRole('button', {name: button, exact: true}).click();
  }

  async write(name, text) {
    const input = this.pane(name).getByRole('textbox');
    await input.fill(text);
    await input.press('Enter');
    await until(`${name}'s text is sent`, async () => await input.inputValue() === '');
  }

  // What a person's device shows, one text for each event.
  texts(name) {
    return this.pane(name).locator('.events li > p:first-child').allInnerTexts();
  }

  // Waits until the last event at each of these devices is that.
  async allGet(names, pattern) {
    for (const name of names) {
      await until(`${name} gets ${pattern}`, async () => pattern.test((await this.texts(name)).at(-1) ?? ''));
    }
  }

  // Waits until the newest call says that, and returns what the caller is told.
  async newestCall(pattern) {
    const item = this.page.locator('#calls li').first();
    await until(`the newest call says ${pattern}`, async () => pattern.test(await item.locator('p').first().innerText()));
    return item.locator('pre').textContent();
  }

  async repeatNewest() {
    await this.page.locator('#calls li').first().getByRole('button', {name: /^Repeat/}).click();
  }

  programIs(name, state) {
    return until(`the ${name} is ${state}`, async () => await this.page.locator(
      `#programs p:has(strong:text-is("${name}")) .state`).textContent() === state);
  }

  deviceIs(name, pattern) {
    return until(`${name} is ${pattern}`, async () => pattern.test(await this.pane(name).locator('header .state').textContent()));
  }

  // The ledger's rows of a person, by their titles.
  ledger(name) {
    return this.page.locator('#ledger').evaluate((table, wanted) => {
      const column = [...table.tHead.rows[0].cells].findIndex(cell => cell.textContent === wanted);
      return Object.fromEntries([...table.tBodies[0].rows].map(row =>
        [row.cells[0].textContent, Number(row.cells[column].textContent)]));
    }, name);
  }

  verdictIs(pattern) {
    return until(`the verdict is ${pattern}`, async () => pattern.test(await this.page.locator('#verdict').textContent()));
  }

  // All that was answered OK is there, once.
  async isComplete(names) {
    await this.verdictIs(/^✓/);
    for (const name of names) {
      const row = await this.ledger(name);
      assert.equal(row.Arrived, row['Answered OK'], name);
      assert.equal(row.Lost, 0, name);
    }
  }
}

module.exports = {DemoPage};

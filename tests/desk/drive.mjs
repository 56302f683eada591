// Drives the desk in a real browser as a curator would: by keys, by mouse, with two tabs, from a page that has no business here.
// Usage: node drive.mjs PROGRAM MODULES CHROMIUM PICTURES; run by scripts/try-desk.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [program, modules, chromium, pictures] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { chromium: browserType } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const here = dirname(fileURLToPath(import.meta.url));

const work = mkdtempSync(join(tmpdir(), "factotum-desk-"));
const knowledge = join(work, "knowledge");
cpSync(join(here, "knowledge"), knowledge, { recursive: true });
cpSync(join(here, "questions"), join(work, "questions"), { recursive: true });
const file = (name) => readFileSync(join(knowledge, name), "utf8");
const all = () => readdirSync(knowledge).sort().map((name) => `${name}\n${file(name)}`).join("\n");

let failures = 0;
function expect(what, held, detail = "") {
  console.log(`${held ? "ok  " : "FAIL"}  ${what}`);
  if (!held) {
    failures += 1;
    if (detail) console.log(`      ${detail}`);
  }
}

// Starts the desk: its process, and the address that it prints.
async function opened() {
  const desk = spawn(program, ["--knowledge", "knowledge", "desk", "--gaps", join(here, "gaps.txt"), "--questions", "questions",
    "--source", join(here, "article.txt")], { cwd: work, stdio: ["ignore", "pipe", "inherit"] });
  const invitation = await new Promise((resolve, reject) => {
    let text = "";
    desk.stdout.on("data", (data) => {
      text += data;
      const found = text.match(/http:\S+/);
      if (found) resolve(found[0]);
    });
    desk.on("exit", () => reject(new Error("the desk ended")));
  });
  return { desk, invitation };
}
let { desk, invitation } = await opened();
const address = new URL(invitation).origin;

const browser = await browserType.launch({ executablePath: chromium, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, colorScheme: "light" });
const page = await context.newPage();
const problems = [];
page.on("console", (message) => { if (message.type() === "error") problems.push(message.text()); });
page.on("pageerror", (error) => problems.push(String(error)));

const settled = async (tab = page) => {
  await tab.waitForLoadState("load");
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"), null, { timeout: 60000 });
};
const status = (tab = page) => tab.locator("[role=status]").innerText();
const keys = async (tab, ...list) => { for (const key of list) await tab.keyboard.press(key); };
// A key that leads to another page.
const leading = async (tab, key) => { await Promise.all([tab.waitForNavigation(), tab.keyboard.press(key)]); await settled(tab); };
const picture = async (name, options = {}) => {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(pictures, `desk-${name}-${scheme}.png`), ...options });
  }
  await page.emulateMedia({ colorScheme: "light" });
};
async function accessible(name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
    const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
    expect(`axe-core finds no serious fault on ${name}, ${scheme}`, serious.length === 0,
      serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`).join("; "));
  }
  await page.emulateMedia({ colorScheme: "light" });
}

try {
  // The door.
  const stranger = await browser.newContext();
  const outside = await stranger.newPage();
  expect("without the address nobody comes in", (await outside.goto(`${address}/gaps`)).status() === 401);
  await page.goto(invitation);
  await page.waitForURL("**/gaps");
  await settled();
  expect("the address works once", (await outside.goto(invitation)).status() === 403);

  // From a group of gaps to a committed wording.
  const before = all();
  const first = page.locator("[data-effect]").first();
  expect("the effect is there before a key is pressed", (await first.innerText()).includes("answered"), await first.innerText());
  expect("a golden question gets better", (await first.innerText()).includes("for the better"), await first.innerText());
  await picture("gaps");
  await accessible("Gaps");
  await keys(page, "1");
  expect("a key chooses, and writes nothing yet", all() === before);
  await leading(page, "Enter");
  expect("two keys add the wording", file("museum.toml").includes("which year did the museum start\n"), await status());
  expect("the page says so", (await status()).includes("Added the wording"), await status());
  const shown = file("museum.toml");
  await leading(page, "z");
  expect("undo restores every byte", all() === before && shown !== before, await status());

  // Two tabs.
  const tab = await context.newPage();
  await tab.goto(`${address}/gaps`);
  await settled(tab);
  await keys(page, "1");
  await leading(page, "Enter");
  const once = all();
  await keys(tab, "2");
  await leading(tab, "Enter");
  expect("a second tab with old files is refused", all() === once && (await status(tab)).includes("changed since"), await status(tab));
  await tab.close();

  // An unanswerable question, by keys.
  await page.goto(`${address}/gaps?at=2`);
  await settled();
  await keys(page, "u");
  await page.keyboard.type("what a ticket costs");
  await page.waitForFunction(() => document.querySelector("#effect-decline .sum"), null, { timeout: 60000 });
  await settled();
  await picture("decline");
  await leading(page, "Enter");
  expect("a question is declined from now on", all().includes('[[fact.unanswerable]]\nmissing = "what a ticket costs"'), await status());

  // A refused edit, and a new fact.
  await page.goto(`${address}/facts/new?gap=3`);
  await page.fill("[name=statement]", "Schools visit the museum free of charge on Fridays.");
  await page.fill("[name=paragraphs]", "4");
  await page.fill("[name=topic]", "visits");
  await page.waitForFunction(() => document.querySelector("[data-effect=fact] .finding"), null, { timeout: 60000 });
  await settled();
  const effect = page.locator("[data-effect=fact]");
  expect("the statement is held against the source while it is typed", (await effect.innerText()).includes("Fridays"), await effect.innerText());
  await page.setViewportSize({ width: 1180, height: 1180 });
  await picture("fact");
  await page.setViewportSize({ width: 1180, height: 900 });
  await accessible("New fact");
  await page.fill("[name=paragraphs]", "9");
  const untouched = all();
  await page.click("button[value=fact]");
  await settled();
  expect("what check refuses is refused", all() === untouched && (await status()).includes("Refused"), await status());
  expect("and what was typed is still there", (await page.inputValue("[name=statement]")).includes("Schools"));
  await page.fill("[name=statement]", "Schools visit the museum free of charge on Mondays.");
  await page.fill("[name=paragraphs]", "4");
  await page.fill("[name=answer]", "Schools visit free of charge.");
  await page.click("button[value=fact]");
  await settled();
  expect("a new fact makes its topic's file", readdirSync(knowledge).includes("visits.toml") && file("visits.toml").includes("do school classes pay"), await status());

  // Try, Facts, Checks.
  await page.goto(`${address}/gaps`);
  await settled();
  await leading(page, "t");
  await page.keyboard.type("when can my class go aboard the red ship");
  await leading(page, "Enter");
  await picture("try");
  await accessible("Try");
  await page.click("button[value=right]");
  await settled();
  expect("a golden question is saved", readFileSync(join(work, "questions/saved.toml"), "utf8").includes("when can my class"), await status());
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await leading(page, "f");
  await page.locator("details.asked summary").first().click();
  await page.locator("details.asked input[name=line]").first().fill("how old is the museum");
  await page.waitForFunction(() => document.querySelector("details.asked[open] .effect .sum"), null, { timeout: 60000 });
  await settled();
  await picture("facts");
  await accessible("Facts");
  await page.goto(`${address}/checks`);
  await page.waitForTimeout(0);
  for (let n = 0; n < 100 && (await page.locator("main").innerText()).includes("being asked"); n += 1) await page.reload();
  await accessible("Checks");
  await picture("checks");

  // No mouse, no script, 360 px.
  await page.goto(`${address}/gaps`);
  await settled();
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => document.activeElement.className);
  let reached = false;
  for (let n = 0; n < 60 && !reached; n += 1) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => document.activeElement.dataset.key === "1");
  }
  expect("everything can be reached with Tab, the content at once", skip === "skip" && reached);
  await page.keyboard.press("?");
  expect("? lists the keys", await page.locator("dialog[open]").isVisible());
  await accessible("the list of keys");
  await page.keyboard.press("Escape");
  for (const path of ["/gaps", "/try?q=which+ships+are+there", "/facts", "/facts/new", "/checks"]) {
    await page.setViewportSize({ width: 360, height: 780 });
    await page.goto(address + path);
    await settled();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(`${path} fits 360 px`, wide <= 360, `it is ${wide} px wide`);
  }
  await page.goto(`${address}/gaps`);
  await settled();
  await picture("narrow");
  await accessible("Gaps at 360 px");
  const plain = await browser.newContext({ javaScriptEnabled: false });
  await plain.addCookies(await context.cookies());
  const unscripted = await plain.newPage();
  await unscripted.goto(`${address}/gaps?at=4`);
  const earlier = all();
  await unscripted.locator("button[name=choice]:has-text('Add here')").first().click();
  expect("it works without script too", all() !== earlier);

  // A page of another origin, with the browser that is let in.
  const evil = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<form method="post" action="${address}/undo"><input name="csrf" value="x"><button>go</button></form>`);
  });
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  const changed = all();
  const attacker = await context.newPage();
  // The same site by another port, so that even the cookie is sent along.
  await attacker.goto(`http://127.0.0.1:${evil.address().port}/`);
  const [response] = await Promise.all([attacker.waitForResponse((r) => r.url().endsWith("/undo")), attacker.click("button")]);
  expect("a page of another origin is refused", response.status() === 403 && all() === changed, String(response.status()));
  evil.close();
  const frames = await attacker.goto(`${address}/gaps`);
  expect("no page may frame it", frames.headers()["x-frame-options"] === "DENY");

  // Closed and opened again: what was done stays, and can no longer be taken back.
  const done = all();
  const closed = new Promise((resolve) => desk.on("exit", resolve));
  desk.kill("SIGTERM");
  await closed;
  ({ desk, invitation } = await opened());
  await page.goto(invitation);
  await page.waitForURL("**/gaps");
  await settled();
  expect("a desk that was opened again says that there is nothing to undo",
    (await page.locator("footer").innerText()).includes("Nothing to undo since the desk was opened"), await page.locator("footer").innerText());
  await keys(page, "z");
  expect("and undoes nothing", all() === done);

  expect("the browser complains about nothing", problems.filter((p) => !/status of (409|422)/.test(p)).length === 0, problems.join("\n      "));
} catch (error) {
  expect("the whole run", false, String(error));
} finally {
  await browser.close();
  desk.kill("SIGTERM");
  rmSync(work, { recursive: true, force: true });
}
writeFileSync(join(modules, "result.txt"), `${failures}\n`);
process.exit(failures === 0 ? 0 : 1);

// Lays out a message and what it answers. `show` is what scripts/pictures calls; it says what does not fit.
"use strict";

const BOT = "Factotum";
const PERSON = "Ada";
const TIME = "Today at 14:07";
const EPHEMERAL = 1 << 6;
const BUTTON = 2;
const MENU = 3;
const EYE =
  '<svg width="16" height="16" viewBox="0 0 24 24" fill="currentColor"><path d="M12 5C6 5 2 12 2 12s4 7 10 7 10-7 10-7-4-7-10-7zm0 11.5a4.5 ' +
  '4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zm0-2.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"/></svg>';
const CHEVRON =
  '<svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" ' +
  'stroke-linejoin="round"><path d="m6 9 6 6 6-6"/></svg>';

/** An element with a class and with what is in it: elements and texts. */
function element(tag, name, ...inside) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...inside.filter((part) => part !== null));
  return made;
}

/** An element with a drawing of ours. */
function drawing(svg) {
  const holder = document.createElement("template");
  holder.innerHTML = svg;
  return holder.content.firstChild;
}

/* Markdown, as far as the bot writes it. */

/** The forms that stand within a line, the first that fits wins. */
const INLINE = [
  // A backslash takes its meaning from the next character.
  [/^\\([^A-Za-z0-9\s])/, ([, c]) => c],
  [/^``(.+?)``(?!`)/, ([, code]) => element("code", "", code.trim())],
  [/^`([^`]+)`/, ([, code]) => element("code", "", code)],
  [/^\[((?:\\.|[^\]\\])+)\]\((https?:\/\/[^\s)]+)\)/, ([, words]) => element("span", "link", ...inline(words))],
  [/^<@!?\d+>/, () => element("span", "mention", `@${BOT}`)],
  [/^<@&\d+>/, () => element("span", "mention", "@Helpers")],
  [/^<#\d+>/, () => element("span", "mention", "#questions")],
  [/^\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/, ([, words]) => element("b", "", ...inline(words))],
  [/^__((?:\\.|[^\\])+?)__/, ([, words]) => element("u", "", ...inline(words))],
  [/^~~((?:\\.|[^\\])+?)~~/, ([, words]) => element("s", "", ...inline(words))],
  [/^\*((?:\\.|[^\\*])+)\*/, ([, words]) => element("i", "", ...inline(words))],
  [/^_((?:\\.|[^\\_])+)_(?![A-Za-z0-9])/, ([, words]) => element("i", "", ...inline(words))],
];

function inline(text) {
  const parts = [];
  let plain = "";
  let rest = text;
  while (rest) {
    const [found, made] = INLINE.map(([form, make]) => [form.exec(rest), make]).find(([match]) => match) ?? [];
    const part = found ? made(found) : rest[0];
    if (typeof part === "string") {
      plain += part;
    } else {
      parts.push(plain, part);
      plain = "";
    }
    rest = rest.slice(found ? found[0].length : 1);
  }
  parts.push(plain);
  return parts.filter((part) => part !== "");
}

function markdown(text) {
  const out = element("div", "text");
  let list = null;
  for (const line of text.split("\n")) {
    const [, item] = /^ ?[-*] +(.*)/.exec(line) ?? [];
    if (item !== undefined) {
      if (!list) {
        list = element("ul", "");
        out.append(list);
      }
      list.append(element("li", "", ...inline(item)));
      continue;
    }
    list = null;
    const block = /^(-# |> |#{1,3} )(.*)/.exec(line);
    if (line.trim() === "") out.append(element("div", "gap"));
    else if (!block) out.append(element("div", "", ...inline(line)));
    else if (block[1] === "-# ") out.append(element("div", "subtext", ...inline(block[2])));
    else if (block[1] === "> ") out.append(element("div", "quote", ...inline(block[2])));
    else out.append(element("div", "", element("b", "", ...inline(block[2]))));
  }
  return out;
}

/* Messages. */

function avatar(who, size = "") {
  return element("div", `avatar ${who === BOT ? "program" : "person"} ${size}`, who[0]);
}

function by(who) {
  return element(
    "div",
    "by",
    element("span", "name", who),
    who === BOT ? element("span", "app", "APP") : null,
    element("span", "time", TIME),
  );
}

function embed(given) {
  const box = element("div", "embed");
  box.style.borderColor = `#${(given.color ?? 0).toString(16).padStart(6, "0")}`;
  if (given.title) box.append(element("h2", "", ...inline(given.title)));
  if (given.description) box.append(element("div", "description", markdown(given.description)));
  if (given.fields?.length) box.append(fields(given.fields));
  if (given.footer) box.append(element("div", "footer", given.footer.text));
  return box;
}

/** Fields in lines of three at most; one that is not inline has a line of its own. */
function fields(all) {
  const lines = [];
  for (const field of all) {
    const line = lines.at(-1);
    if (field.inline && line?.[0].inline && line.length < 3) line.push(field);
    else lines.push([field]);
  }
  const grid = element("div", "fields");
  for (const line of lines) {
    for (const field of line) {
      const box = element("div", "field", element("b", "", ...inline(field.name)), markdown(field.value));
      box.style.gridColumn = `span ${12 / line.length}`;
      grid.append(box);
    }
  }
  return grid;
}

/** A row of buttons, or a menu, closed or open. */
function row(given, open) {
  const made = element("div", "row");
  for (const component of given.components) {
    if (component.type === BUTTON) {
      const style = component.style === 1 ? "leading" : "";
      made.append(element("div", `button ${style} ${component.disabled ? "disabled" : ""}`, component.label));
    } else if (component.type === MENU) {
      made.append(element("div", open ? "menu open" : "menu", component.placeholder, drawing(CHEVRON)));
      if (open) made.append(element("div", "options", ...component.options.map((option) => element("div", "", option.label))));
    } else {
      throw new Error(`a component of type ${component.type} has no look here`);
    }
  }
  return made;
}

/** What stands above the reply: the command that was used, or the message that it replies to, or nothing. */
function above(asked) {
  if (asked.command) {
    const options = Object.entries(asked.options ?? {});
    const bubble = element("div", "bubble", element("b", "", `/${asked.command}`));
    for (const [name, value] of options) bubble.append(element("span", "option", `${name}: `), value);
    const used = ["used ", element("span", "command", `/${asked.command}`)];
    return [
      options.length ? bubble : null,
      element("div", "about", avatar(PERSON, "small"), element("span", "name", PERSON), element("span", "", ...used)),
    ];
  }
  if (asked.used) {
    const used = element("span", "", "used ", element("span", "command", asked.used));
    return [element("div", "about", avatar(PERSON, "small"), element("span", "name", PERSON), used)];
  }
  if (!asked.written) return [];
  const words = element("span", "", ...inline(asked.written));
  return [element("div", "about", avatar(PERSON, "small"), element("span", "name", PERSON), words)];
}

function reply(asked, message) {
  const hidden = (message.flags & EPHEMERAL) !== 0;
  const made = element("div", hidden ? "message private" : "message", ...above(asked), avatar(BOT), by(BOT));
  if (message.content) made.append(markdown(message.content));
  for (const given of message.embeds ?? []) made.append(embed(given));
  for (const given of message.components ?? []) made.append(row(given, asked.open));
  if (hidden) {
    const dismiss = element("span", "link", "Dismiss message");
    made.append(element("div", "only", drawing(EYE), "Only you can see this \u2022 ", dismiss));
  }
  return made;
}

function question(asked) {
  // The title of a post stands above its first message.
  const words = asked.post ? `# ${asked.written}` : asked.written;
  return element("div", "message", avatar(PERSON), by(PERSON), markdown(words));
}

/** Lets the bubble point to the name of the command. */
function pointBubble(picture) {
  const bubble = picture.querySelector(".bubble");
  if (!bubble) return;
  const name = picture.querySelector(".command").getBoundingClientRect();
  bubble.style.setProperty("--tip", `${(name.left + name.right) / 2 - bubble.getBoundingClientRect().left}px`);
}

/** Every piece of text that is cut off, or that leaves the room that its surroundings have. */
function cutOff(picture) {
  const found = new Set();
  for (const each of picture.querySelectorAll("*")) {
    const wide = each.scrollWidth > each.clientWidth && each.clientWidth > 0;
    const high = each.scrollHeight > each.clientHeight && each.clientHeight > 0;
    const clips = getComputedStyle(each).overflow !== "visible";
    if (wide || (clips && high)) found.add(each.textContent);
  }
  const room = picture.getBoundingClientRect();
  const texts = document.createTreeWalker(picture, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const box of range.getClientRects()) {
      const inside = box.left >= room.left && box.right <= room.right - 16 && box.top >= room.top && box.bottom <= room.bottom;
      if (!inside) found.add(texts.currentNode.textContent);
    }
  }
  return [...found];
}

/** Lays out one reply in a theme, `light` or `dark`; returns where it is on the page, and what is cut off. */
function show({ asked, message }, theme) {
  document.documentElement.className = theme;
  const picture = element("main", "picture", asked.written ? question(asked) : null, reply(asked, message));
  document.body.replaceChildren(picture);
  pointBubble(picture);
  // The picture ends at a whole pixel.
  picture.style.height = `${Math.ceil(picture.getBoundingClientRect().height)}px`;
  const { width, height } = picture.getBoundingClientRect();
  return { width, height, cutOff: cutOff(picture) };
}

// A combobox: what is typed goes to the desk after a short pause, what it found comes back
// as a list. Text from outside is only ever set as textContent.
const PAUSE_MS = 150;
const MIN_CHARACTERS = 3;

function part(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function trimmed(box) {
  return box.input.value.split(/\s+/).filter(Boolean).join(" ");
}

function build(root) {
  const box = { active: 0, open: false, timer: 0, options: [] };
  box.frame = part("div", "frame");
  box.input = part("input", "box");
  Object.assign(box.input, { type: "search", autocomplete: "off", spellcheck: false });
  box.input.setAttribute("role", "combobox");
  box.input.setAttribute("aria-controls", "found");
  box.input.setAttribute("aria-autocomplete", "list");
  box.hint = part("kbd", "hint");
  box.list = part("div", "list");
  box.list.id = "found";
  box.list.setAttribute("role", "listbox");
  box.frame.append(box.input, box.hint, box.list);
  root.append(box.frame);
  return box;
}

function show(box, open) {
  box.open = open;
  box.list.hidden = !open;
  box.input.setAttribute("aria-expanded", String(open));
}

function mark(box, index) {
  if (!box.options.length) return;
  box.active = (index + box.options.length) % box.options.length;
  box.options.forEach(({ element }, at) => {
    element.setAttribute("aria-selected", String(at === box.active));
  });
  const { element } = box.options[box.active];
  box.input.setAttribute("aria-activedescendant", element.id);
  element.scrollIntoView({ block: "nearest" });
}

function row(box, hit) {
  const element = part("div", "hit");
  element.id = `hit-${box.options.length}`;
  element.setAttribute("role", "option");
  const first = part("span", "name", hit.title);
  const badges = hit.badges.map(([word, colour]) => part("span", `badge ${colour}`, word));
  const top = part("span", "line");
  top.append(first, part("code", "id", hit.code), ...badges, part("span", "figure", hit.figure));
  element.append(top, part("span", "more", hit.more));
  const at = box.options.length;
  element.onpointerdown = (event) => event.preventDefault();
  element.onclick = () => box.choose(at);
  element.onpointermove = () => at !== box.active && mark(box, at);
  box.options.push({ element, hit });
  return element;
}

function draw(box, data) {
  box.options = [];
  box.input.removeAttribute("aria-activedescendant");
  const current = data.text === trimmed(box);
  const shown = current ? data.groups : [];
  const groups = shown.map((group) => {
    const element = part("div", "group");
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", group.title);
    element.append(part("div", "title", group.title), ...group.hits.map((hit) => row(box, hit)));
    return element;
  });
  const foot = current ? data.sentence : "Looking…";
  if (foot) groups.push(part("div", "foot", foot));
  box.list.replaceChildren(...groups);
  mark(box, 0);
  const asked = trimmed(box).length >= MIN_CHARACTERS;
  show(box, asked && root(box).activeElement === box.input);
}

function root(box) {
  return box.frame.getRootNode();
}

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  const box = (parentElement.searchBox ??= build(parentElement));
  box.data = data;
  box.input.placeholder = data.placeholder;
  box.input.setAttribute("aria-label", data.placeholder);
  box.hint.textContent = navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K";

  const ask = () => {
    const text = trimmed(box);
    if (text.length >= MIN_CHARACTERS && text !== box.data.text) setStateValue("typed", text);
  };
  const open = (value) => {
    clearTimeout(box.timer);
    show(box, false);
    box.input.value = "";
    box.input.blur();
    setTriggerValue("opened", value);
  };
  box.choose = (at) => open(box.options[at].hit.opens);
  box.input.oninput = () => {
    clearTimeout(box.timer);
    box.timer = setTimeout(ask, PAUSE_MS);
    draw(box, box.data);
  };
  box.input.onfocus = () => draw(box, box.data);
  box.input.onblur = () => show(box, false);
  box.input.onkeydown = (event) => {
    const text = trimmed(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(box, box.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (box.open) show(box, false);
      else box.input.value = "";
    } else if (event.key === "Enter" && !event.isComposing && text) {
      event.preventDefault();
      const isCurrent = text === box.data.text && box.options.length > 0;
      open(isCurrent ? box.options[box.active].hit.opens : `text:${text}`);
    }
  };
  draw(box, data);

  const focus = (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      box.input.focus();
      box.input.select();
    }
  };
  document.addEventListener("keydown", focus, true);
  return () => document.removeEventListener("keydown", focus, true);
}

// A plain table of records. Every text is set as textContent: it cannot be markup.
function part(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A word longer than any of ours may break, so that it does not push the columns off the screen.
function breakable(element, text) {
  for (const piece of text.split(/(?<=\S{20})(?=\S{8})/)) {
    if (element.lastChild) element.append(document.createElement("wbr"));
    element.append(piece);
  }
  return element;
}

function looks(column) {
  if (column.right) return "right";
  return column.whole ? "whole" : "";
}

function cell(told, column, open) {
  const element = part("td", looks(column));
  const inside = part("div", "cell");
  if (told.tip) element.title = told.tip;
  if (told.opens) {
    const link = breakable(part("button", "link"), told.text);
    link.type = "button";
    link.dataset.opens = told.opens;
    link.onclick = () => open(told.opens);
    inside.append(link);
  } else if (told.text) {
    inside.append(breakable(part(told.code ? "code" : "span", ""), told.text));
  }
  for (const [word, colour] of told.badges) inside.append(part("span", `badge ${colour}`, word));
  element.append(inside);
  return element;
}

function drawn(data, open) {
  const table = part("table", data.columns.length > 5 ? "records wide" : "records");
  table.setAttribute("aria-label", data.label);
  const head = part("tr");
  for (const column of data.columns) {
    const element = part("th", looks(column), column.title);
    element.scope = "col";
    head.append(element);
  }
  const body = document.createElement("tbody");
  for (const row of data.rows) {
    const element = part("tr", row.marked ? "marked" : "");
    if (row.marked) element.setAttribute("aria-current", "true");
    element.append(...row.cells.map((told, at) => cell(told, data.columns[at], open)));
    body.append(element);
  }
  const top = document.createElement("thead");
  top.append(head);
  table.append(top, body);
  const frame = part("div", "frame");
  frame.append(table);
  return frame;
}

// A page that draws itself again takes neither the focus nor the place in a wide table away.
export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const before = parentElement.querySelector(".frame");
  const frame = drawn(data, (value) => setTriggerValue("opened", value));
  if (!before) {
    parentElement.append(frame);
    return;
  }
  const held = before.querySelector(":focus")?.dataset.opens;
  const left = before.scrollLeft;
  before.replaceWith(frame);
  frame.scrollLeft = left;
  const links = held === undefined ? [] : [...frame.querySelectorAll(".link")];
  links.find((link) => link.dataset.opens === held)?.focus({ preventScroll: true });
}

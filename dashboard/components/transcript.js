// What was said, customer left and assistant right. Every text is set as textContent.
function part(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export default function (component) {
  const { parentElement, data } = component;
  const list = part("ol", "transcript");
  list.setAttribute("aria-label", data.label);
  for (const line of data.lines) {
    const item = part("li", line.isCustomer ? "customer" : "assistant");
    const head = part("div", "head", line.at ? `${line.who} · ${line.at}` : line.who);
    if (line.tip) head.title = line.tip;
    item.append(head, part("div", "said", line.text));
    list.append(item);
  }
  parentElement.querySelector(".transcript")?.remove();
  parentElement.append(list);
}

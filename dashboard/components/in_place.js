// A link to a page of the desk's own, in a notice that passes, opens in this very tab.
// With a key held, or the middle button, it opens beside it as any link does.
function address(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target.closest?.('[data-testid="stToast"] a[href]');
  return link && link.origin === window.location.origin ? link : null;
}

// The focus: into a list that the keyboard opened; and, after a dialog or a list is closed, back
// to where it was, also when the page has drawn itself again meanwhile.
const OVER = '[role="dialog"], [data-testid="stPopoverBody"]';
const WAYS = "button:not([disabled]), a[href], input, textarea";
const LOOK_MS = 150;
const TRIES_MAX = 14;
// A list may be long in coming: it is drawn only when it is opened.
const OPENING_TRIES_MAX = 40;
const STAYS = 6;

const name = (element) => element.dataset.opens ?? element.getAttribute("aria-label") ?? element.innerText;

function ways(root, found = []) {
  for (const each of root.querySelectorAll("*")) {
    if (each.matches(WAYS)) found.push(each);
    if (each.shadowRoot) ways(each.shadowRoot, found);
  }
  return found;
}

function described(element) {
  const host = element.getRootNode().host ?? element;
  const keyed = host.closest('[class*="st-key-"]');
  const key = keyed && [...keyed.classList].find((each) => each.startsWith("st-key-"));
  return { element, key, name: name(element), tag: element.tagName };
}

function foundAgain(left) {
  if (left.element.isConnected) return left.element;
  const scope = (left.key && document.getElementsByClassName(left.key)[0]) || document.body;
  return ways(scope).find((each) => each.tagName === left.tag && name(each) === left.name);
}

// Streamlit calls this file's function again with every run of a page: these outlive it.
let left = null;
let wasOver = false;
let tries = 0;

function keepFocus() {
  const entered = (event) => {
    const element = event.composedPath()[0];
    if (event.target.closest?.(OVER) || !element.matches?.(WAYS)) return;
    left = described(element);
  };
  const acted = () => { tries = 0; };
  const opened = (event) => {
    if (event.detail || !event.target.closest?.('[data-testid="stPopover"] button')) return;
    // The list draws itself again when its rows arrive: the focus is in it once it stays there.
    const button = document.activeElement;
    const into = (more, stays) => {
      const list = document.querySelector('[data-testid="stPopoverBody"]');
      const at = document.activeElement;
      const isIn = list !== null && list.contains(at);
      const way = list && ways(list)[0];
      if (way && !isIn && (at === button || at === document.body)) way.focus();
      if (more && stays < STAYS) setTimeout(into, LOOK_MS, more - 1, isIn ? stays + 1 : 0);
    };
    setTimeout(into, LOOK_MS, OPENING_TRIES_MAX, 0);
  };
  const look = () => {
    const isOver = document.querySelector(OVER) !== null;
    if (wasOver && !isOver) tries = TRIES_MAX;
    wasOver = isOver;
    if (isOver || !tries || !left) return;
    tries -= 1;
    if (document.activeElement === document.body) foundAgain(left)?.focus();
  };
  document.addEventListener("focusin", entered, true);
  document.addEventListener("pointerdown", acted, true);
  document.addEventListener("click", opened, true);
  const timer = setInterval(look, LOOK_MS);
  return () => {
    document.removeEventListener("focusin", entered, true);
    document.removeEventListener("pointerdown", acted, true);
    document.removeEventListener("click", opened, true);
    clearInterval(timer);
  };
}

// The way back: Streamlit writes what the next page asks for to the address before it writes which
// page that is. The browser's Back would lead to the page that was left with the other's questions,
// to a customer under no id: such a step between is taken out.
const STEP_MS_MAX = 3000;
let step = { address: "", at: 0 };

window.history.pushState = (state, unused, url) => {
  const { pathname, search } = new URL(url, window.location.href);
  const isSamePage = pathname === window.location.pathname;
  const isStep = step.address === window.location.href && Date.now() - step.at < STEP_MS_MAX;
  const isBetween = !isSamePage && isStep && search === window.location.search;
  const write = isBetween ? History.prototype.replaceState : History.prototype.pushState;
  write.call(window.history, state, unused, url);
  step = { address: isSamePage ? window.location.href : "", at: Date.now() };
};

export default function (component) {
  const { setTriggerValue } = component;
  const follow = (event) => {
    const link = address(event);
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("followed", link.pathname + link.search);
  };
  document.addEventListener("click", follow, true);
  const letGo = keepFocus();
  return () => {
    document.removeEventListener("click", follow, true);
    letGo();
  };
}

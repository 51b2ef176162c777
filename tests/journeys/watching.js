// Notes when a screen that nobody touches first shows a text, or shows it no more.
([text, isThere]) => {
  const told = (root) => [...root.childNodes].map((each) => {
    if (each.nodeType === Node.TEXT_NODE) return each.data;
    if (["SCRIPT", "STYLE", "TEXTAREA"].includes(each.nodeName)) return "";
    return (each.shadowRoot ? told(each.shadowRoot) : "") + told(each);
  }).join(" ");
  const watched = window.watched = {at: 0, touched: 0};
  for (const each of ["pointerdown", "keydown"]) {
    addEventListener(each, () => { watched.touched += 1; }, true);
  }
  const look = () => {
    if (told(document.body).includes(text) !== isThere) return;
    watched.at = Date.now();
    clearInterval(looking);
  };
  const looking = setInterval(look, 25);
}

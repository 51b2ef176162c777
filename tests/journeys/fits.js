// Lists what does not fit the window: a page that must be pushed sideways, a control that is
// cut off or out of reach, words of a control or a figure that are cut.
() => {
  const found = [];
  const width = innerWidth;
  const seen = (each) => each.checkVisibility?.({checkOpacity: true, checkVisibilityCSS: true});
  const parent = (each) => each.parentElement ?? each.getRootNode().host ?? null;
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
  const name = (each) => (each.getAttribute("aria-label") || each.innerText || each.tagName)
    .trim().slice(0, 40);
  const scrolls = (each) => {
    for (let up = parent(each); up; up = parent(up)) {
      const look = getComputedStyle(up).overflowX;
      if (["auto", "scroll"].includes(look) && up.scrollWidth > up.clientWidth) {
        const box = up.getBoundingClientRect();
        return box.left >= -1 && box.right <= width + 1;
      }
    }
    return false;
  };
  if (document.documentElement.scrollWidth > width) found.push("the page is too wide");
  for (const each of all(document.body)) {
    if (!seen(each)) continue;
    const box = each.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const place = each.dataset?.testid ?? "";
    if (place === "stMain" && each.scrollWidth > each.clientWidth + 1) {
      found.push("the page's body is too wide");
    }
    const acts = each.matches("button, a[href], input:not([type=file]), textarea, [role=tab], [role=combobox]");
    const inSidebar = each.closest("[data-testid=stSidebar]");
    const outside = box.left < -1 || box.right > width + 1;
    if (acts && !inSidebar && outside && !scrolls(each)) found.push(`out of reach: ${name(each)}`);
    if (each.matches("[role=dialog]") && outside) found.push("the dialog is too wide");
    const told = each.matches("button, [role=tab], [data-testid=stMetricValue], [data-testid=stMetricLabel] *, h1, h2, h3, h4, label *");
    const look = getComputedStyle(each);
    if (told && ["hidden", "clip"].includes(look.overflowX) && each.scrollWidth > each.clientWidth + 1) {
      found.push(`cut: ${name(each)}`);
    }
  }
  return [...new Set(found)];
}

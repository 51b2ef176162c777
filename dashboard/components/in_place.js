// A link to a page of the desk's own, in a notice that passes, opens in this very tab.
// With a key held, or the middle button, it opens beside it as any link does.
function address(event) {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target.closest?.('[data-testid="stToast"] a[href]');
  return link && link.origin === window.location.origin ? link : null;
}

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
  return () => document.removeEventListener("click", follow, true);
}

"""Posts to one of the desk's own routes from the browser, which alone can hold the cookie.

The page is loaded anew afterwards: Streamlit reads cookies when a tab connects.
"""

from typing import Any, Final

import streamlit as st

_SCRIPT: Final = """
export default async function ({ data }) {
  if (window.billiePosted === data.once) return;
  window.billiePosted = data.once;
  try {
    await fetch(data.route, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ticket: data.ticket }),
    });
  } finally {
    if (data.then) window.location.replace(data.then);
    else window.location.reload();
  }
}
"""


@st.cache_resource(show_spinner=False)
def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer has no public type
    return st.components.v2.component("billie_same_origin_post", js=_SCRIPT)


def send(route: str, *, ticket: str = "", then: str = "") -> None:
    """Post once to a route, then reload, or open the address `then`."""
    data = {"route": route, "ticket": ticket, "then": then, "once": f"{route} {ticket}"}
    _component()(data=data, key="same-origin-post")

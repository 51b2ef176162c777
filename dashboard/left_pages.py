"""What still comes from a page that was left does not touch the page that is open.

Streamlit runs a fragment under the page and the address that the browser names. What the
browser sent just before it heard of a new page names the old one: the new page would be taken
for the old again, and the screen be emptied. Where the desk itself changed the address, as a
filter does, the page would be drawn by the old one. Three rules hold it off: a fragment of
another page than the open one is not run; one that names an address that the desk left runs
under the present one; one that comes while a page is asked for does not change which. What
somebody did meanwhile, in the bar that every page has, is done on the open page. ADR 0015
tells how it was found; `tests/journeys/test_left_pages.py` plays it.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType

Runner = script_runner.ScriptRunner
Requests = script_requests.ScriptRequests


@dataclass
class Address:
    """Where a tab is: what its address asks for, and what the desk itself changed it from."""

    now: str = ""
    left: set[str] = field(default_factory=set)

    def of(self, asked: RerunData) -> RerunData:
        """Give what was asked, under the present address where it came late."""
        if not _is_of_a_fragment(asked):
            self.left.clear()
        elif asked.query_string in self.left:
            return replace(asked, query_string=self.now)
        return asked

    def became(self, now: str, asked: RerunData) -> None:
        """Take note of what a run has made of it."""
        self.now = now
        self.left.add(asked.query_string)
        self.left.discard(now)


_addresses: Final[WeakKeyDictionary[Any, Address]] = WeakKeyDictionary()
"""By the tab's list of pages, which lives as long as the tab."""


def are_left_alone() -> None:
    """Have Streamlit keep the rules; once a process, before the first tab connects."""
    run, ask = Runner._run_script, Requests._request_rerun_locked  # noqa: SLF001 - no public door

    def run_if_open(self: Runner, rerun_data: RerunData) -> None:
        pages = self._pages_manager
        here, address = pages.current_page_script_hash, _addresses.setdefault(pages, Address())
        if _is_of_a_fragment(rerun_data) and here and rerun_data.page_script_hash != here:
            if rerun_data.is_auto_rerun:
                return
            rerun_data = replace(
                rerun_data,
                fragment_id_queue=[],  # the whole page: a part of the one that was left may be gone
                page_script_hash=here,
                query_string=address.now,
            )
        rerun_data = address.of(rerun_data)
        run(self, rerun_data)
        taken_over = self._requests._state is ScriptRequestType.STOP  # noqa: SLF001 - as above
        if not taken_over:
            address.became(self._get_script_run_ctx().query_string, rerun_data)

    def ask_for_the_same_page(self: Requests, new_data: RerunData) -> bool:
        waits = self._rerun_data
        is_waiting = self._state is ScriptRequestType.RERUN
        if is_waiting and _is_of_a_fragment(new_data) and not _is_of_a_fragment(waits):
            new_data = replace(
                new_data,
                query_string=waits.query_string,
                page_script_hash=waits.page_script_hash,
                page_name=waits.page_name,
            )
        return ask(self, new_data)

    Runner._run_script = run_if_open  # type: ignore[method-assign]  # noqa: SLF001
    Requests._request_rerun_locked = ask_for_the_same_page  # type: ignore[method-assign]  # noqa: SLF001


def _is_of_a_fragment(asked: RerunData) -> bool:
    return bool(asked.fragment_id or asked.fragment_id_queue)
